package dev.tutti;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.tutti.plan.BackendOptions;
import dev.tutti.plan.Batching;
import dev.tutti.plan.CallOptions;
import dev.tutti.plan.Cpus;
import dev.tutti.plan.DataSize;
import dev.tutti.plan.Defaults;
import dev.tutti.plan.FailurePolicy;
import dev.tutti.plan.RetryPolicy;
import dev.tutti.plan.SequentialOptions;
import dev.tutti.plan.SubmitQueue;
import dev.tutti.plan.ThreadOptions;
import dev.tutti.plan.VirtualThreadOptions;
import dev.tutti.task.TaskFailedException;
import dev.tutti.task.TaskFuture;
import dev.tutti.task.WorkerContext;
import dev.tutti.task.WorkerLost;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The samples in the documents of {@code dev.tutti.plan}. */
@Tag("unit")
final class PlanSnippets {
  @Test
  void dataSize() {
    // @start region=dataSize
    DataSize heap = DataSize.mib(512);
    String text = "heap of " + heap; // "heap of 512 MiB"
    // @end region=dataSize
    assertThat(text).isEqualTo("heap of 512 MiB");
    assertThat(heap.bytes()).isEqualTo(512L * 1024 * 1024);
  }

  @Test
  void batching() {
    List<Integer> rows = IntStream.range(0, 1_000).boxed().toList();
    try (Pool pool = Pool.threads(2)) {
      // @start region=batching
      Bulk bulk = Parallel.on(pool).batch(Batching.fixed(100));
      List<Integer> doubled = bulk.map(rows, row -> 2 * row);
      // @end region=batching
      assertThat(doubled).hasSize(1_000).endsWith(1_998);
    }
  }

  @Test
  void callOptions() {
    try (Pool pool = Pool.threads(2)) {
      // @start region=callOptions
      CallOptions options = CallOptions.DEFAULTS.withTimeout(Duration.ofSeconds(3));
      int answer = pool.with(options).submit(() -> 6 * 7).join();
      // @end region=callOptions
      assertThat(answer).isEqualTo(42);
    }
  }

  @Test
  void cpus() {
    // @start region=cpus
    try (Pool pool = Pool.threads(Cpus.allBut(1))) { // one is left for the rest of the machine
      assertThat(pool.workers()).isEqualTo(Cpus.counted(-2)); // as in tutti.workers and --workers
    }
    // @end region=cpus
    assertThat(Cpus.all()).isEqualTo(Cpus.counted(-1)).isGreaterThanOrEqualTo(Cpus.allBut(1));
  }

  @Test
  void defaults() throws Exception {
    // @start region=defaults
    Defaults two = Defaults.NONE.withWorkers(2).withTimeout(Duration.ofSeconds(30));
    int workers =
        ScopedValue.where(Defaults.CURRENT, two)
            .call(() -> {
              try (Pool pool = Pool.threads()) { // and Pool.open(), Pool.processes()
                return pool.workers();
              }
            });
    // @end region=defaults
    assertThat(workers).isEqualTo(2);
  }

  @Test
  void submitQueue() throws Exception {
    List<String> files = List.of("a", "b", "c");
    List<TaskFuture<Integer>> futures = new ArrayList<>();
    try (Pool pool = Pool.threads(2)) {
      // @start region=submitQueue
      Pool patient = pool.with(CallOptions.DEFAULTS.withQueue(SubmitQueue.blocking(100)));
      for (String file : files) {
        futures.add(patient.submit(() -> file.length())); // waits while 100 are waiting
      }
      Pool strict = pool.with(CallOptions.DEFAULTS.withQueue(SubmitQueue.rejecting(1_000)));
      strict.execute(() -> {}); // RejectedExecutionException where 1,000 are waiting
      // @end region=submitQueue
      assertThat(Futures.awaitAll(futures).done()).hasSize(3);
    }
  }

  @Test
  void retryPolicy() {
    List<Integer> rows = List.of(1, 2, 3);
    try (Pool pool = Pool.threads(2)) {
      // @start region=retryPolicy
      RetryPolicy twice = RetryPolicy.attempts(2).on(IOException.class, WorkerLost.class);
      List<Integer> doubled =
          Parallel.on(pool)
              .retry(twice.withBackOff(Duration.ofMillis(50)))
              .map(rows, row -> 2 * row);
      // @end region=retryPolicy
      assertThat(doubled).containsExactly(2, 4, 6);
    }
  }

  @Test
  void withoutOptions() {
    // @start region=withoutOptions
    for (BackendOptions options :
        List.of(SequentialOptions.DEFAULTS, VirtualThreadOptions.DEFAULTS)) {
      try (Pool pool = Pool.open(options)) { // as Pool.sequential(), Pool.virtualThreads()
        assertThat(pool.submit(() -> 3 + 8).join()).isEqualTo(11);
      }
    }
    // @end region=withoutOptions
  }

  @Test
  void threadOptions() {
    // @start region=threadOptions
    ThreadOptions options =
        ThreadOptions.DEFAULTS
            .withWorkers(3)
            .withInitialiser(() -> WorkerContext.current().perWorker(Random.class, Random::new));
    try (Pool pool = Pool.open(options)) {
      double number =
          pool.submit(() ->
                  WorkerContext.current()
                      .perWorker(Random.class, () -> fail("made by the initialiser"))
                      .nextDouble())
              .join();
      assertThat(number).isBetween(0.0, 1.0);
      assertThat(pool.workers()).isEqualTo(3);
    }
    // @end region=threadOptions
  }

  @Test
  void failurePolicy() {
    List<String> rows = List.of("1", "x", "3");
    try (Pool pool = Pool.threads(2)) {
      // @start region=failurePolicy
      Bulk careful = Parallel.on(pool).onFailure(FailurePolicy.finishAll());
      try {
        List<Integer> numbers = careful.map(rows, Integer::valueOf);
        fail("there is no number in " + numbers);
      } catch (TaskFailedException first) {
        assertThat(first.index()).isEqualTo(1); // and first.getSuppressed() has the others
      }
      // @end region=failurePolicy
    }
  }
}
