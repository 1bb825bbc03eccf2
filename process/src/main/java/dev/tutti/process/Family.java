package dev.tutti.process;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/** The processes that this JVM has started as {@link JvmProcess} and that have not ended. */
final class Family {
  /** How long the end of this JVM waits for theirs. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final ReentrantLock LOCK = new ReentrantLock();
  private static final Set<JvmProcess<?>> LIVE = new LinkedHashSet<>(); // guarded by LOCK
  private static boolean hooked; // guarded by LOCK

  private Family() {}

  /** Enters a process that is about to be started. */
  static void enter(JvmProcess<?> process) {
    LOCK.lock();
    try {
      if (!hooked) {
        Runtime.getRuntime().addShutdownHook(new Thread(Family::end, "tutti-children"));
        hooked = true;
      }
      LIVE.add(process);
    } finally {
      LOCK.unlock();
    }
  }

  static void leave(JvmProcess<?> process) {
    LOCK.lock();
    try {
      LIVE.remove(process);
    } finally {
      LOCK.unlock();
    }
  }

  /** {@return those that live, in the order of their start} */
  static List<JvmProcess<?>> live() {
    LOCK.lock();
    try {
      return List.copyOf(LIVE);
    } finally {
      LOCK.unlock();
    }
  }

  /**
   * This JVM ends: nothing of them is to be left. The kernel kills them also without this, but not
   * the programs that their tasks have started, and it removes no folder.
   */
  private static void end() {
    List<JvmProcess<?>> left = JvmProcess.children();
    left.forEach(JvmProcess::kill);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try {
      for (JvmProcess<?> process : left) {
        process.join(Duration.ofNanos(deadline - System.nanoTime()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the JVM ends here anyway
    }
  }
}
