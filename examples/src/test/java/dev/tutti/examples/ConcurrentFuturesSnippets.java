package dev.tutti.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.Futures;
import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.plan.CallOptions;
import dev.tutti.plan.RetryPolicy;
import dev.tutti.plan.SubmitQueue;
import dev.tutti.plan.ThreadOptions;
import dev.tutti.task.TaskFuture;
import dev.tutti.task.WorkerLost;
import dev.tutti.testkit.LeakCheck;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future.State;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What {@code concurrent.futures} does, for the guide "From Python". */
@Tag("unit")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class ConcurrentFuturesSnippets {
  private static final List<String> FILES = List.of("a", "bb", "ccc");

  private static int load(String file) {
    return file.length();
  }

  private static void prepare() {
    assertThat(FILES).isNotEmpty();
  }

  private static int forEver() throws InterruptedException {
    new CountDownLatch(1).await();
    return 0;
  }

  @Test
  void executor() throws Exception {
    // @start region=executor
    try (Pool pool = Pool.threads(4)) { // an ExecutorService
      TaskFuture<Integer> future = pool.submit(() -> load("a"));
      List<Integer> sizes = pool.map(FILES, file -> load(file));
      assertThat(future.get() + sizes.getLast()).isEqualTo(4);
    }
    // @end region=executor
    ThreadOptions options = ThreadOptions.DEFAULTS.withWorkers(4).withInitialiser(() -> prepare());
    Pool pool = Pool.open(options);
    try (Stream<Integer> sizes = Parallel.on(pool).window(16).stream(FILES, file -> load(file))) {
      assertThat(sizes).containsExactly(1, 2, 3);
    }
    assertThat(Parallel.on(pool).deadline(Duration.ofSeconds(60)).map(FILES, file -> load(file)))
        .containsExactly(1, 2, 3);
    pool.shutdown();
    pool.closeNow();
    assertThat(pool.isTerminated()).isTrue();
  }

  @Test
  void shutdownThatCancels() throws Exception {
    Pool pool = Pool.threads(1);
    CountDownLatch runs = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    List<String> ended = Collections.synchronizedList(new ArrayList<>());
    List<TaskFuture<Boolean>> futures = new ArrayList<>();
    futures.add(
        pool.submit(() -> {
          runs.countDown();
          go.await();
          return ended.add("ran");
        }));
    futures.add(pool.submit(() -> ended.add("waited")));
    runs.await();
    futures.forEach(future -> future.cancel(false));
    go.countDown();
    pool.close();
    assertThat(ended).containsExactly("ran");
    assertThat(futures).allMatch(TaskFuture::isCancelled);
  }

  @Test
  void future() throws Exception {
    try (Pool pool = Pool.threads(2)) {
      // @start region=future
      TaskFuture<Integer> future = pool.submit(() -> load("a"));
      int size = future.get(30, TimeUnit.SECONDS);
      TaskFuture<Integer> endless = pool.submit(() -> forEver());
      endless.cancel(true); // ends the future, and stops the work
      endless.stopped().join(); // the work has stopped
      // @end region=future
      assertThat(size).isOne();
      assertThat(future.isDone()).isTrue();
      assertThat(future.state()).isEqualTo(State.SUCCESS);
      assertThat(future.resultNow()).isOne();
      assertThat(endless.isCancelled()).isTrue();
      List<Object> told = new ArrayList<>();
      future.whenComplete((result, failure) -> told.add(result)).join();
      assertThat(told).containsExactly(1);
      TaskFuture<Integer> failing = pool.submit(() -> Integer.parseInt("x"));
      Futures.awaitAll(List.of(failing));
      assertThat(failing.exceptionNow()).isInstanceOf(NumberFormatException.class);
    }
  }

  @Test
  void waiting() throws Exception {
    List<Integer> results = new ArrayList<>();
    try (Pool pool = Pool.threads(2)) {
      // @start region=waiting
      List<TaskFuture<Integer>> futures =
          FILES.stream().map(file -> pool.submit(() -> load(file))).toList();
      var waited = Futures.awaitFirst(futures); // waited.done(), waited.open()
      try (Stream<TaskFuture<Integer>> ended = Futures.asCompleted(futures)) {
        ended.forEach(future -> results.add(future.resultNow()));
      }
      // @end region=waiting
      assertThat(waited.done()).isNotEmpty();
      assertThat(results).containsExactlyInAnyOrder(1, 2, 3);
      Duration timeout = Duration.ofSeconds(30);
      assertThat(Futures.awaitAll(futures, timeout).open()).isEmpty();
      assertThat(Futures.awaitFirstFailure(futures, timeout).open()).isEmpty();
      try (Stream<TaskFuture<Integer>> ended = Futures.asCompleted(futures, timeout)) {
        assertThat(ended).hasSize(3);
      }
    }
  }

  @Test
  void bounds() {
    try (Pool pool = Pool.threads(2)) {
      // @start region=bounds
      CallOptions options =
          CallOptions.DEFAULTS
              .withTimeout(Duration.ofSeconds(30))
              .withRetry(RetryPolicy.attempts(3).on(IOException.class, WorkerLost.class))
              .withPriority(5)
              .withQueue(SubmitQueue.blocking(100)); // submit waits while 100 are waiting
      int size = pool.with(options).submit(() -> load("a")).join();
      // @end region=bounds
      assertThat(size).isOne();
    }
  }
}
