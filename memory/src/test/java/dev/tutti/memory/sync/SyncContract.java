package dev.tutti.memory.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.testkit.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What semaphore, lock, event and latch do, whoever the others are. */
@SuppressWarnings("LockNotBeforeTry") // who locks and unlocks is what is tested
abstract class SyncContract extends SyncSuite {
  // ---------------------------------------------------------------- semaphore

  /** One permit goes out once, and comes back once. */
  @Test
  void release_boundedTwice_isRefused() throws Exception {
    ProcessSemaphore lock = ProcessSemaphore.bounded(1);
    lock.acquire();
    assertThat(elsewhere(() -> lock.tryAcquire())).isFalse();
    lock.release();
    assertThatIllegalStateException()
        .isThrownBy(lock::release)
        .withMessageContaining("released more than was acquired: bound=1 free=1 count=1");
    assertThat(elsewhere(() -> lock.tryAcquire())).isTrue();
  }

  /** Another thread than the one that took it may release. */
  @Test
  void release_elsewhere_isAllowed() throws Exception {
    ProcessSemaphore lock = ProcessSemaphore.bounded(1);
    lock.acquire();
    elsewhere(done(lock::release));
    assertThat(lock.tryAcquire()).isTrue();
  }

  /** The value is seen by all; without a bound it may grow. */
  @Test
  void permits_afterEachStep_areCounted() throws Exception {
    ProcessSemaphore semaphore = ProcessSemaphore.create(2);
    List<Integer> seen = new ArrayList<>();
    seen.add(elsewhere(semaphore::permits));
    semaphore.acquire();
    seen.add(elsewhere(semaphore::permits));
    elsewhere(done(semaphore::acquire));
    seen.add(semaphore.permits());
    assertThat(semaphore.tryAcquire()).isFalse();
    semaphore.release(2);
    elsewhere(done(() -> semaphore.release(2)));
    seen.add(semaphore.permits());
    assertThat(seen).containsExactly(2, 1, 0, 4);
  }

  /** Of twenty who want one each, as many pass as there are permits. */
  @Test
  void release_several_letsAsManyPass() throws Exception {
    ProcessSemaphore semaphore = ProcessSemaphore.create(7);
    ProcessSemaphore passed = ProcessSemaphore.create(0);
    List<Future<Boolean>> all =
        parties.startAll(
            10,
            i ->
                () -> {
                  for (int n = 0; n < 2; n++) {
                    semaphore.acquire();
                    passed.release();
                  }
                  return true;
                });
    int sum = 0;
    for (int phase : new int[] {7, 6, 6, 1}) {
      sum += phase;
      untilPermits(passed, sum);
      assertThat(semaphore.tryAcquire()).isFalse();
      if (sum < 20) {
        semaphore.release(Math.min(6, 20 - sum));
      }
    }
    assertThat(results(all)).hasSize(10).containsOnly(true);
    assertThat(passed.permits()).isEqualTo(20);
  }

  /** A wait ends when its time is over, and not before; zero and less do not wait. */
  @Test
  void tryAcquire_noPermit_takesItsTime() throws Exception {
    ProcessSemaphore none = ProcessSemaphore.create(0);
    assertThat(none.tryAcquire(Duration.ZERO)).isFalse();
    assertThat(none.tryAcquire(Duration.ofSeconds(-1))).isFalse();
    long nanos =
        elsewhere(() -> {
          long start = System.nanoTime();
          return none.tryAcquire(HALF) ? -1 : System.nanoTime() - start;
        });
    assertThat(Duration.ofNanos(nanos)).isBetween(HALF, LONG);
    Future<Boolean> huge = parties.start(() -> none.tryAcquire(Duration.ofSeconds(Long.MAX_VALUE)));
    none.release();
    assertThat(Await.result(huge)).isTrue();
  }

  /** Of ten tries for three permits three succeed. */
  @Test
  void tryAcquire_contended_asManyAsThereAre() throws Exception {
    ProcessSemaphore semaphore = ProcessSemaphore.create(4);
    semaphore.acquire();
    List<Future<Integer>> all =
        parties.startAll(
            5, i -> () -> (semaphore.tryAcquire() ? 1 : 0) + (semaphore.tryAcquire() ? 1 : 0));
    assertThat(results(all).stream().mapToInt(n -> n).sum()).isEqualTo(3);
  }

