package dev.tutti;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tutti.plan.FailurePolicy;
import dev.tutti.task.NodeState;
import dev.tutti.task.TaskFailedException;
import dev.tutti.task.TaskFuture;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Graphs made at random, and computations that are stopped at any moment. */
@Tag("unit")
@Timeout(60)
final class GraphRaceTest {
  private static final int ROUNDS = 150;

  /**
   * A graph whose node i adds one to the sum of up to three nodes before it, and what comes out.
   */
  private static final class Made {
    final TaskGraph graph = new TaskGraph();
    final List<Node<Long>> nodes = new ArrayList<>();
    final List<Long> values = new ArrayList<>();
    final AtomicIntegerArray ran;

    Made(Random random, int size) {
      ran = new AtomicIntegerArray(size);
      for (int i = 0; i < size; i++) {
        int own = i;
        List<Node<Long>> inputs = new ArrayList<>();
        long value = 1;
        for (int n = random.nextInt(4); n > 0 && i > 0; n--) {
          int input = random.nextInt(i);
          inputs.add(nodes.get(input));
          value += values.get(input);
        }
        values.add(value);
        nodes.add(
            inputs.size() == 2
                ? graph.combine(
                    inputs.getFirst(), inputs.getLast(), (Long a, Long b) -> count(own, a + b))
                : graph.combine(inputs, all -> count(own, all.stream().mapToLong(n -> n).sum())));
      }
    }

    private long count(int node, long sum) {
      ran.incrementAndGet(node);
      return sum + 1;
    }
  }

  /** Each node runs once, after those that it needs, whatever the graph is like. */
  @Test
  void compute_anyGraph_eachNodeOnceWithItsValue() {
    for (Pool pool : List.of(Pool.sequential(), Pool.threads(3), Pool.virtualThreads())) {
      try (pool) {
        for (int round = 0; round < ROUNDS; round++) {
          Made made = new Made(new Random(round), 60);
          GraphRun run = made.graph.compute(pool);
          for (int i = 0; i < 60; i++) {
            assertThat(run.value(made.nodes.get(i))).isEqualTo(made.values.get(i));
            assertThat(made.ran.get(i)).isEqualTo(1);
          }
        }
      }
    }
  }

  /** A lattice of 10,000 nodes and a chain of 100,000: nothing recurses, each node runs once. */
  @Test
  void compute_largeGraphs_eachNodeOnceWithItsValue() {
    TaskGraph graph = new TaskGraph();
    AtomicInteger ran = new AtomicInteger();
    List<Node<Integer>> above = List.of();
    for (int row = 0; row < 100; row++) {
      List<Node<Integer>> now = new ArrayList<>();
      for (int column = 0; column < 100; column++) {
        now.add(
            row == 0 || column == 0
                ? graph.task(ran::incrementAndGet).then(_ -> 1)
                : graph.combine(
                    above.get(column),
                    now.getLast(),
                    (Integer up, Integer left) -> {
                      ran.incrementAndGet();
                      return up + left;
                    }));
      }
      above = now;
    }
    Node<Integer> lattice = above.getLast();
    Node<Integer> end = lattice;
    for (int i = 0; i < 100_000; i++) {
      end = end.then(n -> n + 1);
    }
    int ways = 0;
    for (Pool pool : List.of(Pool.sequential(), Pool.threads(3))) {
      try (pool) {
        ran.set(0);
        ways = graph.compute(pool, lattice);
        assertThat(ran.get()).isEqualTo(9_999); // nobody needs the corner
        assertThat(graph.compute(pool, end)).isEqualTo(ways + 100_000);
      }
    }
    int[] row = new int[100]; // the same by a loop
    for (int r = 0; r < 100; r++) {
      for (int c = 0; c < 100; c++) {
        row[c] = r == 0 || c == 0 ? 1 : row[c] + row[c - 1];
      }
    }
    assertThat(ways).isEqualTo(row[99]);
  }

  /** A failure at the beginning of a long chain is told with the ends of its path. */
  @Test
  void compute_longChainFails_pathIsShort() {
    TaskGraph graph = new TaskGraph();
    Node<Integer> end =
        graph
            .<Integer>task(() -> {
              throw new IllegalStateException("at the beginning");
            })
            .named("first");
    for (int i = 0; i < 100_000; i++) {
      end = end.then(n -> n);
    }
    Node<Integer> last = end.named("last");
    try (Pool pool = Pool.threads(2)) {
      assertThatExceptionOfType(TaskFailedException.class)
          .isThrownBy(() -> graph.compute(pool, last))
          .satisfies(e -> assertThat(e.path()).hasSize(13).startsWith("first").endsWith("last"))
          .withMessageContaining("(99989 more)");
    }
  }

  /** A computation that is cancelled at any moment ends, stops, and leaves nothing in the pool. */
  @Test
  void cancel_atAnyMoment_endsAndStops() throws Exception {
    for (Pool pool : List.of(Pool.threads(3), Pool.virtualThreads())) {
      try (pool) {
        for (int round = 0; round < ROUNDS; round++) {
          Made made = new Made(new Random(round), 60);
          TaskFuture<Long> future = made.graph.computeAsync(pool, made.nodes.getLast());
          int spins = round * 40;
          Thread canceller =
              Thread.ofPlatform()
                  .start(() -> {
                    for (int i = 0; i < spins; i++) {
                      Thread.onSpinWait();
                    }
                    future.cancel(true);
                  });
          future.stopped().get(30, TimeUnit.SECONDS);
          canceller.join();
          assertThat(future.isCancelled() || future.resultNow().equals(made.values.getLast()))
              .isTrue();
        }
      }
      assertThat(pool.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** Failures of several nodes at once: the run ends, and states and failures agree. */
  @Test
  void compute_manyFail_statesAgreeWithFailures() {
    for (FailurePolicy policy : FailurePolicy.values()) {
      try (Pool pool = Pool.threads(3)) {
        for (int round = 0; round < ROUNDS; round++) {
          TaskGraph graph = new TaskGraph();
          List<Node<Integer>> nodes = new ArrayList<>();
          for (int i = 0; i < 12; i++) {
            int own = i;
            Node<Integer> node =
                graph.task(() -> {
                  if (own % 3 == 0) {
                    throw new IllegalStateException("bad " + own);
                  }
                  return own;
                });
            nodes.add(node);
            nodes.add(node.then(n -> n));
          }
          GraphRun run = graph.start(pool, policy, nodes);
          awaitOver(run);
          long failed = nodes.stream().filter(n -> run.state(n) == NodeState.FAILED).count();
          assertThat(run.failures()).hasSize((int) failed);
          assertThat(failed).isEqualTo(policy == FailurePolicy.FINISH_ALL ? 4 : 1);
          assertThat(nodes.stream().filter(n -> run.state(n) == NodeState.SKIPPED).count())
              .isEqualTo(failed);
        }
      }
    }
  }

  private static void awaitOver(GraphRun run) {
    try {
      run.await();
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts this test", e);
    }
  }
}
