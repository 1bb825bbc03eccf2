package dev.tutti.process.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.testkit.Await;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The lock of a channel's writers. */
@Tag("unit")
@Timeout(60)
class RareLockTest {
  private static final int TIMES = 20_000;

  private final RareLock lock = new RareLock();
  private int number; // guarded by lock

  private void count() {
    for (int i = 0; i < TIMES; i++) {
      lock.lock();
      try {
        number++;
      } finally {
        lock.unlock();
      }
    }
  }

  /** Threads that want it all the time each get it, one at a time. */
  @Test
  void lock_manyThreads_oneAtATime() throws Exception {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      threads.add(Thread.ofPlatform().start(this::count));
    }
    for (Thread thread : threads) {
      Await.ended(thread);
    }
    assertThat(number).isEqualTo(4 * TIMES);
  }

  /** Who is interrupted waits on, and has the flag afterwards. */
  @Test
  void lock_interrupted_waitsOnAndKeepsTheFlag() throws Exception {
    AtomicBoolean interrupted = new AtomicBoolean();
    lock.lock();
    Thread waits =
        Thread.ofPlatform()
            .start(() -> {
              lock.lock();
              interrupted.set(Thread.currentThread().isInterrupted());
              lock.unlock();
            });
    waits.interrupt();
    assertThat(interrupted).isFalse();
    lock.unlock();
    Await.ended(waits);
    assertThat(interrupted).isTrue();
  }
}
