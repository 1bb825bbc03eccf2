package dev.tutti.bench.compare;

import java.util.List;

/**
 * One measured run.
 *
 * @param nanos how long it took
 * @param count how many items it did
 * @param result what must be the same for all columns
 */
record Sample(long nanos, int count, String result) {
  /** A run that gave these numbers; the sum tells wrong values and a wrong order. */
  static Sample of(long nanos, List<Integer> results) {
    long sum = 0;
    for (int i = 0; i < results.size(); i++) {
      sum += (i + 1L) * results.get(i);
    }
    return new Sample(nanos, results.size(), Long.toString(sum));
  }

  /** A run without results: of the audio job, or of waiting. */
  static Sample of(long nanos, int count) {
    return new Sample(nanos, count, Integer.toString(count));
  }
}
