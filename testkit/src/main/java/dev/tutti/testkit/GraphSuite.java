package dev.tutti.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.tutti.GraphRun;
import dev.tutti.Node;
import dev.tutti.Pool;
import dev.tutti.TaskGraph;
import dev.tutti.plan.FailurePolicy;
import dev.tutti.task.Fn;
import dev.tutti.task.NodeState;
import dev.tutti.task.NotSendableException;
import dev.tutti.task.Task;
import dev.tutti.task.TaskFailedException;
import dev.tutti.task.WorkerLostException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Graphs of tasks: which nodes run, with which values, and what becomes of failures. */
interface GraphSuite extends Subject {
  /** A task that fails if it runs a second time. */
  private static <R> Task<R> once(Path file, R value) {
    return () -> {
      Files.createFile(file);
      return value;
    };
  }

  private static int plus(int a, int b) {
    return a + b;
  }

  /** A value that several nodes need is computed once, and what nobody asks for is not. */
  @Test
  default void compute_oneNode_runsWhatItNeedsOnce(@TempDir Path folder) {
    TaskGraph graph = new TaskGraph();
    Node<Integer> a = graph.task(once(folder.resolve("a"), 3));
    Node<Integer> b = a.then(n -> n + 1);
    Node<Integer> c = a.then(n -> n * 10);
    Node<Integer> d = graph.combine(b, c, GraphSuite::plus);
    Node<Integer> twice = graph.combine(d, d, GraphSuite::plus);
    graph.task(once(folder.resolve("unasked"), 1)).then(n -> n);
    try (Pool pool = open(2)) {
      assertThat(graph.compute(pool, twice)).isEqualTo(68);
      assertThat(folder.resolve("a")).exists();
      assertThat(folder.resolve("unasked")).doesNotExist();
    }
  }

  /** Items, lists and nulls are values like others. */
  @Test
  @SuppressWarnings("NullAway") // a list of what may be null is not told through a lambda
  default void compute_allNodes_valuesInTheirOrder() {
    TaskGraph graph = new TaskGraph();
    List<@Nullable String> words = new ArrayList<>(Collections.nCopies(300, "word"));
    words.set(7, null);
    List<Node<@Nullable String>> nodes =
        graph.each(words, (Fn<@Nullable String, @Nullable String>) word -> word);
    Node<Integer> nulls =
        graph.combine(nodes, all -> (int) all.stream().filter(Objects::isNull).count());
    Node<Integer> seventh = nodes.get(7).then(word -> word == null ? 1 : 0);
    Node<Integer> none = graph.combine(List.<Node<Integer>>of(), all -> all.size());
    try (Pool pool = open(2)) {
      GraphRun run = graph.compute(pool);
      assertThat(run.value(nulls)).isEqualTo(1);
      assertThat(run.value(seventh)).isEqualTo(1);
      assertThat(run.value(none)).isZero();
      assertThat((Object) run.value(nodes.get(7))).isNull();
      assertThat(run.value(nodes.get(8))).isEqualTo("word");
      assertThat(nodes).allMatch(node -> run.state(node) == NodeState.DONE);
      assertThat(run.elapsed(nulls)).isPresent();
      assertThat(run.failures()).isEmpty();
    }
  }

  /** Nodes that do not need each other run at the same time. */
  @Test
  default void compute_independentNodes_runAtOnce(@TempDir Path folder) {
    TaskGraph graph = new TaskGraph();
    Path left = folder.resolve("left");
    Path right = folder.resolve("right");
    boolean alone = callerRuns();
    Node<Integer> a = graph.task(() -> meet(left, right, alone));
    Node<Integer> b = graph.task(() -> meet(right, left, alone));
    try (Pool pool = open(2)) {
      assertThat(graph.compute(pool, graph.combine(a, b, GraphSuite::plus))).isEqualTo(2);
    }
  }

  private static int meet(Path own, Path other, boolean alone) throws Exception {
    Files.createFile(own);
    if (!alone) {
      Await.file(other);
    }
    return 1;
  }

