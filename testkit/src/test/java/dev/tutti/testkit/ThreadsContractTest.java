package dev.tutti.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.Futures;
import dev.tutti.Pool;
import dev.tutti.plan.CallOptions;
import dev.tutti.plan.SubmitQueue;
import dev.tutti.plan.ThreadOptions;
import dev.tutti.task.TaskFuture;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The contract, on platform threads. */
final class ThreadsContractTest extends BackendContract {
  @Override
  public Pool open(int workers) {
    return Pool.threads(workers);
  }

  @Override
  public Pool open() {
    return Pool.threads();
  }

  @Override
  public boolean isolated() {
    return false;
  }

  @Override
  public boolean callerRuns() {
    return false;
  }

  @Override
  public boolean canStop() {
    return false;
  }

  /**
   * Each of many tasks waits for one that it submits: no thread piles them up without end, and
   * those that served meanwhile leave.
   */
  @Test
  void get_manyTasksThatEachWait_allEndAndThreadsLeave() throws Exception {
    try (Pool pool = Pool.threads(2)) {
      Set<Thread> threads = ConcurrentHashMap.newKeySet();
      List<TaskFuture<Integer>> all = new ArrayList<>();
      for (int i = 0; i < 4_000; i++) {
        int number = i;
        all.add(
            pool.submit(() -> {
              threads.add(Thread.currentThread());
              return pool.submit(() -> number).get();
            }));
      }
      assertThat(Futures.gather(all).get()).isEqualTo(IntStream.range(0, 4_000).boxed().toList());
      Await.until(
          "two threads are left", () -> threads.stream().filter(Thread::isAlive).count() <= 2);
    }
  }

  private static int depth(int levels) throws Exception {
    return levels == 0 ? 0 : 1 + Pool.current().submit(() -> depth(levels - 1)).get();
  }

  /** Tasks within tasks are bounded by what a system has of threads, not by one thread's stack. */
  @Test
  void get_deeplyNested_endsWithItsResult() throws Exception {
    try (Pool pool = Pool.threads(1)) {
      assertThat(pool.submit(() -> depth(3_000)).get()).isEqualTo(3_000);
    }
  }

  /** A thread that cannot be initialised is tried a few times; then tasks fail with the cause. */
  @Test
  void initialiser_alwaysFails_tasksFailWithCause() {
    AtomicInteger tries = new AtomicInteger();
    ThreadOptions options =
        ThreadOptions.DEFAULTS
            .withWorkers(2)
            .withInitialiser(() -> {
              tries.incrementAndGet();
              throw new IOException("no licence");
            });
    try (Pool pool = Pool.open(options)) {
      assertThatThrownBy(() -> pool.submit(() -> 1).get())
          .hasMessageContaining("no worker thread can be initialised")
          .hasRootCauseMessage("no licence");
      int made = tries.get();
      assertThat(made).isBetween(1, 4);
      assertThatThrownBy(() -> pool.submit(() -> 2).get()).hasRootCauseMessage("no licence");
      assertThat(tries.get()).isEqualTo(made);
    }
  }

  /** A thread that is initialised at the second try costs no task. */
  @Test
  void initialiser_worksAtSecondTry_noTaskFails() {
    AtomicInteger tries = new AtomicInteger();
    ThreadOptions options =
        ThreadOptions.DEFAULTS
            .withWorkers(1)
            .withInitialiser(() -> {
              if (tries.incrementAndGet() == 1) {
                throw new IOException("not yet");
              }
            });
    try (Pool pool = Pool.open(options)) {
      assertThat(pool.map(List.of(1, 2, 3), i -> 2 * i)).containsExactly(2, 4, 6);
      assertThat(tries.get()).isEqualTo(2);
    }
  }

  /**
   * A task that is cancelled while its thread runs another one of the pool: that one is not
   * interrupted, and the first sees its interrupt afterwards.
   */
  @Test
  void cancel_taskWhoseThreadHelps_otherIsNotInterrupted() throws Exception {
    CountDownLatch innerRuns = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicBoolean outerInterrupted = new AtomicBoolean();
    try (Pool pool = Pool.threads(1)) {
      AtomicReference<TaskFuture<String>> inner = new AtomicReference<>();
      TaskFuture<String> outer =
          pool.submit(() -> {
            inner.set(
                pool.submit(() -> {
                  innerRuns.countDown();
                  return goOn.await(30, TimeUnit.SECONDS) ? "not interrupted" : "too late";
                }));
            try {
              return inner.get().get();
            } catch (InterruptedException e) {
              outerInterrupted.set(true);
              throw e;
            }
          });
      assertThat(innerRuns.await(30, TimeUnit.SECONDS)).isTrue();
      outer.cancel(true);
      goOn.countDown();
      assertThat(inner.get().get()).isEqualTo("not interrupted");
      outer.stopped().get(30, TimeUnit.SECONDS);
      assertThat(outerInterrupted).isTrue();
    }
  }

