package dev.tutti.memory.sync;

import java.time.Duration;

/** How long to wait, as a number. */
final class Nanos {
  /** Without an end. */
  static final long FOREVER = Long.MAX_VALUE;

  private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

  private Nanos() {}

  static long of(Duration time) {
    return time.compareTo(LONGEST) >= 0 ? FOREVER : time.isNegative() ? 0 : time.toNanos();
  }
}
