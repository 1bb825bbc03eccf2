package dev.tutti.stress.actors;

import dev.tutti.process.JvmProcess;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/** Kills the processes of actors, each once, some time after they have come. */
final class Killer {
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long EARLY_NANOS = TimeUnit.MILLISECONDS.toNanos(600);
  private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(120);

  private final Random random;
  private final LongSupplier serving;
  private final int most;
  private final Set<Long> killed = ConcurrentHashMap.newKeySet();
  private final Thread thread;
  private volatile boolean over;

  /**
   * Begins to kill.
   *
   * @param seed what decides when
   * @param serving the process that runs calls now; 0 if there is none
   * @param most how many are killed at most
   */
  Killer(long seed, LongSupplier serving, int most) {
    this.random = new Random(seed);
    this.serving = serving;
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

  /** Three of four while they run calls, the others at any time from their start on. */
  private void kill(JvmProcess<?> process) {
    boolean early = random.nextInt(4) == 0;
    while (!early && !over && process.isAlive() && serving.getAsLong() != process.pid()) {
      LockSupport.parkNanos(LOOK_NANOS);
    }
    LockSupport.parkNanos((long) (random.nextDouble() * (early ? EARLY_NANOS : LATE_NANOS)));
    if (!over && process.isAlive()) {
      killed.add(process.pid()); // before it is done
      boolean _ = ProcessHandle.of(process.pid()).map(ProcessHandle::destroyForcibly).orElse(false);
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
