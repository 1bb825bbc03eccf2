package dev.tutti;

import dev.tutti.engine.Engine;
import dev.tutti.engine.GraphPlan;
import dev.tutti.engine.GraphWork;
import dev.tutti.engine.Step;
import dev.tutti.plan.CallOptions;
import dev.tutti.plan.FailurePolicy;
import dev.tutti.task.BiFn;
import dev.tutti.task.Fn;
import dev.tutti.task.NotSendableException;
import dev.tutti.task.Task;
import dev.tutti.task.TaskFailedException;
import dev.tutti.task.TaskFuture;
import dev.tutti.task.TaskTimeoutException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Tasks that need the results of other tasks, to be computed on any pool.
 *
 * {@snippet class=dev.tutti.GraphSnippets region=graph lang=java}
 *
 * <p>First the graph is made, and nothing runs; then {@link #compute} runs what the wanted value
 * needs: each node once, as much at once as the graph and the pool allow. A node is made of nodes
 * that are there already, so a graph has no cycle. A value that several nodes need is computed
 * once; it is let go when the last of them has begun, unless it was asked for.
 *
 * <p>What the attempts of nodes keep to (time-out, further attempts, priority) are the options of
 * the pool, {@code pool.with(CallOptions)}, or those of the node, {@link Node#keepingTo}. The
 * deadline of the pool's options is that of the whole computation.
 *
 * <p>{@link Pool#auto} has virtual threads for nodes; a graph in which a time-out is set runs on
 * the shared worker JVMs there, as any call does.
 *
 * <p>On worker processes the functions travel when {@code compute} is called, and the values
 * between nodes by way of this JVM. Nodes that have the same function object and options go to
 * workers in batches.
 *
 * <p><b>Lifetime.</b> A graph can be computed again and again, on several pools, at the same time
 * too; each computation runs all that it needs anew and leaves nothing in the graph.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread. A computation has the nodes
 * that were there when it began.
 *
 * <p><b>Memory consistency.</b> What was done before {@code compute} is visible to the tasks, what
 * a task did to those that need it, and what all did after the return of {@code compute}, where
 * they share memory; otherwise values are copies.
 *
 * <p><b>Failure.</b> {@link TaskFailedException} names the node that failed and the path from it to
 * the node that was asked for; its cause is what the task threw. The first failure stops all, or by
 * {@link FailurePolicy#FINISH_ALL} only what needs the failed node is skipped. Whoever is
 * interrupted while it computes stops the work, keeps the flag and gets {@link
 * CancellationException}.
 *
 * @since 0.1
 */
public final class TaskGraph {
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Node<?>> nodes = new ArrayList<>(); // guarded by `lock`

  /** Makes an empty graph. */
  public TaskGraph() {}

  // ---------------------------------------------------------------- building

  /**
   * Adds a node that needs no other.
   *
   * @param <R> the type of its value
   * @param task makes its value
   * @return the new node
   */
  public <R extends @Nullable Object> Node<R> task(Task<R> task) {
    return add(Step.task(Objects.requireNonNull(task, "task")));
  }

  /**
   * Adds a node for each of many items, which needs no other.
   *
   * @param <A> the type of the items
   * @param <R> the type of the values
   * @param items the items, read now
   * @param fn makes the value of a node of its item
   * @return the new nodes, in the order of the items
   * @throws IllegalArgumentException if the items are a single {@code Path}
   */
  public <A extends @Nullable Object, R extends @Nullable Object> List<Node<R>> each(
      Iterable<? extends A> items, Fn<? super A, ? extends R> fn) {
    Objects.requireNonNull(items, "items");
    Objects.requireNonNull(fn, "fn");
    if (items instanceof Path) {
      throw new IllegalArgumentException(
          "a path is not many items: items=%s; use List.of(path), or list the folder"
              .formatted(items));
    }
    List<Step> steps = new ArrayList<>();
    // All are read first: input that fails leaves no nodes.
    Items.forEach(items, item -> steps.add(Step.item(fn, item)));
    List<Node<R>> all = new ArrayList<>(steps.size());
    steps.forEach(step -> all.add(add(step)));
    return List.copyOf(all);
  }

  /** Adds a node whose input is the value of another one. */
  <A extends @Nullable Object, R extends @Nullable Object> Node<R> then(
      Node<A> input, Fn<? super A, ? extends R> fn) {
    return add(Step.then(Objects.requireNonNull(fn, "fn"), input.index()));
  }

  /**
   * Adds a node whose inputs are the values of two others.
   *
   * @param <A> the type of the first input
   * @param <B> the type of the second input
   * @param <R> the type of its value
   * @param first the first of the others
   * @param second the second of the others; it may be the first
   * @param fn makes its value of both
   * @return the new node
   * @throws IllegalArgumentException if one of the others is of another graph
   */
  public <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
      Node<R> combine(
          Node<? extends A> first,
          Node<? extends B> second,
          BiFn<? super A, ? super B, ? extends R> fn) {
    Objects.requireNonNull(first, "first");
    Objects.requireNonNull(second, "second");
    Objects.requireNonNull(fn, "fn");
    return add(Step.both(fn, own(first), own(second)));
  }

  /**
   * Adds a node whose input is the list of the values of others.
   *
   * @param <A> the type of the values
   * @param <R> the type of its value
   * @param inputs the others; one may stand there twice
   * @param fn makes its value of the values of the others, in their order
   * @return the new node
   * @throws IllegalArgumentException if one of the others is of another graph
   */
  public <A extends @Nullable Object, R extends @Nullable Object> Node<R> combine(
      Collection<? extends Node<? extends A>> inputs, Fn<? super List<A>, ? extends R> fn) {
    Objects.requireNonNull(inputs, "inputs");
    Objects.requireNonNull(fn, "fn");
    return add(Step.all(fn, own(inputs, "inputs")));
  }

  private <R extends @Nullable Object> Node<R> add(Step step) {
    lock.lock();
    try {
      Node<R> node = new Node<>(this, nodes.size(), step);
      nodes.add(node);
      return node;
    } finally {
      lock.unlock();
    }
  }

  /** {@return the number of a node, which must be of this graph} */
  int own(Node<?> node) {
    Objects.requireNonNull(node, "node");
    if (node.graph() != this) {
      throw new IllegalArgumentException(
          "node is of another graph: node=%s; make it in the graph that uses it"
              .formatted(node.name()));
    }
    return node.index();
  }

  /**
   * {@return the numbers of nodes, which must be of this graph}
   *
   * @param what what they are called, for messages
   */
  private int[] own(Collection<? extends Node<?>> several, String what) {
    int[] numbers = new int[several.size()];
    int i = 0;
    for (Node<?> node : several) {
      if (node == null) {
        throw new NullPointerException("%s has no node at place %d".formatted(what, i));
      }
      numbers[i++] = own(node);
    }
    return numbers;
  }

  /** {@return how many nodes there are} */
  public int size() {
    lock.lock();
    try {
      return nodes.size();
    } finally {
      lock.unlock();
    }
  }

  // ---------------------------------------------------------------- computing

  /**
   * Computes the value of one node, and what it needs. The first failure stops the rest.
   *
   * @param <R> the type of the value
   * @param pool whose workers run the tasks; it stays open
   * @param node the node
   * @return its value
   * @throws TaskFailedException if a node failed
   * @throws TaskTimeoutException if the deadline of the pool's options came first
   * @throws NotSendableException if the function of a node cannot be moved to a worker; it names
   *     the node, and nothing has run
   * @throws RejectedExecutionException if the pool is closed
   * @throws CancellationException if the calling thread is interrupted, whose flag stays set, or
   *     the pool is stopped
   * @throws IllegalArgumentException if the node is of another graph
   */
  public <R extends @Nullable Object> R compute(Pool pool, Node<R> node) {
    GraphRun run = prepare(pool, node);
    run.work().run();
    return run.value(node);
  }

  /**
   * Computes all nodes. The first failure stops the rest.
   *
   * @param pool whose workers run the tasks; it stays open
   * @return the values of all
   * @throws TaskFailedException if a node failed
   * @throws TaskTimeoutException if the deadline of the pool's options came first
   * @throws NotSendableException if the function of a node cannot be moved to a worker
   * @throws RejectedExecutionException if the pool is closed
   * @throws CancellationException if the calling thread is interrupted, whose flag stays set, or
   *     the pool is stopped
   */
  public GraphRun compute(Pool pool) {
    return compute(pool, FailurePolicy.STOP_AT_FIRST);
  }

  /**
   * Computes all nodes.
   *
   * @param pool whose workers run the tasks; it stays open
   * @param policy what a failure does to the others; by {@link FailurePolicy#FINISH_ALL} no failure
   *     of a node is thrown, {@link GraphRun#failures} and {@link GraphRun#value} tell it
   * @return the values of all that are done
   * @throws TaskFailedException if a node failed, and the first failure is to stop the rest
   * @throws TaskTimeoutException if the deadline of the pool's options came first
   * @throws NotSendableException if the function of a node cannot be moved to a worker
   * @throws RejectedExecutionException if the pool is closed
   * @throws CancellationException if the calling thread is interrupted, whose flag stays set, or
   *     the pool is stopped
   */
  public GraphRun compute(Pool pool, FailurePolicy policy) {
    GraphRun run = prepare(pool, policy, all());
    run.work().run();
    run.throwWhatEndedIt();
    return run;
  }

  /**
   * Starts to compute the value of one node, and what it needs. The first failure stops the rest.
   * Where the pool's caller runs the tasks it has ended on return.
   *
   * @param <R> the type of the value
   * @param pool whose workers run the tasks; it stays open
   * @param node the node
   * @return the future of its value; whoever completes it from outside stops the work. {@code get}
   *     throws an {@code ExecutionException} whose cause is the {@link TaskFailedException}
   * @throws NotSendableException if the function of a node cannot be moved to a worker
   * @throws IllegalArgumentException if the node is of another graph
   */
  public <R extends @Nullable Object> TaskFuture<R> computeAsync(Pool pool, Node<R> node) {
    GraphRun run = prepare(pool, node);
    GraphFuture<R> future = new GraphFuture<>(run, node);
    run.work().hear(future::runIsOver, future::workHasStopped);
    launch(run, pool);
    return future;
  }

  /**
   * Starts to compute some nodes, and what they need; the run can be looked at and drawn meanwhile.
   * Where the pool's caller runs the tasks it has ended on return.
   *
   * @param pool whose workers run the tasks; it stays open
   * @param policy what a failure does to the others
   * @param wanted the nodes whose values are asked for
   * @return the run
   * @throws NotSendableException if the function of a node cannot be moved to a worker
   * @throws IllegalArgumentException if one of the nodes is of another graph
   */
  public GraphRun start(Pool pool, FailurePolicy policy, Collection<? extends Node<?>> wanted) {
    GraphRun run = prepare(pool, policy, wanted);
    launch(run, pool);
    return run;
  }

  private static void launch(GraphRun run, Pool pool) {
    GraphWork work = run.work();
    if (!work.isDriven()) {
      work.begin();
    } else if (((EnginePool) pool).engine().callerRuns()) {
      work.drive();
    } else {
      Thread.ofVirtual().name("tutti-" + pool.name() + "-graph").start(work::drive);
    }
  }

  private List<Node<?>> all() {
    lock.lock();
    try {
      return List.copyOf(nodes);
    } finally {
      lock.unlock();
    }
  }

  /**
   * {@return the options that say whether walls are asked for: those with a time-out, if there are
   * any}
   */
  private static CallOptions deciding(@Nullable CallOptions[] ofNodes, CallOptions ofPool) {
    for (CallOptions one : ofNodes) {
      if (one != null && one.timeout().isPresent()) {
        return one;
      }
    }
    return ofPool;
  }

  private GraphRun prepare(Pool pool, Node<?> node) {
    Objects.requireNonNull(node, "node");
    return prepare(pool, FailurePolicy.STOP_AT_FIRST, List.of(node));
  }

  private GraphRun prepare(Pool pool, FailurePolicy policy, Collection<? extends Node<?>> wanted) {
    EnginePool on = (EnginePool) Objects.requireNonNull(pool, "pool");
    Objects.requireNonNull(policy, "policy");
    Objects.requireNonNull(wanted, "wanted");
    int[] asked = own(wanted, "wanted");
    List<Node<?>> known = all();
    Step[] steps = new Step[known.size()];
    @Nullable CallOptions[] own = new CallOptions[known.size()];
    for (Node<?> node : known) {
      steps[node.index()] = node.step();
      CallOptions limits = node.options();
      own[node.index()] = limits == null ? null : on.complete(limits);
    }
    GraphPlan plan =
        new GraphPlan(steps, own, asked, on.options(), policy == FailurePolicy.STOP_AT_FIRST);
    Engine engine = on.engine(deciding(own, on.options()));
    NodeNames names = new NodeNames(known);
    GraphWork work = new GraphWork(engine, plan, names::of, on);
    return new GraphRun(this, work, known, names);
  }

  // ---------------------------------------------------------------- drawing

  /**
   * {@return the graph in the language of Graphviz, before any computation}
   *
   * @see GraphRun#dot
   */
  public String dot() {
    return GraphDrawing.of(all()).dot();
  }

  /**
   * {@return the graph as an SVG document, before any computation}
   *
   * @see GraphRun#svg
   */
  public String svg() {
    return GraphDrawing.of(all()).svg();
  }

  @Override
  public String toString() {
    return "TaskGraph[nodes=%d]".formatted(size());
  }
}