  /** A lattice in which each node counts the ways to it, and chains longer than any stack. */
  @Test
  default void compute_latticeAndChain_valuesAreRight() {
    int side = isolated() ? 24 : 40;
    int length = isolated() ? 2_000 : 20_000;
    TaskGraph graph = new TaskGraph();
    List<List<Node<Integer>>> rows = new ArrayList<>();
    for (int row = 0; row < side; row++) {
      List<Node<Integer>> nodes = new ArrayList<>();
      for (int column = 0; column < side; column++) {
        nodes.add(
            row == 0 || column == 0
                ? graph.task(() -> 1)
                : graph.combine(
                    nodes.get(column - 1),
                    rows.get(row - 1).get(column),
                    (Integer up, Integer left) -> (up + left) % 1_000_003));
      }
      rows.add(nodes);
    }
    Node<Integer> end = graph.task(() -> 0);
    Fn<Integer, Integer> next = n -> n + 1;
    for (int i = 0; i < length; i++) {
      end = end.then(next);
    }
    try (Pool pool = open(2)) {
      assertThat(graph.compute(pool, rows.getLast().getLast())).isEqualTo(ways(side));
      assertThat(graph.compute(pool, end)).isEqualTo(length);
    }
  }

  private static int ways(int side) {
    int[] row = new int[side];
    Arrays.fill(row, 1);
    for (int r = 1; r < side; r++) {
      for (int c = 1; c < side; c++) {
        row[c] = (row[c] + row[c - 1]) % 1_000_003;
      }
    }
    return row[side - 1];
  }

  // ---------------------------------------------------------------- failures

  /** The failure names the way from the node that failed to the one that was asked for. */
  @Test
  default void compute_oneFails_failureNamesThePath(@TempDir Path folder) {
    TaskGraph graph = new TaskGraph();
    Node<Integer> first = graph.task(() -> 1).named("first");
    Node<Integer> bad =
        first
            .<Integer>then(n -> {
              throw new IOException("no such thing");
            })
            .named("bad");
    Node<Integer> middle = bad.then(n -> n).named("middle");
    Node<Integer> other = bad.then(n -> n).named("by the other way").then(n -> n);
    Node<Integer> last = graph.combine(middle, other, GraphSuite::plus).named("last");
    Path file = folder.resolve("ran");
    Node<Integer> behind = last.then(n -> once(file, n).call()).named("behind");
    try (Pool pool = open(2)) {
      assertThatExceptionOfType(TaskFailedException.class)
          .isThrownBy(() -> graph.compute(pool, behind))
          .withMessageContaining("node 'bad' failed")
          .withMessageContaining("path=bad > middle > last > behind")
          .withMessageContaining("attempt=1")
          .withCauseInstanceOf(IOException.class)
          .satisfies(e -> assertThat(e.getCause()).hasMessage("no such thing"))
          .satisfies(e -> assertThat(e.index()).isEqualTo(1))
          .satisfies(e -> assertThat(e.path()).containsExactly("bad", "middle", "last", "behind"));
      assertThat(file).doesNotExist();
      assertThatExceptionOfType(TaskFailedException.class).isThrownBy(() -> graph.compute(pool));
      assertThat(graph.compute(pool, first)).isEqualTo(1);
    }
  }

  /**
   * What does not need a failed node goes on, where that is asked; a worker's death is a failure.
   */
  @Test
  default void compute_finishAll_whatNeedsNoFailureIsDone() {
    TaskGraph graph = new TaskGraph();
    Node<Integer> good = graph.task(() -> 1).named("good");
    Node<Integer> bad =
        graph.task(isolated() ? Faults.haltsWith(3) : Faults.throwsError("bad")).named("bad");
    Node<Integer> needsBoth = graph.combine(good, bad, GraphSuite::plus).named("both");
    Node<Integer> behind = needsBoth.then(n -> n).named("behind");
    Node<Integer> goesOn = good.then(n -> n + 1).then(n -> n + 1);
    Node<Integer> failsLater =
        goesOn
            .<Integer>then(n -> {
              throw new IllegalStateException("later " + n);
            })
            .named("later");
    try (Pool pool = open(2)) {
      GraphRun run = graph.compute(pool, FailurePolicy.FINISH_ALL);
      assertThat(run.value(goesOn)).isEqualTo(3);
      assertThat(run.state(bad)).isEqualTo(NodeState.FAILED);
      assertThat(run.state(needsBoth)).isEqualTo(NodeState.SKIPPED);
      assertThat(run.state(behind)).isEqualTo(NodeState.SKIPPED);
      assertThatExceptionOfType(TaskFailedException.class)
          .isThrownBy(() -> run.value(behind))
          .withMessageContaining("path=bad > both > behind")
          .withCauseInstanceOf(isolated() ? WorkerLostException.class : AssertionError.class);
      assertThatExceptionOfType(TaskFailedException.class)
          .isThrownBy(() -> run.value(failsLater))
          .withMessageContaining("later 3");
      assertThat(run.failures()).extracting(e -> e.path().getFirst()).contains("bad", "later");
      assertThat(run.svg()).contains("failed", "skipped", "done").doesNotContain("running");
    }
  }

