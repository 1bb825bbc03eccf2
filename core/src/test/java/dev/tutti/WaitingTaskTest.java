package dev.tutti;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.task.TaskFuture;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tasks of a pool of threads that wait. */
@Tag("unit")
@Timeout(60)
final class WaitingTaskTest {
  private static final ScopedValue<String> SCOPED = ScopedValue.newInstance();

  /** While a task waits, none begins on top of it that waits for it. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void join_tasksThatWaitForTheWaiterAreQueued_allEnd(int workers) throws Exception {
    try (Pool pool = Pool.threads(workers)) {
      CountDownLatch queued = new CountDownLatch(1);
      List<TaskFuture<Integer>> first = new ArrayList<>();
      for (int i = 0; i < workers; i++) {
        first.add(
            pool.submit(() -> {
              queued.await();
              return pool.submit(() -> 1).join();
            }));
      }
      List<TaskFuture<Integer>> waiting = new ArrayList<>();
      for (TaskFuture<Integer> one : first) {
        waiting.add(pool.submit(() -> one.join() + 1));
      }
      queued.countDown();
      assertThat(Futures.gather(waiting).get()).containsOnly(2);
    }
  }

  /**
   * A task of one thread waits for what is made of another's: a future that its pool runs later.
   */
  @Test
  void join_taskWaitsForStageOfOneThatWaitsForIt_allEnd() throws Exception {
    try (Pool pool = Pool.threads(1)) {
      CompletableFuture<Integer> outside = new CompletableFuture<>();
      CountDownLatch queued = new CountDownLatch(1);
      TaskFuture<Integer> a =
          pool.submit(() -> {
            queued.await();
            return Futures.gather(List.of(outside)).join().getFirst();
          });
      TaskFuture<Integer> b = pool.submit(() -> a.join());
      pool.execute(() -> outside.complete(7));
      queued.countDown();
      assertThat(b.get()).isEqualTo(7);
    }
  }

  /** A task in whose thread another pool runs items waits for its own pool all the same. */
  @Test
  void join_inItemOfAnotherPoolOnThisThread_isNoDeadlock() throws Exception {
    try (Pool pool = Pool.threads(1);
        Pool sequential = Pool.sequential()) {
      assertThat(
              pool.submit(() -> Parallel.map(List.of(1, 2), i -> pool.submit(() -> i).join()))
                  .get())
          .containsExactly(1, 2);
      assertThat(
              pool.submit(() -> sequential.map(List.of(1, 2), i -> pool.submit(() -> i).join()))
                  .get())
          .containsExactly(1, 2);
    }
  }

  /** Two pools of one thread whose tasks wait for each other. */
  @Test
  void join_futureOfAnotherPoolWhoseTaskWaitsForThis_isNoDeadlock() throws Exception {
    try (Pool here = Pool.threads(1);
        Pool there = Pool.threads(1)) {
      Callable<Integer> crossing = () -> there.submit(() -> here.submit(() -> 1).join()).join();
      assertThat(here.submit(crossing).get()).isEqualTo(1);
      Callable<List<Integer>> bulk =
          () -> there.map(List.of(1, 2), i -> here.submit(() -> i).join());
      assertThat(here.submit(bulk).get()).containsExactly(1, 2);
    }
  }

  /** What runs while a task waits for something else has not its locks nor its scoped values. */
  @Test
  void await_otherTaskRunsMeanwhile_itIsOutsideOfTheWaitersScope() throws Exception {
    try (Pool pool = Pool.threads(1)) {
      ReentrantLock lock = new ReentrantLock();
      CompletableFuture<Boolean> inScope = new CompletableFuture<>();
      TaskFuture<Boolean> waits =
          pool.submit(() ->
              ScopedValue.where(SCOPED, "of the waiter")
                  .call(() -> {
                    lock.lock();
                    try {
                      pool.execute(
                          () -> inScope.complete(SCOPED.isBound() || lock.isHeldByCurrentThread()));
                      Futures.awaitAll(List.of(inScope));
                      return inScope.get();
                    } finally {
                      lock.unlock();
                    }
                  }));
      assertThat(waits.get()).isFalse();
    }
  }

  /** A wait with a bound does not run what it waits for, which may take longer. */
  @Test
  void get_withTimeAndTheTaskTakesLonger_returnsInTime() throws Exception {
    try (Pool pool = Pool.threads(1)) {
      CountDownLatch end = new CountDownLatch(1);
      TaskFuture<Boolean> waits =
          pool.submit(() -> {
            TaskFuture<Boolean> slow =
                pool.submit(() -> {
                  end.await();
                  return true;
                });
            assertThatThrownBy(() -> slow.get(20, TimeUnit.MILLISECONDS))
                .isInstanceOf(TimeoutException.class);
            end.countDown();
            return slow.get();
          });
      assertThat(waits.get()).isTrue();
    }
  }

  /** What a task waits for with a bound goes first: not all who wait begin before. */
  @Test
  void get_manyTasksWaitWithTimeForWhatTheySubmit_fewThreads() throws Exception {
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    try (Pool pool = Pool.threads(2)) {
      List<TaskFuture<Integer>> all = new ArrayList<>();
      for (int i = 0; i < 1_000; i++) {
        all.add(
            pool.submit(() -> {
              threads.add(Thread.currentThread());
              return pool.submit(() -> 1).get(1, TimeUnit.MINUTES);
            }));
      }
      assertThat(Futures.gather(all).get()).hasSize(1_000);
    }
    assertThat(threads).hasSizeLessThan(250);
  }

