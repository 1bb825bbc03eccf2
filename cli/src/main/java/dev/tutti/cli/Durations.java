package dev.tutti.cli;

import java.time.Duration;

/** Times as the command gives them out. */
final class Durations {
  private static final double NANOS = 1e9;

  private Durations() {}

  static double seconds(Duration time) {
    return time.toNanos() / NANOS;
  }
}
