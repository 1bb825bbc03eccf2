package dev.tutti.memory.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.testkit.Await;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the conditions of a lock do, and a fair lock, whoever the others are. */
@SuppressWarnings({"LockNotBeforeTry", "WaitNotInLoop", "InterruptedInCatchBlock"}) // as they are
abstract class ConditionContract extends SyncSuite {
  private static final Duration TENTH = Duration.ofMillis(100);

  /** Threads that have the lock, and wait to be called. */
  private List<Future<Boolean>> startWaiting(
      ProcessCondition condition, int count, ProcessSemaphore woken) throws Exception {
    int before = condition.waiting();
    List<Future<Boolean>> all =
        parties.startAll(
            count,
            i ->
                () -> {
                  ProcessLock lock = condition.lock();
                  lock.lock();
                  try {
                    boolean called = condition.await(LONG);
                    woken.release();
                    return called;
                  } finally {
                    lock.unlock();
                  }
                });
    Await.until(condition::toString, () -> condition.waiting() == before + count);
    return all;
  }

  private static void underLock(ProcessLock lock, Runnable step) {
    lock.lock();
    try {
      step.run();
    } finally {
      lock.unlock();
    }
  }

  /** Six who wait have their time, and six who come after them are all called. */
  @Test
  void signalAll_afterSixHadTheirTime_callsTheNextSix() throws Exception {
    ProcessLock lock = ProcessLock.create();
    ProcessCondition condition = lock.newCondition();
    List<Future<Boolean>> late =
        parties.startAll(
            6,
            i ->
                () -> {
                  lock.lock();
                  try {
                    return condition.await(Duration.ofMillis(1));
                  } finally {
                    lock.unlock();
                  }
                });
    assertThat(results(late)).hasSize(6).containsOnly(false);
    ProcessSemaphore woken = ProcessSemaphore.create(0);
    List<Future<Boolean>> all = startWaiting(condition, 6, woken);
    elsewhere(done(() -> underLock(lock, condition::signalAll)));
    assertThat(results(all)).hasSize(6).containsOnly(true);
    assertThat(condition.waiting()).isZero();
  }

  /** As many go as are called, and a call for more than wait is not kept for later. */
  @Test
  void signal_twoFourThree_asManyGo() throws Exception {
    ProcessLock lock = ProcessLock.create();
    ProcessCondition condition = lock.newCondition();
    ProcessSemaphore woken = ProcessSemaphore.create(0);
    List<Future<Boolean>> all = startWaiting(condition, 6, woken);
    underLock(lock, () -> condition.signal(2));
    untilPermits(woken, 2);
    assertThat(condition.waiting()).isEqualTo(4);
    elsewhere(done(() -> underLock(lock, () -> condition.signal(4))));
    assertThat(results(all)).hasSize(6).containsOnly(true);
    underLock(lock, () -> condition.signal(3));
    assertThat(woken.permits()).isEqualTo(6);
    boolean called =
        elsewhere(() -> {
          lock.lock();
          try {
            return condition.await(Duration.ofMillis(1));
          } finally {
            lock.unlock();
          }
        });
    assertThat(called).isFalse();
  }

  /** Who has not locked may neither wait nor signal. */
  @Test
  void await_notLocked_isRefused() {
    ProcessLock lock = ProcessLock.create();
    ProcessCondition condition = lock.newCondition();
    List<Step> all =
        List.of(
            condition::await,
            condition::signal,
            condition::signalAll,
            condition::awaitUninterruptibly,
            () -> condition.await(LONG),
            () -> condition.signal(2),
            () -> condition.waitFor(() -> true));
    for (Step step : all) {
      assertThatThrownBy(step::run)
          .isInstanceOf(IllegalMonitorStateException.class)
          .hasMessageContaining("call lock() first: unlocked");
    }
    assertThatIllegalArgumentException().isThrownBy(() -> condition.signal(0));
  }

