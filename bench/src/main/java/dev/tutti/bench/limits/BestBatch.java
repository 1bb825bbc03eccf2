package dev.tutti.bench.limits;

import dev.tutti.Bulk;
import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.plan.Batching;
import dev.tutti.task.Fn;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Adaptive batches beside every fixed size, on a load with a heavy tail. */
final class BestBatch {
  private static final int WORKERS = 2;
  private static final double LIMIT_PERCENT = 5;
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

  private static void check(
      Verdict verdict, String how, Pool pool, Fn<Long, Long> fn, int items, int runs) {
    Map<String, Bulk> ways = new LinkedHashMap<>();
    ways.put("adaptive", Parallel.on(pool));
    for (int size = 1; size <= items / 4; size *= 2) {
      ways.put("" + size, Parallel.on(pool).batch(Batching.fixed(size)));
    }
    Map<String, List<Double>> millis = new LinkedHashMap<>();
    ways.keySet().forEach(name -> millis.put(name, new ArrayList<>()));
    for (int run = 0; run < runs; run++) {
      List<Long> load = HeavyTail.shuffled(items, run);
      ways.forEach((name, bulk) -> millis.get(name).add(timeOf(bulk, fn, load)));
    }
    double ideal = HeavyTail.ascending(items).stream().mapToLong(n -> n).sum() / NANOS / WORKERS;
    Verdict.note(how + ": the sum of all items, through workers", ideal, "ms");
    double best = Double.MAX_VALUE;
    for (Map.Entry<String, List<Double>> way : millis.entrySet()) {
      double median = Verdict.median(way.getValue());
      if (!way.getKey().equals("adaptive")) {
        best = Math.min(best, median);
      }
      Verdict.note(how + ": batches " + way.getKey() + ", median", median, "ms");
    }
    double adaptive = Verdict.median(millis.getOrDefault("adaptive", List.of()));
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
