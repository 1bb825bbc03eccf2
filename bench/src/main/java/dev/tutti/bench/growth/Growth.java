package dev.tutti.bench.growth;

import dev.tutti.Bulk;
import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.plan.Batching;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One program, one table: each is run in a JVM of its own. */
public final class Growth {
  private static final int WORKERS = 2;
  private static final int FIRST = 1_000;
  private static final int WARM_ITEMS = 500_000;
  private static final long LEAST_NANOS = 1_000_000_000; // of the runs of one row together
  private static final int LEAST_RUNS = 3;
  private static final int SLEEP_MILLIS = 100;
  private static final int SLEEPS = 20; // for each worker
  private static final double MIB = 1 << 20;

  private Growth() {}

  /**
   * Prints a table.
   *
   * @param args {@code items}, the pool ({@code processes}, {@code threads}), how its items travel
   *     ({@code adaptive}, {@code one}), and how many items at most; or {@code workers}, and how
   *     many workers at most
   * @throws Exception if it cannot be measured
   */
  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "items" -> items(args[1], args[2], Integer.parseInt(args[3]));
      case "workers" -> workers(Integer.parseInt(args[1]));
      default -> throw new IllegalArgumentException("unknown table: " + args[0]);
    }
  }

  // ---------------------------------------------------------------- more items

  private static void items(String kind, String batches, int most) throws Exception {
    System.out.println(
        """
        | items | runs | ns an item: median | min | max | heap in use after a collection, MiB | most heap in use, MiB | resident, MiB |
        | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\
        """);
    try (Pool pool = kind.equals("processes") ? Pool.processes(WORKERS) : Pool.threads(WORKERS)) {
      Bulk bulk = Parallel.on(pool);
      bulk = batches.equals("one") ? bulk.batch(Batching.fixed(1)) : bulk;
      nanosFor(bulk, WARM_ITEMS);
      for (long items = FIRST; items <= most; items *= 10) {
        System.out.println(row(bulk, (int) items));
      }
    }
  }

  private static String row(Bulk bulk, int items) throws IOException {
    heapPools().forEach(MemoryPoolMXBean::resetPeakUsage);
    List<Double> each = new ArrayList<>();
    long taken = 0;
    while (taken < LEAST_NANOS || each.size() < LEAST_RUNS) {
      long nanos = nanosFor(bulk, items);
      taken += nanos;
      each.add((double) nanos / items);
    }
    Collections.sort(each);
    long peak = heapPools().stream().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum();
    System.gc();
    long used = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    return "| %,d | %d | %,.0f | %,.0f | %,.0f | %.1f | %.1f | %.0f |"
        .formatted(
            items,
            each.size(),
            each.get(each.size() / 2),
            each.getFirst(),
            each.getLast(),
            used / MIB,
            peak / MIB,
            residentMib());
  }

  private static long nanosFor(Bulk bulk, int items) {
    Iterable<Integer> numbers = () -> IntStream.range(0, items).iterator();
    long begin = System.nanoTime();
    long sum;
    try (Stream<Integer> results = bulk.stream(numbers, n -> n)) {
      sum = results.mapToLong(n -> n).sum();
    }
    long nanos = System.nanoTime() - begin;
    if (sum != (long) items * (items - 1) / 2) {
      throw new IllegalStateException("results are wrong: items=%d sum=%d".formatted(items, sum));
    }
    return nanos;
  }

  private static List<MemoryPoolMXBean> heapPools() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP)
        .toList();
  }

  private static double residentMib() throws IOException {
    String line =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(l -> l.startsWith("VmRSS"))
            .findFirst()
            .orElseThrow();
    return Integer.parseInt(line.replaceAll("\\D", "")) / 1024.0;
  }

  // ---------------------------------------------------------------- more workers

  private static void workers(int most) {
    System.out.println(
        """
        | workers | tasks | seconds | tasks a second | times one worker | of the ideal, %% |
        | ---: | ---: | ---: | ---: | ---: | ---: |\
        """
            .formatted());
    double one = 0;
    for (int workers = 1; workers <= most; workers *= 2) {
      double rate = rateOf(workers);
      one = workers == 1 ? rate : one;
      int tasks = SLEEPS * workers;
      System.out.printf(
          "| %d | %d | %.2f | %.1f | %.1f | %.1f |%n",
          workers, tasks, tasks / rate, rate, rate / one, rate * SLEEP_MILLIS / workers / 10);
    }
  }

  /** {@return tasks a second of a pool that has started} */
  private static double rateOf(int workers) {
    Integer[] millis = new Integer[SLEEPS * workers];
    Arrays.fill(millis, SLEEP_MILLIS);
    try (Pool pool = Pool.processes(workers)) {
      pool.warm();
      pool.map(List.of(millis).subList(0, workers), Growth::sleep);
      long begin = System.nanoTime();
      pool.map(List.of(millis), Growth::sleep);
      return millis.length * 1e9 / (System.nanoTime() - begin);
    }
  }

  private static Integer sleep(Integer millis) throws InterruptedException {
    Thread.sleep(millis);
    return millis;
  }
}
