package dev.tutti.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.Bulk;
import dev.tutti.Items;
import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.event.Progress;
import dev.tutti.plan.Batching;
import dev.tutti.plan.Cpus;
import dev.tutti.plan.DataSize;
import dev.tutti.plan.Defaults;
import dev.tutti.process.ProcessOptions;
import dev.tutti.process.Recycling;
import dev.tutti.task.TaskFuture;
import dev.tutti.testkit.LeakCheck;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What joblib and loky do, for the guide "From Python". */
@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class JoblibSnippets {
  private static int square(int n) {
    return n * n;
  }

  @Test
  void parallel() throws Exception {
    // @start region=parallel
    try (Pool pool = Pool.processes(2)) {
      List<Integer> squares = Parallel.on(pool).map(Items.range(0, 5), n -> square(n));
      assertThat(squares).containsExactly(0, 1, 4, 9, 16);
      double[] samples = new double[1_000_000]; // 8 MB: crosses through shared memory by itself
      Arrays.fill(samples, 0.5);
      TaskFuture<Double> sum = pool.submit(() -> Arrays.stream(samples).sum());
      assertThat(sum.get()).isEqualTo(500_000);
    }
    // @end region=parallel
  }

  @Test
  void options() {
    List<Integer> numbers = List.of(1, 2, 3, 4);
    assertThat(Parallel.map(numbers, n -> square(n))).containsExactly(1, 4, 9, 16);
    try (Pool pool = Pool.threads(Cpus.allBut(1))) {
      // @start region=options
      Bulk bulk =
          Parallel.on(pool)
              .window(64) // pre_dispatch
              .batch(Batching.adaptive()) // batch_size='auto', the default
              .timeout(Duration.ofSeconds(30)) // of each item, which is stopped then
              .progress(Progress.bar("squares")); // verbose
      List<Integer> squares = bulk.map(numbers, n -> square(n));
      // @end region=options
      assertThat(squares).containsExactly(1, 4, 9, 16);
      try (Stream<Integer> results = bulk.stream(numbers, n -> square(n))) {
        assertThat(results).containsExactly(1, 4, 9, 16);
      }
      try (Stream<Integer> results = bulk.unordered(numbers, n -> square(n))) {
        assertThat(results).containsExactlyInAnyOrder(1, 4, 9, 16);
      }
    }
    try (Pool pool = Pool.sequential()) {
      assertThat(pool.map(numbers, n -> square(n))).containsExactly(1, 4, 9, 16);
    }
    assertThat(Cpus.counted(-1)).isEqualTo(Cpus.all());
    assertThat(Cpus.counted(-2)).isEqualTo(Cpus.allBut(1));
  }

  @Test
  void config() throws Exception {
    // @start region=config
    Defaults defaults = Defaults.NONE.withBackend("threads").withWorkers(2);
    int workers =
        ScopedValue.where(Defaults.CURRENT, defaults)
            .call(() -> {
              try (Pool pool = Pool.open()) {
                return pool.workers();
              }
            });
    // @end region=config
    assertThat(workers).isEqualTo(2);
  }

  @Test
  void nested() {
    // @start region=nested
    try (Pool pool = Pool.threads(2)) {
      List<Integer> sums =
          pool.map(
              List.of(1, 2), // a task that uses the pool it runs in
              n ->
                  Pool.current().map(Items.range(0, 3), m -> n * m).stream()
                      .reduce(0, Integer::sum));
      assertThat(sums).containsExactly(3, 6);
    }
    // @end region=nested
  }

  /** Only compiled: the shared pool lives as long as its JVM. */
  static List<Integer> reusable(List<Integer> numbers) {
    Pool pool = Pool.shared();
    pool.resize(4);
    return pool.map(numbers, n -> square(n));
  }

  @Test
  void recycling() {
    ProcessOptions options =
        ProcessOptions.DEFAULTS
            .withWorkers(2)
            .withRecycling(
                Recycling.NONE
                    .aboveResident(DataSize.mib(800))
                    .afterIdle(Duration.ofSeconds(30), 0));
    try (Pool pool = Pool.open(options)) {
      pool.resize(1, 4);
      assertThat(pool.submit(() -> square(3)).join()).isEqualTo(9);
    }
  }
}
