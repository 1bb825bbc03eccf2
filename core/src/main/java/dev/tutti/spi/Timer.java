package dev.tutti.spi;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Calls something later. One thread serves all pools of this JVM; it ends when it has nothing to
 * do.
 *
 * <p><b>Thread safety.</b> May be called from any thread. What is called must not block.
 *
 * @since 0.1
 */
public final class Timer {
  private static final ScheduledThreadPoolExecutor THREAD = thread();

  private Timer() {}

  private static ScheduledThreadPoolExecutor thread() {
    ScheduledThreadPoolExecutor thread =
        new ScheduledThreadPoolExecutor(1, ServiceThread.builder().name("tutti-timer").factory());
    thread.setRemoveOnCancelPolicy(true);
    thread.setKeepAliveTime(100, TimeUnit.MILLISECONDS);
    thread.allowCoreThreadTimeOut(true);
    return thread;
  }

  /**
   * Calls something later.
   *
   * @param nanos after how many nanoseconds at least
   * @param action what to call
   * @return by which it can be cancelled
   */
  public static Future<?> after(long nanos, Runnable action) {
    return THREAD.schedule(action, nanos, TimeUnit.NANOSECONDS);
  }
}
