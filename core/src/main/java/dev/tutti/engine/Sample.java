package dev.tutti.engine;

import dev.tutti.plan.Choice;
import dev.tutti.spi.CpuTime;
import java.time.Duration;
import java.util.Optional;

/**
 * Items that were measured together, on one thread.
 *
 * @param items how many, at least one
 * @param wallNanos the time that they took
 * @param cpuNanos the CPU time that their thread had for them; {@link CpuTime#UNKNOWN} if nobody
 *     can tell
 */
record Sample(long items, long wallNanos, long cpuNanos) {
  static final Sample NONE = new Sample(0, 0, 0);

  private static final double LITTLE = 0.25;

  Sample plus(Sample other) {
    boolean known = hasCpu() && other.hasCpu();
    return new Sample(
        items + other.items,
        wallNanos + other.wallNanos,
        known ? cpuNanos + other.cpuNanos : CpuTime.UNKNOWN);
  }

  boolean hasCpu() {
    return cpuNanos != CpuTime.UNKNOWN;
  }

  /** {@return the time of one item, in nanoseconds} */
  double wall() {
    return Math.max(1, (double) wallNanos / Math.max(1, items));
  }

  /** {@return which part of the time was computing, from 0 to 1; 1 if nobody can tell} */
  double share() {
    return hasCpu() && wallNanos > 0 ? Math.min(1, (double) cpuNanos / wallNanos) : 1;
  }

  /** {@return whether it is known that most of the time was no computing} */
  boolean hardlyComputes() {
    return share() <= LITTLE;
  }

  Choice.Figures figures() {
    return new Choice.Figures(
        items,
        Duration.ofNanos(wallNanos),
        hasCpu() ? Optional.of(Duration.ofNanos(cpuNanos)) : Optional.empty());
  }
}