  /**
   * What cannot be sent is told with the node: a function before anything runs, a value as failure.
   */
  @Test
  default void compute_notSendable_nodeIsNamed(@TempDir Path folder) {
    AtomicReference<String> shared = new AtomicReference<>("shared");
    TaskGraph captures = new TaskGraph();
    Path ran = folder.resolve("ran");
    Node<Integer> first = captures.task(once(ran, 1));
    Node<String> bad = first.then(n -> shared.get() + n).named("captures");
    TaskGraph returns = new TaskGraph();
    Node<Object> result = returns.task(Faults.returnsUnsendable()).named("returns");
    Node<Integer> item =
        returns.each(List.of(new Faults.NotSerializable(5)), fault -> fault.number()).getFirst();
    try (Pool pool = open(2)) {
      if (!isolated()) {
        assertThat(captures.compute(pool, bad)).isEqualTo("shared1");
        assertThat(returns.compute(pool, result)).isEqualTo(new Faults.NotSerializable(7));
        assertThat(returns.compute(pool, item)).isEqualTo(5);
        return;
      }
      assertThatExceptionOfType(NotSendableException.class)
          .isThrownBy(() -> captures.compute(pool, bad))
          .withMessageContaining("node 'captures': cannot send the task")
          .withMessageContaining("AtomicReference");
      assertThat(ran).doesNotExist();
      assertThatExceptionOfType(TaskFailedException.class)
          .isThrownBy(() -> returns.compute(pool, result))
          .withMessageContaining("node 'returns' failed")
          .withCauseInstanceOf(NotSendableException.class);
      assertThatExceptionOfType(TaskFailedException.class)
          .isThrownBy(() -> returns.compute(pool, item))
          .withMessageContaining("node 'item 1' failed")
          .withCauseInstanceOf(NotSendableException.class);
      assertThat(captures.compute(pool, first)).isEqualTo(1);
    }
  }

  /** Nodes of other graphs, and values that are not there, are refused with what to do. */
  @Test
  default void anyMethod_wrongNode_isRefused() {
    TaskGraph graph = new TaskGraph();
    Node<Integer> inner = graph.task(() -> 1);
    Node<Integer> outer = inner.then(n -> n);
    Node<Integer> stranger = new TaskGraph().task(() -> 1).named("stranger");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> graph.combine(inner, stranger, GraphSuite::plus))
        .withMessageContaining("another graph: node=stranger");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> graph.combine(List.of(stranger), all -> all.size()));
    assertThatIllegalArgumentException().isThrownBy(() -> graph.each(Path.of("a"), n -> n));
    try (Pool pool = open(2)) {
      assertThatIllegalArgumentException().isThrownBy(() -> graph.compute(pool, stranger));
      GraphRun run = graph.start(pool, FailurePolicy.STOP_AT_FIRST, List.of(outer));
      Node<Integer> late = graph.task(() -> 2);
      Await.until("the run is over", run::isOver);
      assertThat(run.value(outer)).isEqualTo(1);
      assertThatIllegalStateException()
          .isThrownBy(() -> run.value(inner))
          .withMessageContaining("not asked for: node=task 0");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> run.value(late))
          .withMessageContaining("after the run had begun: node=task 2");
      assertThatIllegalArgumentException().isThrownBy(() -> run.state(stranger));
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts this test", e);
    }
  }
}
