package dev.tutti.spi;

import java.time.Duration;

/**
 * How often workers that cannot be started are tried again: a few times with growing pauses, then
 * not before some time has passed. A start that works fills it again.
 *
 * <p><b>Thread safety.</b> None: guarded by its owner.
 *
 * @since 0.1
 */
public final class StartBudget {
  /** How many starts in a row may fail. */
  public static final int MOST = 3;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration REFILL = Duration.ofSeconds(5);

  private int left = MOST;
  private long nextRefillNanos;

  /** Makes a full budget. */
  public StartBudget() {}

  /** {@return how many starts may still fail} */
  public int left() {
    return left;
  }

  /**
   * {@return whether a worker may be started}
   *
   * @param nowNanos the time, as {@link System#nanoTime}
   */
  public boolean allowsStart(long nowNanos) {
    while (left < MOST && nowNanos - nextRefillNanos >= 0) {
      left++;
      nextRefillNanos += REFILL.toNanos();
    }
    return left > 0;
  }

  /** A worker has started. */
  public void succeeded() {
    left = MOST;
  }

  /**
   * A worker could not be started.
   *
   * @param nowNanos the time, as {@link System#nanoTime}
   * @return how long to wait before the next try, in nanoseconds; 0 if the budget is used up
   */
  public long failed(long nowNanos) {
    if (left == MOST) {
      nextRefillNanos = nowNanos + REFILL.toNanos();
    }
    left = Math.max(0, left - 1);
    return left == 0 ? 0 : FIRST_PAUSE.toNanos() << (MOST - 1 - left);
  }
}