  /** Who waits until something is so goes on when it is, or when its time is over. */
  @Test
  void waitFor_stateReached_andNot() throws Exception {
    ProcessLock lock = ProcessLock.create();
    ProcessCondition condition = lock.newCondition();
    ProcessSemaphore state = ProcessSemaphore.create(0);
    Remote<Boolean> waits =
        () -> {
          lock.lock();
          try {
            return condition.waitFor(() -> state.permits() == 4, LONG);
          } finally {
            lock.unlock();
          }
        };
    Future<Boolean> reached = parties.start(waits);
    for (int i = 0; i < 4; i++) {
      elsewhere(
          done(() ->
              underLock(
                  lock,
                  () -> {
                    state.release();
                    condition.signal();
                  })));
    }
    assertThat(Await.result(reached)).isTrue();
    lock.lock();
    long start = System.nanoTime();
    assertThat(condition.waitFor(() -> state.permits() == 5, TENTH)).isFalse();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(TENTH);
    condition.waitFor(() -> state.permits() == 4);
    lock.unlock();
  }

  /** The one that has waited longest is called first, wherever it is. */
  @Test
  void signal_one_callsTheLongestWaiting() throws Exception {
    ProcessLock lock = ProcessLock.create();
    ProcessCondition condition = lock.newCondition();
    ProcessSemaphore woken = ProcessSemaphore.create(0);
    List<Future<Boolean>> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.addAll(startWaiting(condition, 1, woken));
    }
    for (int i = 0; i < 4; i++) {
      underLock(lock, condition::signal);
      assertThat(Await.result(all.get(i))).isTrue();
      assertThat(woken.permits()).isEqualTo(i + 1);
    }
  }

  /** Who waits gives the lock however often it has it, and has it as often afterwards. */
  @Test
  void await_lockedTwice_isLockedTwiceAfterwards() throws Exception {
    ProcessLock lock = ProcessLock.create();
    ProcessCondition condition = lock.newCondition();
    Future<Integer> waits =
        parties.start(() -> {
          lock.lock();
          lock.lock();
          condition.await();
          int holds = lock.holdCount();
          lock.unlock();
          lock.unlock();
          return holds;
        });
    Await.until(condition::toString, () -> condition.waiting() == 1);
    Await.until(lock::toString, () -> !lock.isLocked()); // who waits is counted before it unlocks
    underLock(lock, condition::signal);
    assertThat(Await.result(waits)).isEqualTo(2);
    assertThat(lock.isLocked()).isFalse();
  }

  /** An interrupt ends the wait with the lock held, or is kept, as asked. */
  @Test
  void await_interrupted_asAsked() throws Exception {
    ProcessLock lock = ProcessLock.create();
    ProcessCondition condition = lock.newCondition();
    ProcessSemaphore interrupted = ProcessSemaphore.create(0);
    Future<String> waits =
        parties.start(() -> {
          Thread self = Thread.currentThread();
          Thread.ofVirtual().start(() -> interruptWhenBlocked(self));
          lock.lock();
          try {
            condition.await();
            return "was called";
          } catch (InterruptedException e) {
            boolean held = lock.isHeldByCurrentThread();
            self.interrupt();
            interrupted.release();
            condition.awaitUninterruptibly();
            return held + " " + Thread.interrupted();
          } finally {
            lock.unlock();
          }
        });
    untilPermits(interrupted, 1);
    Await.until(lock::toString, () -> !lock.isLocked());
    underLock(lock, condition::signal);
    assertThat(Await.result(waits)).isEqualTo("true true");
    assertThat(condition.waiting()).isZero();
  }

  private static void interruptWhenBlocked(Thread thread) {
    try {
      Await.blocked(thread);
      thread.interrupt();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The waits that the JDK's interface has end when their time is over. */
  @Test
  void awaitNanos_nobodySignals_takesItsTime() throws Exception {
    ProcessLock lock = ProcessLock.create();
    ProcessCondition condition = lock.newCondition();
    boolean ended =
        elsewhere(() -> {
          lock.lock();
          try {
            return condition.awaitNanos(TENTH.toNanos()) <= 0
                && condition.awaitNanos(Long.MIN_VALUE) <= 0
                && !condition.await(Long.MIN_VALUE, TimeUnit.NANOSECONDS)
                && !condition.await(1, TimeUnit.MILLISECONDS)
                && !condition.awaitUntil(Date.from(Instant.now().plus(TENTH)))
                && !condition.await(Duration.ZERO);
          } finally {
            lock.unlock();
          }
        });
    assertThat(ended).isTrue();
  }

  /** Who waits goes on when a thread ends that has the lock, and is told so. */
  @Test
  void await_threadOfHolderEnds_goesOnRecovered() throws Exception {
    ProcessLock lock = ProcessLock.create();
    ProcessCondition condition = lock.newCondition();
    List<Future<Boolean>> all =
        parties.startAll(
            2,
            i ->
                () -> {
                  lock.lock();
                  try {
                    condition.await();
                    return lock.recovered().isPresent();
                  } finally {
                    lock.unlock();
                  }
                });
    Await.until(condition::toString, () -> condition.waiting() == 2);
    elsewhere(done(lock::lock));
    assertThat(results(all)).containsExactly(true, true);
  }

  /** The text says how many wait, and who has the lock. */
  @Test
  void toString_ofACondition_namesItsState() {
    ProcessCondition condition = ProcessLock.create().newCondition();
    assertThat(condition).hasToString("ProcessCondition[waiting=0, lock=unlocked]");
    assertThat(ProcessLock.fair()).hasToString("ProcessLock[unlocked, fair, waiting here=0]");
  }

  // ---------------------------------------------------------------- fair

  /** Those who wait for a fair lock have it in the order in which they came. */
  @Test
  void lock_fair_inTheOrderOfArrival() throws Exception {
    ProcessLock lock = ProcessLock.fair();
    assertThat(elsewhere(lock::isFair)).isTrue();
    ProcessSemaphore here = ProcessSemaphore.create(0);
    ProcessSemaphore places = ProcessSemaphore.create(0);
    lock.lock();
    List<Future<Integer>> all = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      all.add(
          parties.start(() -> {
            tellWhenBlocked(here);
            lock.lock();
            try {
              int place = places.permits();
              places.release();
              return place;
            } finally {
              lock.unlock();
            }
          }));
      untilPermits(here, i + 1);
    }
    assertThat(elsewhere(() -> lock.tryLock(Duration.ofMillis(1)))).isFalse(); // and leaves
    lock.unlock();
    assertThat(results(all)).containsExactly(0, 1, 2, 3, 4);
  }

  /** One that comes while others wait waits behind them, but for a try that does not wait. */
  @Test
  void tryLock_fairWithWaiters_standsBehindThem() throws Exception {
    ProcessLock lock = ProcessLock.fair();
    ProcessSemaphore inside = ProcessSemaphore.create(0);
    ProcessSemaphore here = ProcessSemaphore.create(0);
    lock.lock();
    Future<Boolean> first =
        parties.start(() -> {
          tellWhenBlocked(here);
          lock.lock();
          inside.acquire();
          lock.unlock();
          return true;
        });
    untilPermits(here, 1);
    lock.lock(); // again, whoever waits
    lock.unlock();
    assertThat(elsewhere(() -> lock.tryLock(Duration.ZERO))).isFalse();
    lock.unlock();
    Await.until(lock::toString, lock::isLocked);
    Future<Boolean> second =
        parties.start(() -> {
          lock.lock();
          lock.unlock();
          return true;
        });
    inside.release();
    assertThat(Await.result(first)).isTrue();
    assertThat(Await.result(second)).isTrue();
  }
}
