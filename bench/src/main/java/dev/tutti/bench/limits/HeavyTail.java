package dev.tutti.bench.limits;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Loads of which a few items take most of the time: 0.1 to 200 ms, by a bounded Pareto law. */
final class HeavyTail {
  private static final double LEAST_MILLIS = 0.1;
  private static final double MOST_MILLIS = 200;
  private static final double SHAPE = 0.5;
  private static final double NANOS = 1e6;

  private HeavyTail() {}

  /** {@return the nanoseconds of each item: the same ones for each seed, in another order} */
  static List<Long> shuffled(int items, long seed) {
    List<Long> all = new ArrayList<>(ascending(items));
    Collections.shuffle(all, new Random(seed));
    return all;
  }

  /** {@return the nanoseconds of each item, the shortest first} */
  static List<Long> ascending(int items) {
    List<Long> all = new ArrayList<>();
    double rest = Math.pow(LEAST_MILLIS / MOST_MILLIS, SHAPE);
    for (int i = 0; i < items; i++) {
      double share = (i + 0.5) / items; // so each load has the same sum
      double millis = LEAST_MILLIS / Math.pow(1 - share * (1 - rest), 1 / SHAPE);
      all.add((long) (millis * NANOS));
    }
    return all;
  }

  /** Sleeps. */
  static long sleep(long nanos) throws InterruptedException {
    Thread.sleep(nanos / 1_000_000, (int) (nanos % 1_000_000));
    return nanos;
  }

  /** Computes until the time has passed. */
  static long compute(long nanos) {
    long end = System.nanoTime() + nanos;
    long sum = 0;
    while (System.nanoTime() < end) {
      sum++;
    }
    return sum == -1 ? 0 : nanos;
  }
}
