package dev.tutti.memory.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.memory.segment.SharedSegment;
import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import dev.tutti.testkit.Watchdog;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What becomes of those who wait at conditions, fair locks, read-write locks when one is killed.
 */
@Tag("system")
@ExtendWith({LeakCheck.class, Watchdog.class})
@SuppressWarnings({"LockNotBeforeTry", "WaitNotInLoop", "InterruptedInCatchBlock"}) // as they are
class ProcessDeathLocksTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final int KILLS = Integer.getInteger("tutti.sync.real.kills", 2);
  private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();

  private static boolean holdForEver(Lock lock) throws Exception {
    lock.lock();
    try {
      ProcessSemaphore.create(0).acquire();
      return true;
    } finally {
      lock.unlock();
    }
  }

  private static boolean awaitOnce(ProcessCondition condition) throws InterruptedException {
    ProcessLock lock = condition.lock();
    lock.lock();
    try {
      condition.await();
      return lock.recovered().isPresent();
    } finally {
      lock.unlock();
    }
  }

  /** The signal that a dead waiter would have had goes to the next one. */
  @Test
  void condition_firstWaiterIsKilled_nextOneIsCalled() throws Exception {
    ProcessLock lock = ProcessLock.create();
    ProcessCondition condition = lock.newCondition();
    try (Neighbour first = Neighbour.start();
        Neighbour next = Neighbour.start()) {
      first.start(() -> awaitOnce(condition));
      Await.until("the first waits", () -> condition.waiting() == 1);
      Future<Boolean> called = next.start(() -> awaitOnce(condition));
      Await.until("both wait", () -> condition.waiting() == 2);
      lock.lock();
      condition.signal(); // the first is called, and cannot go on before it has the lock
      first.kill();
      lock.unlock();
      long start = System.nanoTime();
      assertThat(Await.result(called)).isFalse();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SECOND);
      assertThat(condition.waiting()).isZero();
    }
  }

  /** When one dies that has the lock, and may have been about to signal, all who wait go on. */
  @Test
  void condition_holderIsKilled_allGoOnRecovered() throws Exception {
    ProcessLock lock = ProcessLock.create();
    ProcessCondition condition = lock.newCondition();
    try (Neighbour holder = Neighbour.start();
        Neighbour other = Neighbour.start()) {
      List<Future<Boolean>> all = new ArrayList<>();
      all.add(other.start(() -> awaitOnce(condition)));
      all.add(other.start(() -> awaitOnce(condition)));
      Await.until("both wait", () -> condition.waiting() == 2);
      holder.start(() -> holdForEver(lock));
      long pid = holder.pid(); // one that goes to wait has the lock for a moment, too
      Await.until(
          "it has the lock", () -> lock.holder().filter(has -> has.pid() == pid).isPresent());
      holder.kill();
      long start = System.nanoTime();
      assertThat(Await.result(all.get(0)) && Await.result(all.get(1))).isTrue();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SECOND);
    }
  }

  /** One that dies while it is the first in line of a fair lock is passed over. */
  @Test
  void fairLock_firstWaiterIsKilled_isPassedOver() throws Exception {
    ProcessLock lock = ProcessLock.fair();
    lock.lock();
    try (Neighbour first = Neighbour.start();
        Neighbour next = Neighbour.start()) {
      first.start(() -> holdForEver(lock));
      awaitWaiter(first, lock);
      Future<Boolean> called =
          next.start(() -> {
            lock.lock();
            boolean recovered = lock.recovered().isPresent();
            lock.unlock();
            return recovered;
          });
      awaitWaiter(next, lock);
      first.kill();
      long start = System.nanoTime();
      lock.unlock();
      assertThat(Await.result(called)).isFalse();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SECOND);
    }
  }

  private static void awaitWaiter(Neighbour where, ProcessLock lock) throws Exception {
    where.call(() -> {
      Await.until(lock::toString, () -> lock.toString().contains("waiting here=1"));
      return true;
    });
  }

  /** A process that dies while it reads does not count any more. */
  @Test
  void readWriteLock_readerIsKilled_isSubtracted() throws Exception {
    ProcessReadWriteLock lock = ProcessReadWriteLock.create();
    try (Neighbour reader = Neighbour.start()) {
      for (int i = 0; i < 3; i++) {
        reader.start(() -> holdForEver(lock.readLock()));
      }
      Await.until(lock::toString, () -> lock.readers() == 3);
      assertThat(lock.toString()).contains("read by process %d threads=3".formatted(reader.pid()));
      assertThat(lock.writeLock().tryLock(300, TimeUnit.MILLISECONDS)).isFalse(); // it lives
      reader.kill();
      assertThat(lock.writeLock().tryLock(1, TimeUnit.SECONDS)).isTrue();
      assertThat(lock.recovered()).isEmpty();
      lock.writeLock().unlock();
    }
  }

  /** A process that dies while it writes loses the lock, and the next ones are told. */
  @Test
  void readWriteLock_writerIsKilled_isTakenOver() throws Exception {
    ProcessReadWriteLock lock = ProcessReadWriteLock.create();
    try (Neighbour writer = Neighbour.start()) {
      writer.start(() -> holdForEver(lock.writeLock()));
      Await.until(lock::toString, () -> lock.writer().isPresent());
      writer.kill();
      assertThat(lock.readLock().tryLock(1, TimeUnit.SECONDS)).isTrue();
      assertThat(lock.recovered()).get().extracting(LockHolder::pid).isEqualTo(writer.pid());
      lock.readLock().unlock();
    }
  }

  /** One that dies while it waits to write, for the readers to leave, has harmed nothing. */
  @Test
  void readWriteLock_waitingWriterIsKilled_othersGoOn() throws Exception {
    ProcessReadWriteLock lock = ProcessReadWriteLock.create();
    lock.readLock().lock();
    try (Neighbour writer = Neighbour.start()) {
      writer.start(() -> holdForEver(lock.writeLock()));
      Await.until(lock::toString, () -> lock.toString().contains("awaited by"));
    }
    lock.readLock().unlock();
    assertThat(lock.writeLock().tryLock(1, TimeUnit.SECONDS)).isTrue();
    assertThat(lock.recovered()).isEmpty();
    lock.writeLock().unlock();
  }

  /** One that dies while permits are collected for it leaves them to the others. */
  @Test
  void semaphore_waiterForSeveralIsKilled_othersGoOn() throws Exception {
    ProcessSemaphore semaphore = ProcessSemaphore.create(1);
    try (Neighbour waiter = Neighbour.start()) {
      waiter.start(() -> semaphore.tryAcquire(2, Await.PATIENCE));
      Await.until(semaphore::toString, () -> !tryOnce(semaphore));
    }
    assertThat(semaphore.tryAcquire(SECOND)).isTrue();
  }

  private static boolean tryOnce(ProcessSemaphore semaphore) {
    boolean has = semaphore.tryAcquire();
    if (has) {
      semaphore.release();
    }
    return has;
  }

  /**
   * Processes that are killed while they read and write: nobody reads beside a writer, the lock is
   * never lost, and who comes after one that died while it wrote is told.
   */
  @Test
  void readWriteLock_processesAreKilledAtAnyTime_noneBesideAWriter() throws Exception {
    ProcessReadWriteLock lock = ProcessReadWriteLock.create();
    try (SharedSegment shared = SharedSegment.create(24)) {
      SharedSegment.Handle handle = shared.handle();
      List<Neighbour> all = new ArrayList<>();
      List<Future<String>> found = new ArrayList<>();
      try {
        for (int i = 0; i < 3; i++) {
          all.add(Neighbour.start());
          found.add(all.get(i).start(() -> hammer(lock, handle)));
        }
        long last = 0;
        for (int kill = 0; kill <= KILLS; kill++) {
          long before = last;
          Await.until("they go on", () -> count(shared) > before + 100 || ended(found));
          assertThat(ended(found)).as(found::toString).isFalse();
          last = count(shared);
          if (kill < KILLS) {
            int victim = ThreadLocalRandom.current().nextInt(all.size());
            all.remove(victim).close();
            found.remove(victim);
            all.add(Neighbour.start());
            found.add(all.getLast().start(() -> hammer(lock, handle)));
          }
        }
      } finally {
        for (Neighbour one : all) {
          one.close();
        }
      }
      assertThat(lock.writeLock().tryLock(1, TimeUnit.SECONDS)).isTrue();
      lock.writeLock().unlock();
    }
  }

  private static boolean ended(List<Future<String>> found) {
    return found.stream().anyMatch(Future::isDone);
  }

  private static long count(SharedSegment shared) {
    return (long) WORD.getVolatile(shared.data(), 8L);
  }

  /** Word 0: who writes. Word 1 and 2: how often, written one after the other. */
  private static String hammer(ProcessReadWriteLock lock, SharedSegment.Handle handle)
      throws Exception {
    try (SharedSegment shared = SharedSegment.attach(handle)) {
      while (true) {
        boolean writes = ThreadLocalRandom.current().nextInt(4) == 0;
        Lock half = writes ? lock.writeLock() : lock.readLock();
        half.lock();
        try {
          String torn = torn(shared);
          if (!torn.isEmpty() && lock.recovered().isEmpty()) {
            return torn;
          }
          if (writes) {
            write(shared);
            lock.markConsistent();
          }
        } finally {
          half.unlock();
        }
      }
    }
  }

  private static String torn(SharedSegment shared) {
    long inside = (long) WORD.getVolatile(shared.data(), 0L);
    long first = (long) WORD.get(shared.data(), 8L);
    long second = (long) WORD.get(shared.data(), 16L);
    return inside == 0 && first == second
        ? ""
        : "beside a writer: %d, %d %d".formatted(inside, first, second);
  }

  private static void write(SharedSegment shared) {
    WORD.setVolatile(shared.data(), 0L, ProcessHandle.current().pid());
    long next = (long) WORD.get(shared.data(), 8L) + 1;
    WORD.setVolatile(shared.data(), 8L, next);
    WORD.setVolatile(shared.data(), 16L, next);
    WORD.setVolatile(shared.data(), 0L, 0L);
  }
}
