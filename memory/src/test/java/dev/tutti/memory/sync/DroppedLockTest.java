package dev.tutti.memory.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import dev.tutti.testkit.Watchdog;
import java.io.Serializable;
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

/**
 * What becomes of what a thread has, or waits for, while nothing else in its process refers to it.
 */
@Tag("system")
@ExtendWith({LeakCheck.class, Watchdog.class})
@SuppressWarnings({"LockNotBeforeTry", "WaitNotInLoop"}) // as it is meant
class DroppedLockTest {
  // In the other process: what the thread that has the lock does next, and the lock, which it has
  // dropped.
  private static final LinkedBlockingQueue<Optional<Lock>> NEXT = new LinkedBlockingQueue<>();
  private static final CompletableFuture<Boolean> UNLOCKED = new CompletableFuture<>();
  private static final AtomicReference<WeakReference<Object>> DROPPED = new AtomicReference<>();
  private static final String[] ALL_COMPILED = {
    "-Xcomp",
    "-XX:CompileCommand=quiet",
    "-XX:CompileCommand=compileonly,dev.tutti.memory.sync.*::*"
  };

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
    try (Neighbour waiter = Neighbour.start(ALL_COMPILED)) {
      waiter.call(() -> lockAndWait(condition));
      Await.until("it waits", () -> condition.waiting() == 1);
      assertThat(waiter.call(DroppedLockTest::staysWhenCollected)).isTrue();
    }
  }

  /** {@return objects, each with a way to wait in it} */
  static Stream<Arguments> waits() {
    ProcessQueue<Integer> queue = ProcessQueue.create(1);
    queue.add(1);
    return Stream.of(
        wait(ProcessSemaphore.create(0), ProcessSemaphore::acquire),
        wait(ProcessSemaphore.create(0), ProcessSemaphore::acquireUninterruptibly),
        wait(ProcessSemaphore.create(0), semaphore -> semaphore.acquire(3)),
        wait(ProcessEvent.create(), ProcessEvent::await),
        wait(ProcessLatch.create(1), ProcessLatch::await),
        wait(ProcessBarrier.create(2), ProcessBarrier::await),
        wait(queue, ProcessQueue::join));
  }

  private static <T extends Serializable> Arguments wait(T shared, Wait<T> in) {
    return Arguments.of(shared, in);
  }

  interface Wait<T> extends Serializable {
    void in(T shared) throws Exception;
  }

  /**
   * The Java object stays while a thread waits in it, as that one does at a condition: or one that
   * comes in again does not know of the thread.
   */
  @ParameterizedTest
  @MethodSource("waits")
  <T extends Serializable> void await_nobodyUsesItAgain_stays(T shared, Wait<T> in)
      throws Exception {
    try (Neighbour waiter = Neighbour.start(ALL_COMPILED)) {
      waiter.call(() -> waitIn(shared, in));
      assertThat(waiter.call(DroppedLockTest::staysWhenCollected)).isTrue();
    }
  }

  /** In the other process. */
  private static <T> boolean waitIn(T shared, Wait<T> in) throws InterruptedException {
    DROPPED.set(new WeakReference<>(shared));
    AtomicReference<T> once = new AtomicReference<>(shared);
    Await.blocked(
        Thread.ofPlatform()
            .daemon()
            .start(() -> {
              try {
                in.in(once.getAndSet(null));
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            }));
    return true;
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
