package dev.tutti.process.worker;

/** How a worker's JVM ends when its pool has no more for it. */
final class ProperEnd {
  /*
   * System.exit tells a logger first (JDK-8301627), for which the JDK looks through every jar of the class path: most of what such an end takes. So it is
   * called only where the JVM would go on without it. A thread that is started between the look and the end, by one that does
   * not count, keeps the JVM until it ends itself, or the pool has had enough and kills the worker.
   */
  private static final int MORE_THREADS = 8;

  private ProperEnd() {}

  /** On the main thread, which returns from its main method then: threads of tasks are not kept. */
  static void ofThisJvm() {
    if (isKeptByOthers()) {
      System.exit(0);
    }
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
}
