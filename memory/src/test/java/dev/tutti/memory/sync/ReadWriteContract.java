package dev.tutti.memory.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.testkit.Await;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import org.junit.jupiter.api.Test;

/** What a read-write lock does, and a semaphore for those who want several permits. */
@SuppressWarnings("LockNotBeforeTry") // who locks and unlocks is what is tested
abstract class ReadWriteContract extends SyncSuite {

  /** Has a lock in a thread of its own until there is a permit. */
  private Future<Boolean> startHolding(Lock lock, ProcessSemaphore has, ProcessSemaphore until) {
    return parties.start(() -> {
      lock.lock();
      try {
        has.release();
        until.acquire();
        return true;
      } finally {
        lock.unlock();
      }
    });
  }

  private static boolean isFree(Lock lock) {
    boolean free = lock.tryLock();
    if (free) {
      lock.unlock();
    }
    return free;
  }

  /** Many read at a time, while nobody writes; one writes, while nobody else does anything. */
  @Test
  void readLock_many_togetherButNoWriter() throws Exception {
    ProcessReadWriteLock lock = ProcessReadWriteLock.create();
    Lock write = lock.writeLock();
    Lock read = lock.readLock();
    ProcessSemaphore here = ProcessSemaphore.create(0);
    ProcessSemaphore until = ProcessSemaphore.create(0);
    Future<Boolean> one = startHolding(read, here, until);
    Future<Boolean> two = startHolding(read, here, until);
    untilPermits(here, 2);
    assertThat(lock.readers()).isEqualTo(2);
    assertThat(isFree(read)).isTrue();
    assertThat(isFree(write)).isFalse();
    until.release(2);
    assertThat(Await.result(one) && Await.result(two)).isTrue();
    write.lock();
    assertThat(elsewhere(() -> isFree(read) || isFree(write))).isFalse();
    assertThat(elsewhere(() -> lock.writer().orElseThrow().pid()))
        .isEqualTo(ProcessHandle.current().pid());
    write.unlock();
    assertThat(elsewhere(() -> isFree(read) && isFree(write))).isTrue();
  }

  /** A writer that waits for readers is not overtaken by others, and readers not by writers. */
  @Test
  void writeLock_readersCome_itsTurnIsBeforeTheirs() throws Exception {
    ProcessReadWriteLock lock = ProcessReadWriteLock.create();
    Lock read = lock.readLock();
    ProcessSemaphore here = ProcessSemaphore.create(0);
    ProcessSemaphore writes = ProcessSemaphore.create(0);
    ProcessSemaphore until = ProcessSemaphore.create(0);
    read.lock();
    Future<Boolean> writer = startHolding(lock.writeLock(), writes, until);
    Await.until(lock::toString, () -> lock.toString().contains("awaited by"));
    assertThat(elsewhere(() -> isFree(read))).isFalse();
    read.lock(); // again, whoever waits
    read.unlock();
    Future<Boolean> reader = startHolding(read, here, until);
    assertThat(elsewhere(() -> read.tryLock(1, TimeUnit.MILLISECONDS))).isFalse();
    read.unlock();
    untilPermits(writes, 1);
    assertThat(here.permits()).isZero();
    until.release(2);
    assertThat(Await.result(writer) && Await.result(reader)).isTrue();
    assertThat(here.permits()).isEqualTo(1);
  }

  /** Both are reentrant; a writer may go on as a reader, a reader never as a writer. */
  @Test
  void writeLock_whileReading_isRefused() throws Exception {
    ProcessReadWriteLock lock = ProcessReadWriteLock.create();
    Lock read = lock.readLock();
    Lock write = lock.writeLock();
    write.lock();
    write.lock();
    read.lock();
    assertThat(lock.writeHoldCount()).isEqualTo(2);
    write.unlock();
    assertThat(elsewhere(() -> isFree(read))).isFalse();
    write.unlock();
    assertThat(elsewhere(() -> isFree(read))).isTrue();
    assertThat(elsewhere(() -> isFree(write))).isFalse();
    read.lock();
    assertThat(lock.readHoldCount()).isEqualTo(2);
    for (Step step : List.<Step>of(write::lock, write::lockInterruptibly, write::tryLock)) {
      assertThatThrownBy(step::run)
          .isInstanceOf(IllegalMonitorStateException.class)
          .hasMessageContaining("unlock the read lock first: read by process");
    }
    read.unlock();
    read.unlock();
    assertThat(elsewhere(() -> isFree(write))).isTrue();
  }

