package dev.tutti.process.worker;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** How a worker's JVM ends when its pool has no more for it. */
final class ProperEnd {
  /*
   * System.exit tells a logger first (JDK-8301627), for which the JDK looks through every jar of the class path: most of what such an end takes. So it is
   * called only where the JVM would go on without it: where a thread that a task has left keeps it, or comes to do so after the look.
   */
  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final int MORE_THREADS = 8;

  private ProperEnd() {}

  /** On the main thread, which returns from its main method then: threads of tasks are not kept. */
  static void ofThisJvm() {
    if (isKeptByOthers()) {
      System.exit(0);
    }
    Thread late = new Thread(new Late(), "tutti-end");
    late.setDaemon(true);
    late.start();
  }

  private static boolean isKeptByOthers() {
    ThreadGroup all = Thread.currentThread().getThreadGroup();
    while (all.getParent() != null) {
      all = all.getParent();
    }
    Thread[] threads = new Thread[all.activeCount() + MORE_THREADS];
    int count = all.enumerate(threads);
    boolean kept = count == threads.length; // then there may be more
    for (int i = 0; i < count; i++) { // a stream, or a lambda, would take longer than all else
      kept |= !threads[i].isDaemon() && threads[i] != Thread.currentThread();
    }
    return kept;
  }

  /**
   * A JVM that nothing keeps is gone before it is late, or runs its hooks, for which this waits.
   */
  private static final class Late implements Runnable {
    @Override
    public void run() {
      LockSupport.parkNanos(this, PATIENCE_NANOS);
      System.exit(0);
    }
  }
}
