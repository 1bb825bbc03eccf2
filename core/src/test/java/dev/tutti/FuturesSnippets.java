package dev.tutti;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.task.Outcome;
import dev.tutti.task.TaskFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The samples of futures together. */
@Tag("unit")
final class FuturesSnippets {
  @Test
  void futures() throws Exception {
    try (Pool pool = Pool.threads(2)) {
      // @start region=futures
      List<TaskFuture<Integer>> futures =
          List.of(pool.submit(() -> 1), pool.submit(() -> 2), pool.submit(() -> 3));
      var first = Futures.awaitFirst(futures); // first.done() and first.open()
      var within = Futures.awaitAll(futures, Duration.ofSeconds(30)); // no exception: it tells
      CompletableFuture<Integer> sum =
          Futures.gather(futures).thenApply(all -> all.stream().mapToInt(n -> n).sum());
      // @end region=futures
      assertThat(first.done()).isNotEmpty();
      assertThat(within.open()).isEmpty();
      assertThat(sum.get()).isEqualTo(6);
    }
  }

  @Test
  void asCompleted() throws Exception {
    List<Integer> results = new ArrayList<>();
    try (Pool pool = Pool.threads(2)) {
      List<TaskFuture<Integer>> futures = List.of(pool.submit(() -> 1), pool.submit(() -> 2));
      // @start region=asCompleted
      try (Stream<TaskFuture<Integer>> ended = Futures.asCompleted(futures)) {
        ended.forEach(future -> results.add(future.resultNow()));
      }
      // @end region=asCompleted
      assertThat(results).containsExactlyInAnyOrder(1, 2);
    }
  }

  @Test
  void gather() throws Exception {
    try (Pool pool = Pool.threads(2)) {
      // @start region=gather
      List<TaskFuture<Integer>> futures =
          List.of(pool.submit(() -> 1), pool.submit(() -> Integer.parseInt("two")));
      List<Outcome<Integer>> outcomes = Futures.<Integer>gatherOutcomes(futures).join();
      int fastest = Futures.<Integer>race(futures).join(); // the first that succeeds
      // @end region=gather
      assertThat(outcomes.stream().filter(Outcome::succeeded)).hasSize(1);
      assertThat(fastest).isEqualTo(1);
    }
  }
}
