package dev.tutti.process.worker;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;

/**
 * Has the heap collected now and then while large arrays come. For one thread.
 *
 * <p>What is too large for the young generation goes into the old one, and the small collectors
 * rather extend that, as far as they may, than look for garbage in it. So a worker would take all
 * of its heap for arrays that nobody needs, and new pages cost more than the copying (figures in
 * docs/design/decisions.md).
 */
final class LargeGarbage {
  private static final long LEAST_BYTES = 1 << 28;

  /** A collection costs what is alive, so there is one only for so many times that much. */
  private static final int TIMES_ALIVE = 4;

  private final boolean matters;
  private long bytes;
  private long alive;

  LargeGarbage() {
    this.matters =
        ManagementFactory.getGarbageCollectorMXBeans().stream()
            .map(GarbageCollectorMXBean::getName)
            .anyMatch(name -> name.equals("MarkSweepCompact") || name.equals("PS MarkSweep"));
  }

  /** So many bytes are about to be copied into the heap. */
  void comes(long more) {
    bytes += more;
    if (matters && bytes > Math.max(LEAST_BYTES, TIMES_ALIVE * alive)) {
      System.gc();
      bytes = more;
      alive = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
  }
}
