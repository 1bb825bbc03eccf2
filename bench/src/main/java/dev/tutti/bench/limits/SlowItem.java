package dev.tutti.bench.limits;

import dev.tutti.Bulk;
import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.plan.Batching;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Gatherers;
import java.util.stream.Stream;

/** One slow item among quick ones: who waits for it. */
final class SlowItem {
  private static final int BATCH = 100;
  private static final long FIRST_MILLIS = 2_000;
  private static final double OTHERS_LIMIT_MILLIS = 300;
  private static final int WINDOW = 4;
  private static final double IDEAL_LIMIT = 1.15;
  private static final double NANOS = 1e6;

  private SlowItem() {}

  static void run(Verdict verdict, int runs) {
    try (Pool processes = Pool.processes(2);
        Pool threads = Pool.threads(2);
        Pool four = Pool.threads(WINDOW);
        Pool virtual = Pool.virtualThreads()) {
      processes.warm();
      processes.map(Collections.nCopies(BATCH, 0L), HeavyTail::sleep);
      behindTheFirst(verdict, "2 processes", processes, runs);
      behindTheFirst(verdict, "2 threads", threads, runs);
      smallWindow(verdict, "2 processes", processes, 2, runs);
      smallWindow(verdict, "4 threads", four, WINDOW, runs);
      smallWindow(verdict, "virtual threads", virtual, WINDOW, runs);
      beside(runs);
    }
  }

  private static List<Long> items(long first, int others, long each) {
    List<Long> items = new ArrayList<>(Collections.nCopies(others, each * 1_000_000));
    items.addFirst(first * 1_000_000);
    return items;
  }

  private static void behindTheFirst(Verdict verdict, String who, Pool pool, int runs) {
    List<Long> items = items(FIRST_MILLIS, BATCH - 1, 1);
    Bulk bulk = Parallel.on(pool).window(BATCH).batch(Batching.fixed(BATCH));
    List<Double> millis = new ArrayList<>();
    for (int run = 0; run < runs; run++) {
      long begin = System.nanoTime();
      try (Stream<Long> results = bulk.unordered(items, HeavyTail::sleep)) {
        results.limit(BATCH - 1).forEach(_ -> {});
        millis.add((System.nanoTime() - begin) / NANOS);
      }
    }
    verdict.atMost(
        who + ": 99 items of 1 ms in one batch with one of 2 s, median",
        Verdict.median(millis),
        OTHERS_LIMIT_MILLIS,
        "ms");
  }

  private static void smallWindow(Verdict verdict, String who, Pool pool, int workers, int runs) {
    List<Long> items = items(600, 59, 20);
    Bulk bulk = Parallel.on(pool).window(WINDOW);
    List<Double> unordered = new ArrayList<>();
    List<Double> ordered = new ArrayList<>();
    for (int run = 0; run < runs; run++) {
      unordered.add(timeOf(items, all -> bulk.unordered(all, HeavyTail::sleep)));
      ordered.add(timeOf(items, all -> bulk.stream(all, HeavyTail::sleep)));
    }
    double ideal = Math.max(600, (600.0 + 59 * 20) / workers);
    verdict.atMost(
        who + ": window of 4, 600 ms and 59 times 20 ms, as they end, median",
        Verdict.median(unordered),
        ideal * IDEAL_LIMIT,
        "ms");
    Verdict.note(who + ": the same in input order", Verdict.median(ordered), "ms");
  }

  private static void beside(int runs) {
    List<Long> items = items(600, 59, 20);
    List<Double> millis = new ArrayList<>();
    for (int run = 0; run < runs; run++) {
      millis.add(
          timeOf(
              items, all -> all.stream().gather(Gatherers.mapConcurrent(WINDOW, SlowItem::slept))));
    }
    Verdict.note("Gatherers.mapConcurrent(4): the same", Verdict.median(millis), "ms");
  }

  private static long slept(long nanos) {
    try {
      return HeavyTail.sleep(nanos);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static double timeOf(List<Long> items, Function<List<Long>, Stream<Long>> call) {
    long begin = System.nanoTime();
    try (Stream<Long> results = call.apply(items)) {
      if (results.count() != items.size()) {
        throw new IllegalStateException("results are missing");
      }
    }
    return (System.nanoTime() - begin) / NANOS;
  }
}
