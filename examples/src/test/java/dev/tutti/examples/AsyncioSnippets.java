package dev.tutti.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.Futures;
import dev.tutti.Items;
import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.TaskGroup;
import dev.tutti.plan.CallOptions;
import dev.tutti.task.Outcome;
import dev.tutti.task.TaskFuture;
import dev.tutti.task.TaskTimeoutException;
import dev.tutti.testkit.LeakCheck;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What {@code asyncio} does, for the guide "From Python". */
@Tag("unit")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class AsyncioSnippets {
  private static String fetch(int n) {
    return "page " + n;
  }

  private static String forEver() throws InterruptedException {
    new CountDownLatch(1).await();
    return "";
  }

  @Test
  void taskGroup() throws Exception {
    // @start region=group
    try (Pool pool = Pool.virtualThreads(); // a thread for each task: just wait in it
        var group = TaskGroup.open(pool)) {
      TaskFuture<String> first = group.fork(() -> fetch(1));
      TaskFuture<String> second = group.fork(() -> fetch(2));
      group.join(); // a failure stops the other one
      assertThat(first.resultNow() + second.resultNow()).isEqualTo("page 1page 2");
    }
    // @end region=group
  }

  @Test
  void limit() throws Exception {
    // @start region=limit
    try (Pool pool = Pool.virtualThreads();
        var group = TaskGroup.open(pool, TaskGroup.<String>allSuccessful().atMost(3))) {
      IntStream.range(0, 100).forEach(n -> group.fork(() -> fetch(n)));
      List<String> pages = group.join(); // in the order of the forks
      assertThat(pages).hasSize(100).startsWith("page 0", "page 1");
    }
    // @end region=limit
  }

  @Test
  void gather() throws Exception {
    try (Pool pool = Pool.virtualThreads()) {
      // @start region=gather
      List<TaskFuture<String>> futures =
          List.of(pool.submit(() -> fetch(1)), pool.submit(() -> fetch(2)));
      List<String> pages = Futures.<String>gather(futures).join();
      // @end region=gather
      assertThat(pages).containsExactly("page 1", "page 2");
      List<Outcome<String>> outcomes = Futures.<String>gatherOutcomes(futures).join();
      assertThat(outcomes).allMatch(Outcome::succeeded);
      assertThat(Futures.<String>race(futures).join()).startsWith("page");
      assertThat(Parallel.on(pool).window(3).map(Items.range(0, 3), n -> fetch(n))).hasSize(3);
      assertThat(futures.getFirst().thenApply(page -> page.length()).join()).isEqualTo(6);
    }
  }

  @Test
  void timeouts() {
    try (Pool pool = Pool.virtualThreads()) {
      // @start region=timeout
      Pool bounded = pool.with(CallOptions.DEFAULTS.withTimeout(Duration.ofMillis(50)));
      TaskFuture<String> slow = bounded.submit(() -> forEver());
      assertThatThrownBy(slow::join)
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(TaskTimeoutException.class);
      slow.stopped().join(); // its thread was interrupted
      // @end region=timeout
      CountDownLatch go = new CountDownLatch(1);
      TaskFuture<String> work =
          pool.submit(() -> {
            go.await();
            return fetch(1);
          });
      CompletableFuture<String> shielded = work.copy(); // to cancel it leaves the work alone
      assertThat(shielded.cancel(true)).isTrue();
      go.countDown();
      assertThat(work.join()).isEqualTo("page 1");
    }
  }
}
