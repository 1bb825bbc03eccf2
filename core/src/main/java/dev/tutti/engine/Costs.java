package dev.tutti.engine;

import dev.tutti.plan.Choice;
import dev.tutti.spi.Way;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What items cost in each way, and which way is the quickest. Figures in, a decision out.
 *
 * @param processors how many threads there are
 * @param mostBatch how many items may go to a thread together
 * @param window how many items may be on their way at once
 * @param portions whether an item is an element of a reduction, of which many go to a worker as one
 */
record Costs(int processors, int mostBatch, int window, boolean portions) {
  /*
   * One item takes `wall`, of which `cpu` is computing. So n items take
   *
   *   sequential        n wall
   *   threads           START + n max(FEED, wall / p + HAND / (p batch)),  not less than wall
   *   virtual threads   START + n max(FEED, (cpu + VIRTUAL) / p),          not less than wall for each window full
   *
   * FEED is what the one thread that reads the input has to do for an item. The figures are about right for one machine; they
   * need not be exact, as they matter for items of microseconds only, and what is shared out is measured again. Something else
   * than the caller has to be a tenth quicker.
   */
  private static final double START_NANOS = 100_000;
  private static final double FEED_NANOS = 500;
  private static final double FEED_PORTION_NANOS = 5;
  private static final double HAND_NANOS = 5_000;
  private static final double VIRTUAL_NANOS = 2_000;
  private static final double BATCH_NANOS = 500_000;
  private static final double GAIN = 0.9;

  private static final double STEP = 1.25;
  private static final double FAR = 1e6;

  /** {@return how many items are to go to a thread together} */
  int batch(double wall, long left) {
    long forEach = Math.max(1, left / (4L * processors)); // so that all have something to the end
    return (int) Math.clamp((long) (BATCH_NANOS / wall), 1, Math.min(forEach, mostBatch));
  }

  /** {@return how long an item on a virtual thread may wait until all others have had a turn} */
  double turnNanos() {
    return window * VIRTUAL_NANOS / processors;
  }

  private double feed() {
    return portions ? FEED_PORTION_NANOS : FEED_NANOS;
  }

  private double nanos(Way way, double wall, double share, boolean cpuKnown, long left) {
    double n = left;
    return switch (way) {
      case CALLER -> n * wall;
      case THREADS -> {
        double hand = portions ? 0 : HAND_NANOS / batch(wall, left);
        double each = (wall + hand) / processors;
        yield cpuKnown
            ? START_NANOS + Math.max(wall, n * Math.max(feed(), each))
            : Double.POSITIVE_INFINITY; // what waits would keep them from the others
      }
      case VIRTUAL_THREADS -> {
        double each = (share * wall + (portions ? 0 : VIRTUAL_NANOS)) / processors;
        double waves = Math.max(1, n / window);
        yield START_NANOS + Math.max(waves * wall, n * Math.max(feed(), each));
      }
    };
  }

  private Way best(double wall, double share, boolean cpuKnown, long left) {
    double here = nanos(Way.CALLER, wall, share, cpuKnown, left);
    double threads = nanos(Way.THREADS, wall, share, cpuKnown, left);
    double virtual = nanos(Way.VIRTUAL_THREADS, wall, share, cpuKnown, left);
    if (Math.min(threads, virtual) > GAIN * here) {
      return Way.CALLER;
    }
    return virtual < GAIN * threads ? Way.VIRTUAL_THREADS : Way.THREADS;
  }

  /**
   * {@return the way that is the quickest}
   *
   * @param sample what was measured
   * @param left how many items are left
   */
  Way best(Sample sample, long left) {
    return best(sample.wall(), sample.share(), sample.hasCpu(), left);
  }

  /**
   * {@return the decision in words}
   *
   * @param from how many items had ended before
   */
  Choice.Step step(Sample sample, long left, long from) {
    Way way = best(sample, left);
    List<Choice.Estimate> estimates = new ArrayList<>();
    for (Way each : Way.values()) {
      double nanos = nanos(each, sample.wall(), sample.share(), sample.hasCpu(), left);
      if (Double.isFinite(nanos)) {
        Duration time = Duration.ofNanos((long) Math.min(nanos, Long.MAX_VALUE / 2.0));
        estimates.add(new Choice.Estimate(each.backend(), time));
      }
    }
    int workers =
        switch (way) {
          case CALLER -> 1;
          case THREADS -> processors;
          case VIRTUAL_THREADS -> (int) Math.min(window, left);
        };
    int batch = way == Way.THREADS ? batch(sample.wall(), left) : 1;
    return new Choice.Step(
        from,
        way.backend(),
        workers,
        batch,
        Optional.of(sample.figures()),
        estimates,
        reason(way, sample, left),
        otherwise(way, sample, left));
  }

  private String reason(Way way, Sample sample, long left) {
    boolean single = left == 1;
    String more = single ? "1 more item" : "%,d more items".formatted(left);
    return switch (way) {
      case CALLER ->
          processors == 1 && sample.share() > GAIN
              ? "there is one processor, and an item computes"
              : more + (single ? " is" : " are") + " too little work to share out";
      case THREADS ->
          "an item computes, and " + more + (single ? " is" : " are") + " worth sharing out";
      case VIRTUAL_THREADS ->
          sample.hasCpu()
              ? "an item waits, and %s can wait at the same time".formatted(more)
              : "virtual threads serve items that wait and items that compute, and which these are"
                  + " nobody can measure here";
    };
  }

  /** {@return for each figure the next value of it that would lead to another way} */
  private List<String> otherwise(Way way, Sample sample, long left) {
    List<String> lines = new ArrayList<>();
    double wall = sample.wall();
    for (boolean up : new boolean[] {true, false}) {
      for (double f = STEP; f < FAR; f *= STEP) {
        double other = up ? wall * f : wall / f;
        Way then = best(other, sample.share(), sample.hasCpu(), left);
        if (then != way) {
          String bound = up ? "more" : "less";
          lines.add("%s if an item took %s or %s".formatted(then.backend(), time(other), bound));
          break;
        }
      }
    }
    if (sample.hasCpu()) {
      for (int percent = 0; percent <= 100; percent += 5) {
        boolean computesLess = way != Way.VIRTUAL_THREADS;
        int tried = computesLess ? 100 - percent : percent;
        boolean isBeyond =
            computesLess ? tried < 100 * sample.share() : tried > 100 * sample.share();
        Way then = best(wall, tried / 100.0, true, left);
        if (isBeyond && then != way) {
          lines.add(
              "%s if it computed for %d %% of that or %s"
                  .formatted(then.backend(), tried, computesLess ? "less" : "more"));
          break;
        }
      }
    }
    if (way == Way.CALLER) {
      for (double n = 2.0 * left; n < FAR * Math.max(1, left); n *= 2) {
        Way then = best(wall, sample.share(), sample.hasCpu(), (long) n);
        if (then != way) {
          lines.add(
              String.format(Locale.ROOT, "%s if %,.0f or more items were left", then.backend(), n));
          break;
        }
      }
    }
    return lines;
  }

  private static String time(double nanos) {
    return Choice.time(Duration.ofNanos((long) nanos));
  }
}
