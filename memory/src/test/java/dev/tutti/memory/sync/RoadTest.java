package dev.tutti.memory.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.memory.bell.Roads;
import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import dev.tutti.testkit.Watchdog;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Which road a waiting thread takes. */
@Tag("system")
@ExtendWith({LeakCheck.class, Watchdog.class})
class RoadTest {
  private static final int MANY = 200;

  /** Where native calls are allowed platform threads sleep in the kernel, once they wait often. */
  @Test
  void acquire_nativeAccess_sleepsInKernel() throws Exception {
    try (Neighbour other = Neighbour.startUnprepared(Roads.NATIVE_ACCESS)) {
      assertThat(other.call(RoadTest::waitsOften)).isFalse();
      assertThat(other.call(RoadTest::sleeps)).isTrue();
    }
  }

  /** Where they are not, nobody tries: nothing is printed, and threads park. */
  @Test
  void acquire_noNativeAccess_parksWithoutWarning() throws Exception {
    try (Neighbour other = Neighbour.startUnprepared()) {
      assertThat(other.call(RoadTest::waitsOften)).isFalse();
      assertThat(other.call(() -> Roads.isFutexReady() || Roads.isNative())).isFalse();
      assertThat(other.errors()).noneMatch(line -> line.contains("WARNING"));
    }
  }

  /** {@return whether it was prepared at the start} */
  private static boolean waitsOften() throws Exception {
    boolean before = Roads.isFutexReady();
    ProcessSemaphore none = ProcessSemaphore.create(0);
    for (int i = 0; i < MANY; i++) {
      none.tryAcquire(Duration.ofNanos(1));
    }
    return before;
  }

  private static boolean sleeps() throws Exception {
    Await.until("prepared", Roads::isFutexReady);
    ProcessSemaphore none = ProcessSemaphore.create(0);
    Thread waiter = Thread.ofPlatform().start(none::acquireUninterruptibly);
    Await.until("asleep", () -> Roads.isAsleep(waiter));
    none.release();
    Await.ended(waiter);
    return true;
  }

  /** An interrupt ends a wait in the kernel, whenever it comes, and nobody else's. */
  @Test
  void acquire_interruptedAsleep_ends() throws Exception {
    try (Neighbour other = Neighbour.start(Roads.NATIVE_ACCESS)) {
      assertThat(other.call(RoadTest::interrupts)).isEqualTo(MANY);
    }
  }

  private static int interrupts() throws Exception {
    ProcessSemaphore none = ProcessSemaphore.create(0);
    CompletableFuture<Boolean> stays = new CompletableFuture<>();
    Thread.ofPlatform().daemon().start(() -> stays.complete(acquires(none)));
    int ended = 0;
    for (int i = 0; i < MANY; i++) {
      CompletableFuture<Boolean> goes = new CompletableFuture<>();
      Thread waiter = Thread.ofPlatform().start(() -> goes.complete(acquires(none)));
      if (i % 2 == 0) { // or at any point of its way to bed
        Await.until("asleep", () -> Roads.isAsleep(waiter));
      }
      waiter.interrupt();
      ended += Await.result(goes) ? 0 : 1;
    }
    none.release();
    assertThat(Await.result(stays)).isTrue();
    return ended;
  }

  private static boolean acquires(ProcessSemaphore semaphore) {
    try {
      semaphore.acquire();
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }

  /** Virtual threads park; of those who wait at one object both kinds get their turn. */
  @Test
  void release_parkedAndAsleep_bothGoOn() throws Exception {
    try (Neighbour other = Neighbour.start(Roads.NATIVE_ACCESS);
        Neighbour third = Neighbour.start(Roads.NATIVE_ACCESS)) {
      ProcessSemaphore semaphore = ProcessSemaphore.create(0);
      ProcessSemaphore turns = ProcessSemaphore.create(0);
      other.call(() -> {
        for (int i = 0; i < 4; i++) {
          boolean virtual = i % 2 == 0;
          Thread.Builder kind = virtual ? Thread.ofVirtual() : Thread.ofPlatform().daemon();
          Thread waiter =
              kind.start(() -> {
                semaphore.acquireUninterruptibly();
                turns.release();
              });
          Await.blocked(waiter);
          assertThat(Roads.isAsleep(waiter)).isEqualTo(!virtual);
        }
        return true;
      });
      for (int i = 1; i <= 4; i++) {
        int turn = i;
        third.call(() -> {
          semaphore.release();
          Await.until("turn " + turn, () -> turns.permits() == turn);
          return true;
        });
      }
    }
  }

  /** Who dies asleep takes no wake-up with it. */
  @Test
  void release_sleeperWasKilled_wakesTheNext() throws Exception {
    ProcessSemaphore semaphore = ProcessSemaphore.create(0);
    try (Neighbour first = Neighbour.start(Roads.NATIVE_ACCESS);
        Neighbour second = Neighbour.start(Roads.NATIVE_ACCESS)) {
      first.call(() -> {
        Thread waiter = Thread.ofPlatform().daemon().start(semaphore::acquireUninterruptibly);
        Await.until("asleep", () -> Roads.isAsleep(waiter));
        return true;
      });
      CompletableFuture<Boolean> waits =
          second.start(() -> {
            semaphore.acquire();
            return true;
          });
      first.kill();
      assertThat(waits).isNotDone();
      semaphore.release();
      assertThat(Await.result(waits)).isTrue();
      assertThat(semaphore.permits()).isZero();
    }
  }

  /** Those who sleep in a stopped process, and were first, keep back nobody else. */
  @Test
  void release_sleepersAreStopped_wakesAnother() throws Exception {
    ProcessSemaphore semaphore = ProcessSemaphore.create(0);
    ProcessSemaphore passed = ProcessSemaphore.create(0);
    try (Neighbour first = Neighbour.start(Roads.NATIVE_ACCESS);
        Neighbour second = Neighbour.start(Roads.NATIVE_ACCESS)) {
      first.call(() -> {
        for (int i = 0; i < 4; i++) {
          Thread waiter = Thread.ofPlatform().daemon().start(semaphore::acquireUninterruptibly);
          Await.until("asleep", () -> Roads.isAsleep(waiter));
        }
        return true;
      });
      first.stop();
      second.call(() -> {
        Thread waiter =
            Thread.ofPlatform()
                .daemon()
                .start(() -> {
                  semaphore.acquireUninterruptibly();
                  passed.release();
                });
        Await.until("asleep", () -> Roads.isAsleep(waiter));
        return true;
      });
      semaphore.release();
      Await.until("it goes on", () -> passed.permits() == 1);
    }
  }
}
