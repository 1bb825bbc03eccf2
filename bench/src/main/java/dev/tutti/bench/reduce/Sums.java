package dev.tutti.bench.reduce;

import dev.tutti.Bulk;
import dev.tutti.Items;
import dev.tutti.Parallel;
import dev.tutti.Pool;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;

/** Sums of many numbers: on each backend, and with the JDK's streams beside them. */
public final class Sums {
  private static final int WORKERS = 2;
  private static final int WARM_RUNS = 3;
  private static final int RUNS = 7;

  /** How often numbers were combined in this JVM. */
  private static final AtomicLong COMBINED = new AtomicLong();

  private Sums() {}

  /**
   * Prints a table.
   *
   * @param args how many numbers
   */
  public static void main(String[] args) {
    int numbers = Integer.parseInt(args[0]);
    List<Long> list = LongStream.range(0, numbers).boxed().toList();
    System.out.println(
        """
        | sum of %,d numbers | ms: median | min | max | values combined in the caller's JVM |
        | --- | ---: | ---: | ---: | ---: |\
        """
            .formatted(numbers));
    row("a loop over the list", numbers, () -> list.stream().mapToLong(n -> n).sum());
    row("JDK: boxed range, parallel, reduce", numbers, () -> jdk(numbers));
    try (Pool sequential = Pool.sequential();
        Pool threads = Pool.threads(WORKERS);
        Pool processes = Pool.processes(WORKERS)) {
      for (Pool pool : List.of(sequential, threads, processes)) {
        String name =
            pool == sequential
                ? "sequential"
                : WORKERS + (pool == threads ? " threads" : " processes");
        Bulk bulk = Parallel.on(pool);
        Items<Long> range = Items.range(0L, (long) numbers);
        row(name + ", range", numbers, () -> bulk.reduce(range, 0L, Sums::add));
        row(name + ", list", numbers, () -> bulk.reduce(list, 0L, Sums::add));
      }
    }
  }

  private static long jdk(long numbers) {
    return LongStream.range(0, numbers).boxed().parallel().reduce(0L, Long::sum);
  }

  private static long add(long a, long b) {
    COMBINED.setPlain(COMBINED.getPlain() + 1); // exact where one thread combines, as for processes
    return a + b;
  }

  private static void row(String name, long numbers, LongSupplier sum) {
    List<Double> millis = new ArrayList<>();
    long combined = 0;
    for (int run = -WARM_RUNS; run < RUNS; run++) {
      COMBINED.set(0);
      long begin = System.nanoTime();
      long result = sum.getAsLong();
      double ms = (System.nanoTime() - begin) / 1e6;
      if (result != numbers * (numbers - 1) / 2) {
        throw new IllegalStateException("sum is wrong: sum=" + result);
      }
      if (run >= 0) {
        millis.add(ms);
        combined = COMBINED.get();
      }
    }
    Collections.sort(millis);
    System.out.println(
        "| %s | %.1f | %.1f | %.1f | %s |"
            .formatted(
                name,
                millis.get(millis.size() / 2),
                millis.getFirst(),
                millis.getLast(),
                name.contains("processes") ? "%,d".formatted(combined) : ""));
  }
}
