package dev.tutti.process.worker;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.tutti.spi.Timer;
import java.lang.System.Logger.Level;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Has the heap collected now and then while large arrays come. */
final class LargeGarbage {
  /*
   * What is too large for the young generation goes into the old one, and the small collectors rather extend that, as far as they
   * may, than look for garbage in it. So a worker would take all of its heap for arrays that nobody needs, and a new page costs
   * more than what is copied into it (docs/design/decisions.md). A full collection gives nearly all pages back, to be taken anew;
   * therefore, while large arrays come, the share of the heap that may be free is all of it. When none has come for
   * a while, that is as it was, and the heap is given back, unless so much lives that a task would have to wait for it.
   *
   * Guarded by this object, which nobody else has: the thread that reads values, and that of the timer.
   */
  private static final System.Logger LOG = System.getLogger("dev.tutti");
  private static final long LEAST_BYTES = 1 << 28;
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long LITTLE_BYTES = 1 << 26;
  private static final String FREE_SHARE = "MaxHeapFreeRatio";
  private static final String ALL = "100";

  /** The serial collector shrinks a heap step by step, one at each collection. */
  private static final int COLLECTIONS_TO_SHRINK = 4;

  /** A collection costs what is alive, so there is one only for so many times that much. */
  private static final int TIMES_ALIVE = 4;

  private final boolean matters;
  private long bytes;
  private long alive;
  private long lastNanos;
  private @Nullable String usualShare; // not null while the share is another

  LargeGarbage() {
    this.matters =
        ManagementFactory.getGarbageCollectorMXBeans().stream()
            .map(GarbageCollectorMXBean::getName)
            .anyMatch(name -> name.equals("MarkSweepCompact") || name.equals("PS MarkSweep"));
  }

  /** So many bytes are about to be copied into the heap. */
  synchronized void comes(long more) {
    lastNanos = System.nanoTime();
    bytes += more;
    if (matters && bytes > Math.max(LEAST_BYTES, TIMES_ALIVE * alive)) {
      if (usualShare == null) {
        usualShare = replaceShare(ALL);
        var _ = Timer.after(IDLE_NANOS, this::look);
      }
      System.gc();
      bytes = more;
      alive = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
  }

  private synchronized void look() {
    long idle = System.nanoTime() - lastNanos;
    if (idle < IDLE_NANOS) {
      var _ = Timer.after(IDLE_NANOS - idle, this::look);
      return;
    }
    if (usualShare != null && !usualShare.isEmpty()) {
      replaceShare(usualShare);
    }
    usualShare = null;
    for (int i = 0; i < COLLECTIONS_TO_SHRINK && alive < LITTLE_BYTES; i++) {
      System.gc();
    }
    bytes = 0;
  }

  /** {@return what it was; empty if this JVM cannot replace it} */
  private static String replaceShare(String percent) {
    try {
      HotSpotDiagnosticMXBean jvm =
          ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
      String before = jvm.getVMOption(FREE_SHARE).getValue();
      jvm.setVMOption(FREE_SHARE, percent);
      return before;
    } catch (RuntimeException | LinkageError e) { // no HotSpot, or without that module
      LOG.log(Level.DEBUG, "the heap cannot be kept: {0}", e);
      return "";
    }
  }
}