  /** Only who has locked may unlock, or ask about the state. */
  @Test
  void unlock_notLocked_isRefused() throws Exception {
    ProcessReadWriteLock lock = ProcessReadWriteLock.create();
    lock.readLock().lock();
    lock.writeLock();
    List<Step> all =
        List.of(
            () -> lock.readLock().unlock(),
            () -> lock.writeLock().unlock(),
            () -> lock.recovered(),
            () -> lock.markConsistent());
    for (Step step : all) {
      assertThatThrownBy(() -> elsewhere(done(step)))
          .hasCauseInstanceOf(IllegalMonitorStateException.class);
    }
    assertThatThrownBy(lock::markConsistent).isInstanceOf(IllegalMonitorStateException.class);
    assertThat(lock.recovered()).isEmpty();
    lock.readLock().unlock();
    assertThatThrownBy(() -> lock.writeLock().newCondition())
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("use ProcessLock.newCondition()");
  }

  /** Waits end when their time is over or the thread is interrupted, and leave nothing closed. */
  @Test
  void tryLock_held_takesItsTime() throws Exception {
    ProcessReadWriteLock lock = ProcessReadWriteLock.create();
    Lock read = lock.readLock();
    Lock write = lock.writeLock();
    read.lock();
    long nanos =
        elsewhere(() -> {
          long start = System.nanoTime();
          return write.tryLock(100, TimeUnit.MILLISECONDS) ? -1 : System.nanoTime() - start;
        });
    assertThat(Duration.ofNanos(nanos)).isBetween(Duration.ofMillis(100), LONG);
    assertThat(elsewhere(() -> write.tryLock(0, TimeUnit.SECONDS))).isFalse();
    assertThat(elsewhere(() -> isFree(read))).isTrue();
    boolean interrupted =
        elsewhere(() -> {
          Thread.currentThread().interrupt();
          try {
            write.lockInterruptibly();
            return false;
          } catch (InterruptedException e) {
            return true;
          }
        });
    assertThat(interrupted).isTrue();
    read.unlock();
    assertThat(lock.toString()).contains("unlocked");
  }

  /** A thread that ends while it reads does not count any more. */
  @Test
  void writeLock_threadOfReaderHasEnded_isFree() throws Exception {
    ProcessReadWriteLock lock = ProcessReadWriteLock.create();
    elsewhere(done(lock.readLock()::lock));
    assertThat(lock.writeLock().tryLock(LONG.toNanos(), TimeUnit.NANOSECONDS)).isTrue();
    assertThat(lock.recovered()).isEmpty();
    lock.writeLock().unlock();
  }

  /** Who only tries, or counts, finds that too, although nobody waits. */
  @Test
  void tryLock_threadOfReaderHasEnded_isFree() throws Exception {
    ProcessReadWriteLock lock = ProcessReadWriteLock.create();
    Lock write = lock.writeLock();
    elsewhere(done(lock.readLock()::lock));
    Await.until(lock::toString, write::tryLock);
    write.unlock();
    elsewhere(done(lock.readLock()::lock));
    Await.until(lock::toString, () -> write.tryLock(0, TimeUnit.NANOSECONDS));
    write.unlock();
    elsewhere(done(lock.readLock()::lock));
    Await.until(lock::toString, () -> lock.readers() == 0);
  }

  /** The same where that thread wrote. */
  @Test
  void tryLock_threadOfWriterHasEnded_isTakenOver() throws Exception {
    ProcessReadWriteLock lock = ProcessReadWriteLock.create();
    for (Lock half : List.of(lock.readLock(), lock.writeLock())) {
      elsewhere(done(lock.writeLock()::lock));
      Await.until(lock::toString, half::tryLock);
      assertThat(lock.recovered()).isPresent();
      half.unlock();
      elsewhere(done(lock.writeLock()::lock));
      Await.until(lock::toString, () -> half.tryLock(0, TimeUnit.NANOSECONDS));
      half.unlock();
    }
  }

  /** A thread that ends while it writes loses the lock; readers and writers are told. */
  @Test
  void readLock_threadOfWriterHasEnded_isTakenOver() throws Exception {
    ProcessReadWriteLock lock = ProcessReadWriteLock.create();
    Lock read = lock.readLock();
    Lock write = lock.writeLock();
    long thread =
        elsewhere(() -> {
          write.lock();
          return Thread.currentThread().threadId();
        });
    assertThat(read.tryLock(LONG.toNanos(), TimeUnit.NANOSECONDS)).isTrue();
    assertThat(lock.recovered()).get().extracting(LockHolder::thread).isEqualTo(thread);
    read.unlock();
    write.lock();
    assertThat(lock.recovered()).get().extracting(LockHolder::thread).isEqualTo(thread);
    write.unlock();
    read.lock();
    assertThat(lock.recovered()).isPresent();
    read.unlock();
    write.lock();
    lock.markConsistent();
    write.unlock();
    read.lock();
    assertThat(lock.recovered()).isEmpty();
    read.unlock();
  }

