package dev.tutti.memory.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import dev.tutti.testkit.Watchdog;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Lock;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of a lock that a thread has while nothing in its process refers to the lock. */
@Tag("system")
@ExtendWith({LeakCheck.class, Watchdog.class})
@SuppressWarnings({"LockNotBeforeTry", "WaitNotInLoop"}) // as it is meant
class DroppedLockTest {
  // In the other process: what the thread that has the lock does next, and the lock, which it has
  // dropped.
  private static final LinkedBlockingQueue<Optional<Lock>> NEXT = new LinkedBlockingQueue<>();
  private static final CompletableFuture<Boolean> UNLOCKED = new CompletableFuture<>();
  private static final AtomicReference<WeakReference<Lock>> DROPPED = new AtomicReference<>();

  /** {@return locks, each with one that nobody gets while another one has it} */
  static Stream<Arguments> locks() {
    ProcessLock plain = ProcessLock.create();
    ProcessLock fair = ProcessLock.fair();
    ProcessReadWriteLock first = ProcessReadWriteLock.create();
    ProcessReadWriteLock second = ProcessReadWriteLock.create();
    return Stream.of(
        Arguments.of(plain, plain),
        Arguments.of(fair, fair),
        Arguments.of(first.writeLock(), first.writeLock()),
        Arguments.of(second.readLock(), second.writeLock()));
  }

  /** When that thread ends, the lock goes to the next one. */
  @ParameterizedTest
  @MethodSource("locks")
  void lock_threadEnds_isTakenOver(Lock lock, Lock all) throws Exception {
    try (Neighbour holder = Neighbour.start()) {
      haveItDropped(holder, lock, all);
      holder.call(() -> NEXT.add(Optional.empty()));
      assertThat(all.tryLock(Await.PATIENCE.toNanos(), TimeUnit.NANOSECONDS)).isTrue();
      all.unlock();
    }
  }

  /** That thread can unlock when the lock has come to its process once more. */
  @ParameterizedTest
  @MethodSource("locks")
  void lock_comesAgain_canBeUnlocked(Lock lock, Lock all) throws Exception {
    try (Neighbour holder = Neighbour.start()) {
      haveItDropped(holder, lock, all);
      haveItUnlocked(holder, lock);
      assertThat(all.tryLock(Await.PATIENCE.toNanos(), TimeUnit.NANOSECONDS)).isTrue();
      assertThat(all.toString()).doesNotContain("recovered");
      all.unlock();
    }
  }

  /** Nothing keeps the lock in its process when that thread has unlocked so, and goes on. */
  @ParameterizedTest
  @MethodSource("locks")
  void lock_comesAgainAndIsUnlocked_isLetGo(Lock lock, Lock all) throws Exception {
    try (Neighbour holder = Neighbour.start()) {
      haveItDropped(holder, lock, all);
      haveItUnlocked(holder, lock);
      assertThat(holder.call(DroppedLockTest::isUnmapped)).isTrue();
    }
  }

  /**
   * While a thread waits at a condition the lock's Java object stays, also where the compiler finds
   * that nobody uses the condition again: or that thread has a lock again which nobody looks after.
   */
  @Test
  void await_nobodyUsesTheConditionAgain_lockStays() throws Exception {
    ProcessLock lock = ProcessLock.create();
    ProcessCondition condition = lock.newCondition();
    try (Neighbour waiter =
        Neighbour.start(
            "-Xcomp",
            "-XX:CompileCommand=quiet",
            "-XX:CompileCommand=compileonly,dev.tutti.memory.sync.*::*")) {
      waiter.call(() -> lockAndWait(condition));
      Await.until("it waits", () -> condition.waiting() == 1);
      assertThat(waiter.call(DroppedLockTest::staysWhenCollected)).isTrue();
    }
  }

  private static void haveItDropped(Neighbour holder, Lock lock, Lock all) throws Exception {
    holder.call(() -> lockAndDrop(lock));
    holder.call(DroppedLockTest::isGone);
    assertThat(all.tryLock()).isFalse();
  }

  private static void haveItUnlocked(Neighbour holder, Lock lock) throws Exception {
    assertThat(holder.call(() -> NEXT.add(Optional.of(lock)) && Await.result(UNLOCKED))).isTrue();
  }

  /** In the other process. */
  private static boolean lockAndDrop(Lock lock) throws InterruptedException {
    DROPPED.set(new WeakReference<>(lock));
    AtomicReference<Lock> once = new AtomicReference<>(lock);
    CountDownLatch locked = new CountDownLatch(1);
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          once.getAndSet(null).lock();
          locked.countDown();
          try {
            while (NEXT.take().map(DroppedLockTest::unlock).orElse(false)) {
              UNLOCKED.complete(true);
            }
          } catch (InterruptedException | RuntimeException e) {
            UNLOCKED.completeExceptionally(e);
          }
        });
    locked.await();
    return true;
  }

  /** In the other process. */
  private static boolean lockAndWait(ProcessCondition condition) {
    DROPPED.set(new WeakReference<>(condition.lock()));
    AtomicReference<ProcessCondition> once = new AtomicReference<>(condition);
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          once.get().lock().lock();
          once.getAndSet(null).awaitUninterruptibly();
        });
    return true;
  }

  /** In the other process. */
  private static boolean staysWhenCollected() {
    System.gc();
    return !DROPPED.get().refersTo(null);
  }

  private static boolean unlock(Lock lock) {
    lock.unlock();
    return true;
  }

  /** In the other process. */
  private static boolean isGone() throws InterruptedException {
    Await.until(
        "nothing refers to it",
        () -> {
          System.gc();
          return DROPPED.get().refersTo(null);
        });
    return true;
  }

  /** In the other process, to which this one has given the only segment that it has. */
  private static boolean isUnmapped() throws InterruptedException {
    String given = "tutti-" + ProcessHandle.current().parent().orElseThrow().pid() + "-";
    Await.until(
        "no segment is mapped",
        () -> {
          System.gc();
          try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.noneMatch(line -> line.contains(given));
          }
        });
    return true;
  }
}