  /** What makes no sense is refused. */
  @Test
  void create_nonsense_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> ProcessSemaphore.create(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> ProcessSemaphore.bounded(0));
    assertThatIllegalArgumentException().isThrownBy(() -> ProcessLatch.create(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> ProcessBarrier.create(0));
    assertThatIllegalArgumentException().isThrownBy(() -> ProcessBarrier.create(-1));
    ProcessSemaphore semaphore = ProcessSemaphore.create(1);
    assertThatIllegalArgumentException().isThrownBy(() -> semaphore.release(0));
  }

  // ---------------------------------------------------------------- lock

  /** Locked until it has been unlocked as often; others see it. */
  @Test
  void unlock_reentrant_opensAtTheLast() throws Exception {
    ProcessLock lock = ProcessLock.create();
    for (int i = 0; i < 3; i++) {
      lock.lock();
    }
    assertThat(lock.holdCount()).isEqualTo(3);
    for (int i = 0; i < 3; i++) {
      assertThat(elsewhere(lock::isLocked)).isTrue();
      assertThat(elsewhere(() -> lock.tryLock(Duration.ZERO))).isFalse();
      lock.unlock();
    }
    assertThat(elsewhere(lock::isLocked)).isFalse();
    assertThatThrownBy(lock::unlock)
        .isInstanceOf(IllegalMonitorStateException.class)
        .hasMessageContaining("unlocked");
  }

  /** Only the thread that has locked may unlock, or ask about the state. */
  @Test
  void unlock_byAnother_isRefused() throws Exception {
    ProcessLock lock = ProcessLock.create();
    lock.lock();
    assertThatThrownBy(() -> elsewhere(done(lock::unlock)))
        .hasCauseInstanceOf(IllegalMonitorStateException.class);
    assertThatThrownBy(() -> elsewhere(() -> lock.recovered().isPresent()))
        .hasCauseInstanceOf(IllegalMonitorStateException.class);
    assertThat(lock.isHeldByCurrentThread()).isTrue();
    assertThat(elsewhere(lock::isHeldByCurrentThread)).isFalse();
    lock.unlock();
  }

  /** A wait for a lock ends when its time is over. */
  @Test
  void tryLock_held_takesItsTime() throws Exception {
    ProcessLock lock = ProcessLock.create();
    lock.lock();
    long nanos =
        elsewhere(() -> {
          long start = System.nanoTime();
          return lock.tryLock(HALF) ? -1 : System.nanoTime() - start;
        });
    assertThat(Duration.ofNanos(nanos)).isBetween(HALF, LONG);
    assertThat(elsewhere(() -> lock.tryLock(Duration.ofSeconds(-1)))).isFalse();
    lock.unlock();
  }

  /** What is thrown inside leaves the lock open. */
  @Test
  void unlock_inFinally_releases() throws Exception {
    ProcessLock lock = ProcessLock.create();
    Future<Boolean> fails =
        parties.start(() -> {
          lock.lock();
          try {
            throw new IllegalArgumentException("inside");
          } finally {
            lock.unlock();
          }
        });
    assertThatThrownBy(() -> Await.result(fails))
        .hasCauseInstanceOf(IllegalArgumentException.class);
    assertThat(lock.tryLock()).isTrue();
    lock.unlock();
  }

  /** Who waits for a lock can be interrupted, or takes no notice of it and keeps the flag. */
  @Test
  void lock_interrupted_asAsked() throws Exception {
    ProcessLock lock = ProcessLock.create();
    ProcessSemaphore ready = ProcessSemaphore.create(0);
    lock.lock();
    Future<String> waits =
        parties.start(() -> {
          Thread.currentThread().interrupt();
          boolean refused = false;
          try {
            lock.lockInterruptibly();
          } catch (InterruptedException e) {
            refused = true;
            Thread.currentThread().interrupt();
          }
          ready.release();
          lock.lock();
          lock.unlock();
          return refused + " " + Thread.interrupted();
        });
    ready.acquire();
    lock.unlock();
    assertThat(Await.result(waits)).isEqualTo("true true");
  }

  /** Many who add to one number under a lock lose nothing. */
  @Test
  void lock_manyAdd_nothingIsLost() throws Exception {
    ProcessLock lock = ProcessLock.create();
    ProcessSemaphore number = ProcessSemaphore.create(1);
    List<Future<Boolean>> all =
        parties.startAll(
            4,
            p ->
                () -> {
                  for (int i = 0; i < 500; i++) {
                    lock.lock();
                    try {
                      if (!number.tryAcquire()) { // never two inside
                        return false;
                      }
                      number.release();
                    } finally {
                      lock.unlock();
                    }
                  }
                  return true;
                });
    assertThat(results(all)).containsOnly(true);
    assertThat(lock.isLocked()).isFalse();
  }