  /** A thousand threads of one process may read at a time. */
  @Test
  void readLock_aThousandThreads_allRead() throws Exception {
    int size = 1_000;
    ProcessReadWriteLock lock = ProcessReadWriteLock.create();
    ProcessLatch all = ProcessLatch.create(size);
    ProcessSemaphore ended = ProcessSemaphore.create(0);
    elsewhere(
        done(() -> {
          for (int i = 0; i < size; i++) {
            Thread.ofVirtual()
                .start(() -> {
                  lock.readLock().lock();
                  all.countDown();
                  Uninterrupted.run(() -> all.await(LONG));
                  lock.readLock().unlock();
                  ended.release();
                });
          }
        }));
    assertThat(all.await(LONG)).isTrue();
    lock.writeLock().lock();
    lock.writeLock().unlock();
    untilPermits(ended, size);
  }

  // ---------------------------------------------------------------- several permits

  /** One that waits for several has them, although others take single ones all the time. */
  @Test
  void acquire_severalBesideMany_isNotStarved() throws Exception {
    ProcessSemaphore semaphore = ProcessSemaphore.bounded(4);
    ProcessEvent stop = ProcessEvent.create();
    List<Future<Boolean>> ones =
        parties.startAll(
            6,
            i ->
                () -> {
                  while (!stop.isSet()) {
                    semaphore.acquire();
                    semaphore.release();
                  }
                  return true;
                });
    for (int i = 0; i < 20; i++) {
      assertThat(semaphore.tryAcquire(4, LONG)).isTrue();
      assertThat(elsewhere(() -> semaphore.tryAcquire())).isFalse();
      semaphore.release(4);
    }
    stop.set();
    assertThat(results(ones)).containsOnly(true);
    assertThat(semaphore.permits()).isEqualTo(4);
  }

  /** One that waits for a single permit has it, although others take several all the time. */
  @Test
  void acquire_oneBesideThoseForSeveral_isNotStarved() throws Exception {
    ProcessSemaphore semaphore = ProcessSemaphore.bounded(4);
    ProcessEvent stop = ProcessEvent.create();
    List<Future<Boolean>> several =
        parties.startAll(
            4,
            i ->
                () -> {
                  while (!stop.isSet()) {
                    semaphore.acquire(4);
                    semaphore.release(4);
                  }
                  return true;
                });
    for (int i = 0; i < 20; i++) {
      assertThat(semaphore.tryAcquire(LONG)).isTrue();
      semaphore.release();
    }
    stop.set();
    assertThat(results(several)).containsOnly(true);
    assertThat(semaphore.permits()).isEqualTo(4);
  }

  /** Those for several have them in the order in which they came; who gives up holds up nobody. */
  @Test
  void acquire_several_inTheOrderOfArrival() throws Exception {
    ProcessSemaphore semaphore = ProcessSemaphore.create(1);
    ProcessSemaphore here = ProcessSemaphore.create(0);
    Future<Boolean> gives = parties.start(() -> semaphore.tryAcquire(5, Duration.ofMillis(1)));
    assertThat(Await.result(gives)).isFalse();
    Future<Boolean> three =
        parties.start(() -> {
          tellWhenBlocked(here);
          return semaphore.tryAcquire(3, LONG);
        });
    untilPermits(here, 1);
    Future<Boolean> two =
        parties.start(() -> {
          tellWhenBlocked(here);
          return semaphore.tryAcquire(2, LONG);
        });
    untilPermits(here, 2);
    assertThat(semaphore.tryAcquire()).isFalse(); // it is kept for the first
    semaphore.release();
    assertThat(two.isDone()).isFalse();
    semaphore.release();
    assertThat(Await.result(three)).isTrue();
    semaphore.release(2);
    assertThat(Await.result(two)).isTrue();
    assertThat(semaphore.permits()).isZero();
  }

  /** What can never be there is refused. */
  @Test
  void acquire_nonsense_isRefused() {
    ProcessSemaphore semaphore = ProcessSemaphore.bounded(2);
    assertThatIllegalArgumentException().isThrownBy(() -> semaphore.acquire(0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> semaphore.tryAcquire(3))
        .withMessageContaining("count must be from 1 to the bound: count=3 bound=2");
    assertThat(semaphore.tryAcquire(2)).isTrue();
    assertThat(semaphore.tryAcquire(2)).isFalse();
  }
}
