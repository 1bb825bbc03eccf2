package dev.tutti;

import dev.tutti.engine.GraphPlan;
import dev.tutti.engine.GraphWork;
import dev.tutti.task.NodeState;
import dev.tutti.task.TaskFailedException;
import dev.tutti.task.TaskTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One computation of a {@link TaskGraph}, while it runs and afterwards: the values, what has
 * failed, and a drawing of how it stands.
 *
 * {@snippet class=dev.tutti.GraphSnippets region=run lang=java}
 *
 * <p><b>Lifetime.</b> It is over when all that can run has ended, or when a failure, a deadline,
 * {@link #cancel} or the end of the pool has stopped it; tasks that are being stopped may go on for
 * a while then. It keeps the values that were asked for, as long as somebody has it.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 *
 * <p><b>Memory consistency.</b> What the tasks did happens-before the return of {@link #await} and
 * of {@link #value}, where they share memory.
 *
 * <p><b>Failure.</b> {@link #value} throws for a node that has no value, and says why.
 *
 * @since 0.1
 */
public final class GraphRun {
  private static final int SHOWN_ENDS = 6; // of a long path

  private final TaskGraph graph;
  private final GraphWork work;
  private final List<Node<?>> nodes;
  private final NodeNames names;

  GraphRun(TaskGraph graph, GraphWork work, List<Node<?>> nodes, NodeNames names) {
    this.graph = graph;
    this.work = work;
    this.nodes = nodes;
    this.names = names;
  }

  GraphWork work() {
    return work;
  }

  // ---------------------------------------------------------------- its end

  /** {@return whether it is over} */
  public boolean isOver() {
    return work.isOver();
  }

  /**
   * Waits until it is over, however it ends. {@linkplain Pool#current In a task} of a pool of
   * threads another thread takes the place of the one that waits.
   *
   * @return this run
   * @throws InterruptedException if the calling thread is interrupted; the run goes on
   */
  public GraphRun await() throws InterruptedException {
    work.await(Long.MAX_VALUE);
    return this;
  }

  /**
   * Waits until it is over, or the time is.
   *
   * @param timeout how long at most; zero or less does not wait
   * @return whether it is over
   * @throws InterruptedException if the calling thread is interrupted; the run goes on
   */
  public boolean await(Duration timeout) throws InterruptedException {
    return work.await(Math.max(0, TimeUnit.NANOSECONDS.convert(timeout)));
  }

  /**
   * Stops it: what waits never starts, what runs is stopped as by {@code cancel(true)} of a future.
   * Does nothing if it is over.
   */
  public void cancel() {
    work.stop(() -> new CancellationException("the computation of the graph was cancelled"));
  }

  /** Throws what ended it before all that could run had ended. */
  void throwWhatEndedIt() {
    RuntimeException why = whatEndedIt();
    if (why != null) {
      throw why;
    }
  }

  private @Nullable RuntimeException whatEndedIt() {
    Supplier<RuntimeException> why = work.endedBy();
    if (why != null) {
      return why.get();
    }
    boolean failed = work.plan().stopsAtFailure() && !work.failures().isEmpty();
    return failed ? failure(work.failures().getFirst()) : null;
  }

  // ---------------------------------------------------------------- its nodes

  /**
   * {@return the value of a node}
   *
   * @param <R> the type of the value
   * @param node the node, one of those that were asked for
   * @throws TaskFailedException if it has failed, or something that it needs, or if another failure
   *     has stopped the run before
   * @throws TaskTimeoutException if the deadline came before
   * @throws CancellationException if the run was cancelled, its caller interrupted, or its pool
   *     stopped before
   * @throws RejectedExecutionException if the pool was closed before
   * @throws IllegalStateException if the run is not over, or the node was not asked for
   * @throws IllegalArgumentException if the node is of another graph, or was made after the run had
   *     begun
   */
  @SuppressWarnings({"unchecked", "NullAway"}) // the function of the node returns an R
  public <R extends @Nullable Object> R value(Node<R> node) {
    int index = index(node);
    if (!work.isOver()) {
      throw new IllegalStateException(
          "the run is not over: node=%s state=%s; await() it first"
              .formatted(names.of(index), state(node)));
    }
    if (!work.plan().isAsked(index)) {
      throw new IllegalStateException(
          "the value of the node was not asked for: node=%s; name it where the run is started"
              .formatted(names.of(index)));
    }
    return switch (work.board().state(index)) {
      case DONE -> (R) work.value(index);
      case FAILED, SKIPPED -> throw failure(index);
      case WAITING, RUNNING, CANCELLED -> throw Objects.requireNonNull(whatEndedIt(), "end");
    };
  }

  /**
   * {@return where a node stands; {@code WAITING} if it is not needed}
   *
   * @param node the node
   * @throws IllegalArgumentException if the node is of another graph, or was made after the run had
   *     begun
   */
  public NodeState state(Node<?> node) {
    return work.board().state(index(node));
  }

  /**
   * {@return how long a node ran, in its last attempt, also if that was stopped; of one that runs,
   * the time since it could start; empty if it has not started}
   *
   * @param node the node
   * @throws IllegalArgumentException if the node is of another graph, or was made after the run had
   *     begun
   */
  public Optional<Duration> elapsed(Node<?> node) {
    long nanos = work.board().elapsedNanos(index(node));
    return nanos < 0 ? Optional.empty() : Optional.of(Duration.ofNanos(nanos));
  }

  /**
   * {@return a failure for each node that has failed, in the order in which they did; skipped ones
   * do not count}
   *
   * @throws IllegalStateException if the run is not over
   */
  public List<TaskFailedException> failures() {
    if (!work.isOver()) {
      throw new IllegalStateException("the run is not over; await() it first");
    }
    return work.failures().stream().map(this::failure).toList();
  }

  private int index(Node<?> node) {
    int index = graph.own(node);
    if (index >= nodes.size()) {
      throw new IllegalArgumentException(
          "the node was made after the run had begun: node=%s; compute again"
              .formatted(node.name()));
    }
    return index;
  }

  /** {@return the failure by which a node has failed or was skipped} */
  private TaskFailedException failure(int node) {
    List<Integer> path = new ArrayList<>(); // from the node to what has failed
    int at = node;
    path.add(at);
    while (work.because(at) != at) {
      at = work.because(at);
      path.add(at);
    }
    Throwable cause = (Throwable) Objects.requireNonNull(work.value(at), "cause");
    return TaskFailedException.ofNode(at, names(path.reversed()), work.board().attempts(at), cause);
  }

  private List<String> names(List<Integer> path) {
    if (path.size() <= 2 * SHOWN_ENDS + 1) {
      return path.stream().map(names::of).toList();
    }
    List<String> shown = new ArrayList<>(names(path.subList(0, SHOWN_ENDS)));
    shown.add("(%d more)".formatted(path.size() - 2 * SHOWN_ENDS));
    shown.addAll(names(path.subList(path.size() - SHOWN_ENDS, path.size())));
    return shown;
  }

  // ---------------------------------------------------------------- drawing

  /**
   * {@return what is computed, as it stands now, in the language of Graphviz} Each node has its
   * name, state and time. All nodes are there, however many.
   */
  public String dot() {
    return drawing().dot();
  }

  /**
   * {@return what is computed, as it stands now, as an SVG document} It needs nothing else: no
   * fonts, no scripts. Each node is a box with its name, state and time; colour, outline and word
   * say the state. Of more than 300 nodes, or with too many or too long arrows (5,000 pieces, of
   * each arrow one from a layer to the next), it draws layers: one box for those that are equally
   * far from the beginning, with how many of them are in which state, and where there are more than
   * 60 layers one box for several. Such a drawing has only the arrows from one box to the next.
   */
  public String svg() {
    return drawing().svg();
  }

  private GraphDrawing drawing() {
    GraphPlan plan = work.plan();
    return GraphDrawing.of(
        nodes, names, plan::isNeeded, work.board()::state, work.board()::elapsedNanos);
  }

  @Override
  public String toString() {
    return "GraphRun[nodes=%d over=%s]".formatted(work.plan().neededCount(), isOver());
  }
}
