package dev.tutti.spi;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/**
 * The CPU time of threads, where the JVM can tell it.
 *
 * <p><b>Thread safety.</b> May be called from any thread.
 *
 * @since 0.1
 */
public final class CpuTime {
  /** What is said where the JVM cannot tell. */
  public static final long UNKNOWN = -1;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final boolean HERE =
      THREADS.isCurrentThreadCpuTimeSupported() && THREADS.isThreadCpuTimeEnabled();
  private static final boolean OTHERS = HERE && THREADS.isThreadCpuTimeSupported();

  private CpuTime() {}

  /**
   * {@return the CPU time of the calling thread in nanoseconds; {@link #UNKNOWN} if nobody can
   * tell, as of a virtual thread}
   */
  public static long here() {
    return HERE && !Thread.currentThread().isVirtual()
        ? THREADS.getCurrentThreadCpuTime()
        : UNKNOWN;
  }

  /**
   * {@return the CPU time of a thread in nanoseconds; {@link #UNKNOWN} if nobody can tell, as of a
   * virtual thread or one that has ended}
   *
   * @param thread the thread
   */
  public static long of(Thread thread) {
    return OTHERS && !thread.isVirtual() ? THREADS.getThreadCpuTime(thread.threadId()) : UNKNOWN;
  }

  /**
   * {@return the CPU time from one moment to another; {@link #UNKNOWN} if one of them is}
   *
   * @param from at the first moment
   * @param to at the second
   */
  public static long between(long from, long to) {
    return from == UNKNOWN || to == UNKNOWN ? UNKNOWN : Math.max(0, to - from);
  }
}
