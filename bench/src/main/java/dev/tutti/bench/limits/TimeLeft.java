package dev.tutti.bench.limits;

import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.event.ProgressState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/** How far the estimate of the time left is off, on a load with a heavy tail. */
final class TimeLeft {
  private static final int WORKERS = 2;
  private static final double FROM = 0.1; // of the call's time: before, nobody could know
  private static final double LIMIT_PERCENT = 10;

  private TimeLeft() {}

  static void run(Verdict verdict, int items, int runs) {
    try (Pool pool = Pool.processes(WORKERS)) {
      pool.warm();
      List<Double> shuffled = new ArrayList<>();
      for (int run = 0; run < runs; run++) {
        shuffled.addAll(errors(pool, HeavyTail.shuffled(items, run)));
      }
      Collections.sort(shuffled);
      verdict.atMost(
          "estimate, shuffled load: off by, of the whole time, median",
          Verdict.median(shuffled),
          LIMIT_PERCENT,
          "%");
      Verdict.note("the same, nine of ten below", shuffled.get(shuffled.size() * 9 / 10), "%");
      Verdict.note("the same, most", shuffled.getLast(), "%");
      List<Long> ascending = HeavyTail.ascending(items);
      Verdict.note("short items first, median", Verdict.median(errors(pool, ascending)), "%");
      Verdict.note(
          "long items first, median", Verdict.median(errors(pool, ascending.reversed())), "%");
    }
  }

  /** {@return by how much each estimate was off, in percent of the whole time} */
  private static List<Double> errors(Pool pool, List<Long> load) {
    ConcurrentLinkedQueue<ProgressState> told = new ConcurrentLinkedQueue<>();
    Parallel.on(pool).progress(told::add).map(load, HeavyTail::sleep);
    double whole = 0;
    for (ProgressState state : told) {
      whole = seconds(state.elapsed());
    }
    List<Double> errors = new ArrayList<>();
    for (ProgressState state : told) {
      double elapsed = seconds(state.elapsed());
      if (!state.finished() && elapsed >= FROM * whole) {
        double estimate = state.remaining().map(TimeLeft::seconds).orElse(0.0);
        errors.add(100 * Math.abs(elapsed + estimate - whole) / whole);
      }
    }
    return errors.isEmpty() ? List.of(0.0) : errors;
  }

  private static double seconds(Duration d) {
    return d.toNanos() / 1e9;
  }
}
