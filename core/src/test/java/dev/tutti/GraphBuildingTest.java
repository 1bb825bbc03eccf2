package dev.tutti;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.tutti.plan.FailurePolicy;
import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a graph takes, and what a computation has of it. */
@Tag("unit")
class GraphBuildingTest {
  private final TaskGraph graph = new TaskGraph();

  private static int fails() throws IOException {
    throw new IOException("bad");
  }

  /** A name that is given later is that of later computations. */
  @Test
  void named_afterTheStart_runKeepsTheOldName() throws Exception {
    Node<Integer> node = graph.task(() -> fails()).named("before");
    Node<Integer> unnamed = graph.task(() -> 1);
    try (Pool pool = Pool.threads(1)) {
      GraphRun run = graph.start(pool, FailurePolicy.FINISH_ALL, List.of(node, unnamed));
      node.named("after");
      unnamed.named("also after");
      run.await();
      assertThat(run.failures().getFirst()).hasMessageContaining("node 'before'");
      assertThat(run.svg()).contains("before", "task 1").doesNotContain("after");
      assertThat(run.dot()).contains("before", "task 1").doesNotContain("after");
      GraphRun next = graph.start(pool, FailurePolicy.FINISH_ALL, List.of(node));
      assertThat(next.await().failures().getFirst()).hasMessageContaining("node 'after'");
    }
  }

  /** Input that fails leaves no nodes. */
  @Test
  void each_inputFails_nothingIsAdded() {
    Iterable<Integer> input = () -> failsAt(3);
    assertThatIllegalStateException().isThrownBy(() -> graph.each(input, n -> n));
    assertThat(graph.size()).isZero();
  }

  private static Iterator<Integer> failsAt(int place) {
    return Stream.iterate(0, n -> n + 1)
        .map(n -> {
          if (n == place) {
            throw new IllegalStateException("bad input");
          }
          return n;
        })
        .iterator();
  }

  @Test
  void each_stream_isClosed() {
    AtomicInteger closed = new AtomicInteger();
    assertThat(graph.each(Items.of(Stream.of(1, 2).onClose(closed::incrementAndGet)), n -> n))
        .hasSize(2);
    assertThat(closed).hasValue(1);
    assertThatIllegalStateException()
        .isThrownBy(() ->
            graph.each(
                Items.of(
                    Stream.of(1, 2)
                        .peek(_ -> {
                          throw new IllegalStateException("cannot be read");
                        })
                        .onClose(closed::incrementAndGet)),
                n -> n))
        .withMessage("cannot be read");
    assertThat(closed).hasValue(2);
  }

  /** What is missing is named. */
  @Test
  @SuppressWarnings({"NullAway", "DataFlowIssue"}) // that is what is tested
  void anyMethod_null_isNamed() {
    Node<Integer> node = graph.task(() -> 1);
    try (Pool pool = Pool.sequential()) {
      isNamed("items", () -> graph.each(null, n -> n));
      isNamed("inputs", () -> graph.combine(null, all -> all));
      isNamed("second", () -> graph.combine(node, null, (a, b) -> a));
      isNamed(
          "inputs has no node at place 1",
          () -> graph.combine(Arrays.asList(node, null), all -> all));
      isNamed("limits", () -> node.keepingTo(null));
      isNamed("node", () -> graph.compute(pool, (Node<Integer>) null));
      isNamed("node", () -> graph.computeAsync(pool, null));
      isNamed("wanted", () -> graph.start(pool, FailurePolicy.FINISH_ALL, null));
      isNamed("node", () -> graph.compute(pool).state(null));
    }
    assertThat(graph.size()).isEqualTo(1);
  }

  private static void isNamed(String name, Runnable call) {
    assertThatNullPointerException().isThrownBy(call::run).withMessage(name);
  }
}
