package dev.tutti.bench.limits;

import java.util.List;
import java.util.Locale;

/** Whether all limits were kept. For one thread. */
final class Verdict {
  private boolean kept = true;

  boolean kept() {
    return kept;
  }

  /** Prints a figure beside its limit, and whether it is within. */
  void atMost(String what, double figure, double limit, String unit) {
    boolean within = figure <= limit;
    kept &= within;
    System.out.printf(
        Locale.ROOT,
        "%-72s %10.1f %s, at most %.1f: %s%n",
        what,
        figure,
        unit,
        limit,
        within ? "kept" : "MISSED");
  }

  /** Prints a figure that has no limit. */
  static void note(String what, double figure, String unit) {
    System.out.printf(Locale.ROOT, "%-72s %10.1f %s%n", what, figure, unit);
  }

  static double median(List<Double> figures) {
    return figures.stream().sorted().toList().get(figures.size() / 2);
  }
}