  /** The same for all parts of what was gathered. */
  @Test
  void join_manyTasksGatherWhatTheySubmit_fewThreads() throws Exception {
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    try (Pool pool = Pool.threads(2)) {
      List<TaskFuture<Integer>> all = new ArrayList<>();
      for (int i = 0; i < 1_000; i++) {
        all.add(
            pool.submit(() -> {
              threads.add(Thread.currentThread());
              return Futures.gather(List.of(pool.submit(() -> 1), pool.submit(() -> 2)))
                  .join()
                  .size();
            }));
      }
      assertThat(Futures.gather(all).get()).hasSize(1_000);
    }
    assertThat(threads).hasSizeLessThan(250);
  }

  /** A task that waits for another pool keeps its place: so few of them begin. */
  @Test
  void join_manyTasksWaitForAnotherPool_fewBegin() throws Exception {
    int workers = 2;
    AtomicInteger began = new AtomicInteger();
    CountDownLatch open = new CountDownLatch(1);
    try (Pool pool = Pool.threads(workers);
        Pool other = Pool.threads(1)) {
      List<TaskFuture<Integer>> all = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        boolean bulk = i % 2 == 0;
        all.add(
            pool.submit(() -> {
              began.incrementAndGet();
              return bulk
                  ? other.map(List.of(1), n -> awaited(open, n)).getFirst()
                  : other.submit(() -> awaited(open, 1)).join();
            }));
      }
      Awaitility.await().until(() -> began.get() == 2 * workers);
      TaskFuture<Integer> last = other.submit(() -> 1);
      open.countDown();
      assertThat(last.get()).isEqualTo(1);
      assertThat(Futures.gather(all).get()).containsOnly(1).hasSize(100);
    }
  }

  private static int awaited(CountDownLatch open, int n) throws InterruptedException {
    open.await();
    return n;
  }

  /** Who waits for all of several runs them; who waits for the first does not. */
  @Test
  void awaitAll_tasksThatHaveNotBegun_runOnTheWaitersThread() throws Exception {
    try (Pool pool = Pool.threads(1)) {
      Set<Thread> ran = ConcurrentHashMap.newKeySet();
      Callable<Boolean> runs = () -> ran.add(Thread.currentThread());
      TaskFuture<Thread> waits =
          pool.submit(() -> {
            Futures.awaitAll(List.of(pool.submit(runs), pool.submit(runs)));
            return Thread.currentThread();
          });
      assertThat(ran).containsExactly(waits.get());
      ran.clear();
      waits =
          pool.submit(() -> {
            Futures.awaitFirst(List.of(pool.submit(runs)));
            return Thread.currentThread();
          });
      assertThat(ran).doesNotContain(waits.get()).hasSize(1);
    }
  }

  /** As many tasks run as the pool has threads, however many wait; those that served leave. */
  @Test
  void await_manyTasksWaitForElsewhere_noMoreRunAndThreadsLeave() throws Exception {
    int workers = 2;
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (Pool pool = Pool.threads(workers)) {
      CountDownLatch allWait = new CountDownLatch(20);
      CompletableFuture<Integer> outside = new CompletableFuture<>();
      List<TaskFuture<Integer>> all = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        all.add(
            pool.submit(() -> {
              threads.add(Thread.currentThread());
              allWait.countDown();
              Futures.awaitAll(List.of(outside));
              return 1;
            }));
      }
      allWait.await();
      for (int i = 0; i < 100; i++) {
        all.add(
            pool.submit(() -> {
              threads.add(Thread.currentThread());
              most.accumulateAndGet(running.incrementAndGet(), Math::max);
              LockSupport.parkNanos(1_000);
              running.decrementAndGet();
              return 1;
            }));
      }
      Futures.awaitAll(all.subList(20, all.size()));
      assertThat(most.get()).isLessThanOrEqualTo(workers);
      outside.complete(1);
      assertThat(Futures.gather(all).get()).hasSize(120);
      Awaitility.await().until(() -> threads.stream().filter(Thread::isAlive).count() <= workers);
      assertThat(pool.submit(() -> 3).get()).isEqualTo(3);
    }
  }

  /** A thread that has inherited the context of a task is none of the pool. */
  @Test
  void join_inThreadThatInheritsTheContext_onlyWaits() throws Exception {
    Class<?> scopes = Class.forName("java.util.concurrent.StructuredTaskScope");
    try (Pool pool = Pool.threads(1)) {
      CountDownLatch forked = new CountDownLatch(1);
      Set<Thread> ran = ConcurrentHashMap.newKeySet();
      TaskFuture<Thread> task =
          pool.submit(() -> {
            Object scope = scopes.getMethod("open").invoke(null);
            try {
              List<Thread> fork = new ArrayList<>();
              Callable<Thread> joins =
                  () -> {
                    fork.add(Thread.currentThread());
                    TaskFuture<Boolean> inner = pool.submit(() -> ran.add(Thread.currentThread()));
                    forked.countDown();
                    inner.join();
                    return Thread.currentThread();
                  };
              scopes.getMethod("fork", Callable.class).invoke(scope, joins);
              forked.await();
              Awaitility.await().until(() -> isParked(fork.getFirst()) || !ran.isEmpty());
              Futures.awaitFirst(List.of(pool.submit(() -> 1))); // another one runs both
              scopes.getMethod("join").invoke(scope);
              return fork.getFirst();
            } finally {
              scopes.getMethod("close").invoke(scope);
            }
          });
      assertThat(ran).doesNotContain(task.get()).hasSize(1);
    }
  }

  private static boolean isParked(Thread thread) {
    return thread.getState() == Thread.State.WAITING
        || thread.getState() == Thread.State.TIMED_WAITING;
  }
}
