package dev.tutti;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.plan.CallOptions;
import dev.tutti.task.TaskFailedException;
import dev.tutti.task.TaskFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tasks of groups that are given up at the moment at which they start. */
@Tag("unit")
@Timeout(60)
final class GroupRaceTest {
  private static final int ROUNDS = 400;

  /** Each future ends, each task is known to have stopped, and the pool's count is right. */
  private static void cancelWhileStarting(Pool pool) throws Exception {
    AtomicInteger ran = new AtomicInteger();
    int succeeded = 0;
    try (pool) {
      for (int round = 0; round < ROUNDS; round++) {
        List<TaskFuture<Integer>> futures = new ArrayList<>();
        try (var group = TaskGroup.open(pool, TaskGroup.awaitAll().atMost(1))) {
          for (int i = 0; i < 6; i++) {
            futures.add(group.fork(ran::incrementAndGet));
          }
          Thread canceller =
              Thread.ofPlatform()
                  .start(() -> futures.reversed().forEach(future -> future.cancel(true)));
          group.join();
          canceller.join();
        }
        assertThat(futures).allMatch(f -> f.isDone() && f.stopped().isDone());
        succeeded += (int) futures.stream().filter(f -> !f.isCancelled()).count();
      }
      assertThat(ran.get()).isGreaterThanOrEqualTo(succeeded).isLessThanOrEqualTo(6 * ROUNDS);
    }
    assertThat(pool.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    assertThat(pool.isTerminated()).isTrue();
  }

  @Test
  void cancel_whileHeldTasksStart_countsAreRight() throws Exception {
    cancelWhileStarting(Pool.threads(2));
    cancelWhileStarting(Pool.virtualThreads());
    cancelWhileStarting(Pool.sequential());
  }

  /** What waits when a group is left does not begin when what runs there stops. */
  private static void leaveWhileOneRuns(Pool pool, GroupPolicy<@Nullable Object, ?> policy)
      throws Exception {
    AtomicInteger began = new AtomicInteger();
    try (pool) {
      for (int round = 0; round < 5 * ROUNDS; round++) {
        CountDownLatch runs = new CountDownLatch(1);
        TaskFuture<Integer> waits;
        try (var group = TaskGroup.open(pool, policy)) {
          var _ = group.fork(() -> awaitInterrupt(runs));
          waits = group.fork(began::incrementAndGet);
          var _ = waits.whenComplete((_, _) -> {});
          runs.await();
        }
        assertThat(waits).isCancelled();
      }
    }
    assertThat(began).hasValue(0);
  }

  @Test
  void close_whileOneRuns_whatWaitsForTheBoundNeverBegins() throws Exception {
    leaveWhileOneRuns(Pool.threads(2), TaskGroup.awaitAll().atMost(1));
    leaveWhileOneRuns(Pool.virtualThreads(), TaskGroup.awaitAll().atMost(1));
  }

  @Test
  void close_whileOneRuns_whatWaitsForItsThreadNeverBegins() throws Exception {
    leaveWhileOneRuns(Pool.threads(1), TaskGroup.awaitAll());
  }

  /** A fork that stops while the waiting ones are given up does not let one of them begin. */
  @Test
  void failure_anotherStopsMeanwhile_whatWaitsNeverBegins() throws Exception {
    AtomicInteger began = new AtomicInteger();
    try (Pool pool = Pool.threads(2)) {
      for (int round = 0; round < ROUNDS / 20; round++) {
        AtomicReference<@Nullable TaskFuture<Integer>> last = new AtomicReference<>();
        CountDownLatch all = new CountDownLatch(1);
        try (var group = TaskGroup.open(pool, TaskGroup.allSuccessful().atMost(2))) {
          var _ = group.fork(() -> awaitCancelled(last));
          var _ = group.fork(() -> failAfter(all));
          for (int i = 0; i < 2_000; i++) {
            last.set(group.fork(began::incrementAndGet));
          }
          all.countDown();
          assertThatThrownBy(group::join).isInstanceOf(TaskFailedException.class);
        }
      }
    }
    assertThat(began).hasValue(0);
  }

  /** The one that was forked last is the first that is given up. */
  private static int awaitCancelled(AtomicReference<@Nullable TaskFuture<Integer>> last) {
    TaskFuture<Integer> first = last.get();
    while (first == null || !first.isCancelled()) {
      Thread.onSpinWait();
      first = last.get();
    }
    return 0;
  }

  private static int failAfter(CountDownLatch all) throws InterruptedException {
    all.await();
    throw new IllegalStateException("on purpose");
  }

  private static int awaitInterrupt(CountDownLatch runs) {
    runs.countDown();
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      return 1;
    }
    return 0;
  }

  /** A deadline that comes while a task is being handed over. */
  @Test
  void deadline_whileTasksStart_countsAreRight() throws Exception {
    for (Pool pool : List.of(Pool.threads(2), Pool.virtualThreads(), Pool.sequential())) {
      try (pool) {
        for (int round = 0; round < ROUNDS; round++) {
          Duration limit = Duration.ofNanos(round * 500L);
          Pool hurried = pool.with(CallOptions.DEFAULTS.withDeadline(limit));
          List<TaskFuture<Integer>> futures = new ArrayList<>();
          try (var group = TaskGroup.open(hurried, TaskGroup.awaitAll())) {
            for (int i = 0; i < 3; i++) {
              int n = i;
              futures.add(group.fork(() -> n));
            }
            group.join();
          }
          assertThat(futures).allMatch(f -> f.isDone() && f.stopped().isDone());
        }
      }
      assertThat(pool.isTerminated()).isTrue();
    }
  }
}
