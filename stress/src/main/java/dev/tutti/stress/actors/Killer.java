package dev.tutti.stress.actors;

import dev.tutti.process.JvmProcess;
import java.time.Duration;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Kills the processes of actors, each once, some time after they have come. */
final class Killer {
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Random random;
  private final long longestNanos;
  private final int most;
  private final Set<Long> killed = ConcurrentHashMap.newKeySet();
  private final Thread thread;
  private volatile boolean over;

  /**
   * Begins to kill.
   *
   * @param seed what decides when
   * @param longest how long a process lives at most
   * @param most how many are killed at most
   */
  Killer(long seed, Duration longest, int most) {
    this.random = new Random(seed);
    this.longestNanos = longest.toNanos();
    this.most = most;
    this.thread = Thread.ofPlatform().name("killer").start(this::run);
  }

  private void run() {
    Set<Long> met = new HashSet<>();
    while (!over && killed.size() < most) {
      for (JvmProcess<?> process : JvmProcess.children()) {
        if (process.name().startsWith("victim") && met.add(process.pid())) {
          kill(process);
        }
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  private void kill(JvmProcess<?> process) {
    LockSupport.parkNanos((long) (random.nextDouble() * longestNanos));
    if (!over && killed.size() < most && process.isAlive()) {
      killed.add(process.pid()); // before it is done
      boolean _ =
          process.isAlive()
              && ProcessHandle.of(process.pid()).map(ProcessHandle::destroyForcibly).orElse(false);
    }
  }

  /** {@return the processes that it has killed} */
  Set<Long> killed() {
    return Set.copyOf(killed);
  }

  /** Kills no more. */
  void stop() throws InterruptedException {
    over = true;
    thread.join();
  }
}
