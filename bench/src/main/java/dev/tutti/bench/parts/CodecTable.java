package dev.tutti.bench.parts;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Prints what {@link CodecBenchmark} measures as a table, in processor time of the thread: where
 * others share the machine, the time on the wall says nothing.
 */
public final class CodecTable {
  private static final long WARM_NANOS = 400_000_000;
  private static final long ROUND_NANOS = 40_000_000;
  private static final int ROUNDS = 7;
  private static final int AT_ONCE = 50;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  @SuppressWarnings("UnusedVariable") // so that no work is left out
  private static volatile @Nullable Object result;

  private CodecTable() {}

  /**
   * Prints the table.
   *
   * @param names the values; all of them if there is none
   */
  public static void main(String[] names) throws Exception {
    System.out.println(
        """
        | value | encode | decode | decode a result | JDK: write | JDK: read | both ways, times as fast |
        | --- | ---: | ---: | ---: | ---: | ---: | ---: |\
        """);
    for (SmallValue value : SmallValue.values()) {
      if (names.length == 0 || List.of(names).contains(value.name())) {
        System.out.println(row(value));
      }
    }
    System.out.println("\nns of processor time for one value, the least of " + ROUNDS + " rounds");
  }

  private static String row(SmallValue value) throws Exception {
    CodecBenchmark benchmark = of(value);
    double encode = nanosOf(benchmark::encode);
    double decode = nanosOf(benchmark::decode);
    double decodeResult = nanosOf(benchmark::decodeResult);
    double write = nanosOf(benchmark::jdkEncode);
    double read = nanosOf(benchmark::jdkDecode);
    return "| %s | %,.0f | %,.0f | %,.0f | %,.0f | %,.0f | %.1f |"
        .formatted(
            value, encode, decode, decodeResult, write, read, (write + read) / (encode + decode));
  }

  private static CodecBenchmark of(SmallValue value) throws IOException {
    CodecBenchmark benchmark = new CodecBenchmark();
    benchmark.value = value;
    benchmark.setUp();
    return benchmark;
  }

  private static double nanosOf(Callable<?> work) throws Exception {
    nanosOf(work, WARM_NANOS);
    double least = Double.MAX_VALUE;
    for (int round = 0; round < ROUNDS; round++) {
      least = Math.min(least, nanosOf(work, ROUND_NANOS));
    }
    return least;
  }

  private static double nanosOf(Callable<?> work, long atLeastNanos) throws Exception {
    long begin = THREADS.getCurrentThreadCpuTime();
    long taken = 0;
    long runs = 0;
    while (taken < atLeastNanos) {
      for (int i = 0; i < AT_ONCE; i++) {
        result = work.call();
      }
      runs += AT_ONCE;
      taken = THREADS.getCurrentThreadCpuTime() - begin;
    }
    return (double) taken / runs;
  }
}
