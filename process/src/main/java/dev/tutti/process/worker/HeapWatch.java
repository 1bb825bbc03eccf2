package dev.tutti.process.worker;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Looks, now and then, how much of the heap was in use after the last garbage collection. */
final class HeapWatch {
  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final long bound;
  private final List<MemoryPoolMXBean> pools;
  private long nextNanos = System.nanoTime();

  /**
   * @param bound above how many bytes it is too much; 0 for never
   */
  HeapWatch(long bound) {
    this.bound = bound;
    this.pools =
        bound == 0
            ? List.of()
            : ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .toList();
  }

  /** {@return whether more is in use than the bound allows} */
  boolean isAboveBound() {
    if (bound == 0 || System.nanoTime() - nextNanos < 0) {
      return false;
    }
    nextNanos = System.nanoTime() + INTERVAL_NANOS;
    long used = 0;
    for (MemoryPoolMXBean pool : pools) {
      MemoryUsage afterCollection = pool.getCollectionUsage();
      used += afterCollection == null ? 0 : afterCollection.getUsed();
    }
    return used > bound;
  }
}
