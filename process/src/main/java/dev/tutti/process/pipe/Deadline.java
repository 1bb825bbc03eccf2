package dev.tutti.process.pipe;

import java.io.IOException;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;

/** Until when somebody waits, if not for ever. */
public final class Deadline {
  /** Waits as long as it takes. */
  public static final Deadline NEVER = new Deadline(0, true);

  /** Does not wait. */
  static final Deadline NOW = new Deadline(0, false);

  private final long atNanos;
  private final boolean never;

  private Deadline(long atNanos, boolean never) {
    this.atNanos = atNanos;
    this.never = never;
  }

  /**
   * {@return the end of some time from now on}
   *
   * @param time how long; if not positive, now
   */
  public static Deadline after(Duration time) {
    long nanos = TimeUnit.NANOSECONDS.convert(time); // what is too long for a long is its maximum
    long bounded = Math.clamp(nanos, 0, Long.MAX_VALUE / 2);
    return new Deadline(System.nanoTime() + bounded, false);
  }

  /** {@return how much time is left, at least 0} */
  public long leftNanos() {
    return never ? Long.MAX_VALUE : this == NOW ? 0 : Math.max(0, atNanos - System.nanoTime());
  }

  /** {@return whether there is no time left} */
  public boolean isOver() {
    return leftNanos() == 0;
  }

  /** Waits in a selector, no longer than this and not at all when it is over. */
  void select(Selector selector) throws IOException {
    if (never) {
      selector.select();
      return;
    }
    long left = leftNanos();
    if (left == 0) {
      selector.selectNow();
    } else {
      selector.select(TimeUnit.NANOSECONDS.toMillis(left - 1) + 1); // 0 would be for ever
    }
  }

  /** Waits for a signal, or for this; who calls it looks again. */
  @SuppressWarnings("WaitNotInLoop")
  void await(Condition condition) throws InterruptedException {
    if (never) {
      condition.await();
    } else {
      long _ = condition.awaitNanos(leftNanos());
    }
  }
}
