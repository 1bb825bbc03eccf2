package dev.tutti.bench.limits;

import dev.tutti.Parallel;
import dev.tutti.Pool;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Streams whose results would not fit into the heap: the parent's memory does not grow. */
final class FlatMemory {
  private static final int WORKERS = 2;
  private static final double MIB = 1 << 20;
  private static final int LARGE_BYTES = 16 << 20;
  private static final int LARGE_WINDOW = 64;
  private static final long SLOW_MILLIS = 200;
  private static final int LOOKS = 20; // in each half
  private static final double GROWTH = 1.1; // of the second half over the first
  private static final double SLACK_MIB = 8;
  private static final double LARGE_SLACK_MIB = 64; // four results

  private FlatMemory() {}

  /** A long stream of numbers. */
  static void numbers(Verdict verdict, int items) throws IOException {
    try (Pool pool = Pool.processes(WORKERS)) {
      Iterable<Integer> numbers = () -> IntStream.range(0, items).iterator();
      try (Stream<Integer> results = pool.stream(numbers, n -> n)) {
        String what = "%,d numbers through a stream".formatted(items);
        check(verdict, what, results.iterator(), items, 0, SLACK_MIB);
      }
    }
  }

  /** Large results, taken as they come and taken slowly. */
  static void large(Verdict verdict, int items) throws IOException {
    try (Pool pool = Pool.processes(WORKERS)) {
      for (long pause : new long[] {0, SLOW_MILLIS}) {
        Iterable<Integer> numbers = () -> IntStream.range(0, items).iterator();
        try (Stream<byte[]> results =
            Parallel.on(pool).window(LARGE_WINDOW).stream(numbers, _ -> new byte[LARGE_BYTES])) {
          String what =
              "%d results of 16 MiB, window of %d, %s"
                  .formatted(items, LARGE_WINDOW, pause == 0 ? "taken at once" : "taken slowly");
          check(verdict, what, results.iterator(), items, pause, LARGE_SLACK_MIB);
        }
      }
    }
  }

  /** Takes all, and compares the most memory of the second half with that of the first. */
  private static void check(
      Verdict verdict,
      String what,
      Iterator<?> results,
      int items,
      long pauseMillis,
      double slackMib)
      throws IOException {
    double[] heap = new double[2];
    double[] resident = new double[2];
    int each = Math.max(1, items / 2 / LOOKS);
    for (int i = 0; i < items; i++) {
      results.next();
      if (pauseMillis > 0) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pauseMillis));
      }
      if (i % each == each - 1) {
        int half = i < items / 2 ? 0 : 1;
        System.gc();
        heap[half] = Math.max(heap[half], usedMib());
        resident[half] = Math.max(resident[half], residentMib());
      }
    }
    if (results.hasNext()) {
      throw new IllegalStateException("more results than items: items=" + items);
    }
    Verdict.note(what + ": heap after a collection, first half", heap[0], "MiB");
    verdict.atMost(what + ": second half", heap[1], heap[0] * GROWTH + slackMib, "MiB of heap");
    verdict.atMost(
        what + ": second half", resident[1], resident[0] * GROWTH + slackMib, "MiB resident");
  }

  private static double usedMib() {
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / MIB;
  }

  private static double residentMib() throws IOException {
    String line =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(l -> l.startsWith("VmRSS"))
            .findFirst()
            .orElseThrow();
    return Integer.parseInt(line.replaceAll("\\D", "")) / 1024.0;
  }
}
