package dev.tutti.bench.limits;

import dev.tutti.Bulk;
import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.plan.Batching;
import dev.tutti.task.Fn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/** Adaptive batches beside every fixed size, on a load with a heavy tail. */
final class BestBatch {
  private static final int WORKERS = 2;
  private static final double LIMIT_PERCENT = 5;
  private static final int LOADS = 3;
  private static final double NANOS = 1e6;

  private BestBatch() {}

  static void run(Verdict verdict, int items, int runs) {
    try (Pool pool = Pool.processes(WORKERS)) {
      pool.warm();
      pool.map(HeavyTail.shuffled(100, 0), HeavyTail::compute);
      check(verdict, "sleeping", pool, HeavyTail::sleep, items, runs);
      check(verdict, "computing", pool, HeavyTail::compute, items, runs);
    }
  }

  /** The least of some runs of a load says how long it takes when nobody disturbs it. */
  private static void check(
      Verdict verdict, String how, Pool pool, Fn<Long, Long> fn, int items, int runs) {
    Map<String, Bulk> ways = new LinkedHashMap<>();
    ways.put("adaptive", Parallel.on(pool));
    for (int size = 1; size <= items / 4; size *= 2) {
      ways.put("" + size, Parallel.on(pool).batch(Batching.fixed(size)));
    }
    Map<String, double[]> millis = new LinkedHashMap<>();
    ways.keySet().forEach(name -> millis.put(name, new double[LOADS]));
    List<String> order = new ArrayList<>(ways.keySet());
    for (int run = 0; run < LOADS * runs; run++) {
      int load = run % LOADS;
      Collections.shuffle(order, new Random(run)); // nobody is always the first
      for (String name : order) {
        double[] least = Objects.requireNonNull(millis.get(name), name);
        double time =
            timeOf(
                Objects.requireNonNull(ways.get(name), name), fn, HeavyTail.shuffled(items, load));
        least[load] = run < LOADS ? time : Math.min(least[load], time);
      }
    }
    double ideal = HeavyTail.ascending(items).stream().mapToLong(n -> n).sum() / NANOS / WORKERS;
    Verdict.note(how + ": the sum of all items, through workers", ideal, "ms");
    double best = Double.MAX_VALUE;
    double adaptive = 0;
    for (Map.Entry<String, double[]> way : millis.entrySet()) {
      double mean = Arrays.stream(way.getValue()).average().orElseThrow();
      if (way.getKey().equals("adaptive")) {
        adaptive = mean;
      } else {
        best = Math.min(best, mean);
      }
      Verdict.note(how + ": batches " + way.getKey(), mean, "ms");
    }
    verdict.atMost(
        how + ": adaptive above the best fixed size",
        100 * (adaptive / best - 1),
        LIMIT_PERCENT,
        "%");
  }

  private static double timeOf(Bulk bulk, Fn<Long, Long> fn, List<Long> load) {
    long begin = System.nanoTime();
    bulk.map(load, fn);
    return (System.nanoTime() - begin) / NANOS;
  }
}