  /** A thread that ends without unlocking loses the lock, and the next one is told. */
  @Test
  void lock_threadOfHolderHasEnded_isTakenOver() throws Exception {
    ProcessLock lock = ProcessLock.create();
    long thread =
        elsewhere(() -> {
          lock.lock();
          return Thread.currentThread().threadId();
        });
    assertThat(lock.tryLock(LONG)).isTrue();
    assertThat(lock.recovered()).get().extracting(LockHolder::thread).isEqualTo(thread);
    lock.unlock();
    lock.lock();
    assertThat(lock.recovered()).isPresent();
    lock.markConsistent();
    assertThat(lock.recovered()).isEmpty();
    lock.unlock();
  }

  /** Who only tries has it too, although nobody waits. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void tryLock_threadOfHolderHasEnded_isTakenOver(boolean fair) throws Exception {
    ProcessLock lock = fair ? ProcessLock.fair() : ProcessLock.create();
    elsewhere(done(lock::lock));
    Await.until(lock::toString, lock::tryLock);
    lock.markConsistent();
    lock.unlock();
    elsewhere(done(lock::lock));
    Await.until(lock::toString, () -> lock.tryLock(Duration.ZERO));
    assertThat(lock.recovered()).isPresent();
    lock.unlock();
  }

  // ---------------------------------------------------------------- event

  /** Who waits goes on when it is set, also if it is cleared at once. */
  @Test
  void set_thenClear_wakesAllWhoWait() throws Exception {
    ProcessEvent event = ProcessEvent.create();
    ProcessSemaphore here = ProcessSemaphore.create(0);
    List<Future<Boolean>> all =
        parties.startAll(
            5,
            i ->
                () -> {
                  tellWhenBlocked(here);
                  return event.await(LONG);
                });
    untilPermits(here, 5);
    event.set();
    event.clear();
    assertThat(results(all)).hasSize(5).containsOnly(true);
    assertThat(elsewhere(event::isSet)).isFalse();
    assertThat(event.await(Duration.ofMillis(1))).isFalse();
  }

  /** A set event holds nobody back, and what was waited for is there. */
  @Test
  void await_set_goesOn() throws Exception {
    ProcessEvent event = ProcessEvent.create();
    Future<Boolean> waits =
        parties.start(() -> {
          event.await();
          return event.isSet();
        });
    elsewhere(done(event::set));
    assertThat(Await.result(waits)).isTrue();
    assertThat(event.await(Duration.ZERO)).isTrue();
    event.set();
    assertThat(event.isSet()).isTrue();
  }

  // ---------------------------------------------------------------- latch

  /** Who waits goes on when all have counted; more than that changes nothing. */
  @Test
  void countDown_byAll_opens() throws Exception {
    ProcessLatch latch = ProcessLatch.create(4);
    List<Future<Boolean>> all =
        parties.startAll(
            4,
            i ->
                () -> {
                  latch.countDown();
                  return latch.await(LONG);
                });
    latch.await();
    assertThat(results(all)).containsOnly(true);
    elsewhere(done(latch::countDown));
    assertThat(latch.count()).isZero();
    assertThat(ProcessLatch.create(1).await(Duration.ofMillis(1))).isFalse();
    assertThat(ProcessLatch.create(0).await(Duration.ZERO)).isTrue();
  }

  // ---------------------------------------------------------------- all

  /** The text of each names its state, and for a lock who has it. */
  @Test
  void toString_ofEach_namesItsState() throws Exception {
    ProcessLock lock = ProcessLock.create();
    assertThat(lock).hasToString("ProcessLock[unlocked, waiting here=0]");
    lock.lock();
    assertThat(elsewhere(lock::toString))
        .contains(
            "locked by process %d thread %d"
                .formatted(ProcessHandle.current().pid(), Thread.currentThread().threadId()));
    lock.unlock();
    ProcessEvent event = ProcessEvent.create();
    assertThat(event.toString()).contains("unset");
    elsewhere(done(event::set));
    assertThat(event.toString()).contains("[set,");
    assertThat(ProcessSemaphore.bounded(3).toString()).contains("permits=3, bound=3");
    assertThat(ProcessLatch.create(2).toString()).contains("count=2");
    assertThat(ProcessBarrier.create(2).toString()).contains("whole, parties=2, arrived=0");
  }
}