  /** The same for one that runs a further one itself, as the queue is full: it waits with that. */
  @Test
  void cancel_taskRunsOneThatWaits_thirdIsNotInterrupted() throws Exception {
    CountDownLatch thirdRuns = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicBoolean outerInterrupted = new AtomicBoolean();
    try (Pool pool = Pool.threads(1)) {
      Pool busy = pool.with(CallOptions.DEFAULTS.withQueue(SubmitQueue.callerRuns(1)));
      AtomicReference<TaskFuture<String>> third = new AtomicReference<>();
      TaskFuture<Boolean> outer =
          pool.submit(() -> {
            third.set(
                busy.submit(() -> {
                  thirdRuns.countDown();
                  return goOn.await(30, TimeUnit.SECONDS) ? "not interrupted" : "too late";
                }));
            TaskFuture<String> second = busy.submit(() -> third.get().get());
            outerInterrupted.set(Thread.interrupted());
            return second.isCompletedExceptionally();
          });
      assertThat(thirdRuns.await(30, TimeUnit.SECONDS)).isTrue();
      outer.cancel(true);
      goOn.countDown();
      assertThat(third.get().get()).isEqualTo("not interrupted");
      outer.stopped().get(30, TimeUnit.SECONDS);
      assertThat(outerInterrupted).isTrue();
    }
  }

  /** A task that is cancelled while its thread runs another one, and waits on: it runs the next. */
  @Test
  void cancel_taskThatHelpsAndJoins_goesOnHelping() throws Exception {
    CountDownLatch firstRuns = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicReference<Integer> joined = new AtomicReference<>();
    AtomicReference<Integer> got = new AtomicReference<>();
    try (Pool pool = Pool.threads(1)) {
      TaskFuture<Integer> outer =
          pool.submit(() -> {
            pool.submit(() -> {
              firstRuns.countDown();
              return goOn.await(30, TimeUnit.SECONDS);
            });
            joined.set(pool.submit(() -> 2).join());
            boolean interrupted = Thread.interrupted();
            got.set(
                pool.submit(() -> 3).get()); // it has seen its interrupt: this is no further one
            return interrupted ? 1 : 0;
          });
      assertThat(firstRuns.await(30, TimeUnit.SECONDS)).isTrue();
      outer.cancel(true);
      goOn.countDown();
      outer.stopped().get(30, TimeUnit.SECONDS);
      assertThat(joined).hasValue(2);
      assertThat(got).hasValue(3);
    }
  }

  /** What a thread runs while its own task waits is stopped with the pool. */
  @Test
  void closeNow_threadRunsAnotherTaskMeanwhile_bothAreStopped() throws Exception {
    CountDownLatch runs = new CountDownLatch(1);
    Pool pool = Pool.threads(1);
    TaskFuture<Integer> outer = pool.submit(() -> pool.submit(() -> hang(runs)).get());
    assertThat(runs.await(30, TimeUnit.SECONDS)).isTrue();
    pool.closeNow();
    assertThat(pool.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    assertThat(outer).isCancelled();
  }

  /** A task that is cancelled stops the items of its bulk call, those on its own thread too. */
  @Test
  void cancel_taskRunsItemsOfItsOwnCall_theyAreStopped() throws Exception {
    CountDownLatch runs = new CountDownLatch(1);
    try (Pool pool = Pool.threads(1)) {
      TaskFuture<List<Integer>> outer = pool.submit(() -> pool.map(List.of(1, 2), _ -> hang(runs)));
      assertThat(runs.await(30, TimeUnit.SECONDS)).isTrue();
      outer.cancel(true);
      outer.stopped().get(30, TimeUnit.SECONDS);
    }
  }

  private static int hang(CountDownLatch runs) throws InterruptedException {
    runs.countDown();
    Thread.sleep(Duration.ofDays(1));
    return 1;
  }
}
