package dev.tutti.bench.backends;

import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.plan.DataSize;
import dev.tutti.process.ProcessOptions;
import dev.tutti.process.Recycling;
import dev.tutti.task.Cancelled;
import dev.tutti.task.Done;
import dev.tutti.task.Failure;
import dev.tutti.task.Fn;
import dev.tutti.task.Success;
import dev.tutti.task.TimedOut;
import dev.tutti.task.WorkerLost;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One load on one backend, in a program of its own. Its only line of output is the result. */
final class Cell {
  static final int FAULTY_ITEMS = 20;
  static final int LEAKING_ITEMS = 64;
  private static final int LEAKED_BYTES = 8 << 20;
  private static final int BAD_ITEM = 7;
  private static final int STATUS = 3;
  private static final int STEPS = 12_000_000; // some 10 ms
  private static final Duration WAIT = Duration.ofMillis(20);
  private static final Duration LIMIT = Duration.ofSeconds(1);
  private static final DataSize HEAP = DataSize.mib(256);
  private static final long LOOK_NANOS = 500_000_000;

  private static final List<byte[]> LEAK = new ArrayList<>();

  private Cell() {}

  /**
   * Runs it.
   *
   * @param args the load, the backend, how many items
   * @throws Exception if it cannot be run
   */
  public static void main(String[] args) throws Exception {
    int items = Integer.parseInt(args[2]);
    try (Pool pool = open(args[1])) {
      switch (args[0]) {
        case "computing" -> System.out.println(seconds(pool, items, false));
        case "waiting" -> System.out.println(seconds(pool, items, true));
        case "halting" -> System.out.println(ends(pool, numbers(items), n -> halting(n)));
        case "looping" -> {
          System.out.println(ends(pool, numbers(items), n -> looping(n)) + leftOver());
          System.out.flush();
          Runtime.getRuntime().halt(0); // a thread that loops is not waited for
        }
        case "leaking" -> System.out.println(ends(pool, numbers(items), n -> leaking(n)));
        default -> throw new IllegalArgumentException("not known: load=" + args[0]);
      }
    }
  }

  private static Pool open(String backend) {
    return switch (backend) {
      case "sequential" -> Pool.sequential();
      case "threads" -> Pool.threads();
      case "virtual" -> Pool.virtualThreads();
      default ->
          Pool.open(
              ProcessOptions.DEFAULTS
                  .withHeap(HEAP)
                  .withRecycling(Recycling.NONE.aboveHeap(DataSize.mib(128))));
    };
  }

  private static List<Integer> numbers(int items) {
    return IntStream.range(0, items).boxed().toList();
  }

  private static String seconds(Pool pool, int items, boolean waiting) {
    pool.map(numbers(Math.min(items, 20)), n -> waiting ? waiting(n) : computing(n)); // warms up
    long begin = System.nanoTime();
    pool.map(numbers(items), n -> waiting ? waiting(n) : computing(n));
    return String.format(Locale.ROOT, "%.4f", (System.nanoTime() - begin) * 1e-9);
  }

  private static long computing(int n) {
    long x = n + 1L;
    for (int i = 0; i < STEPS; i++) {
      x ^= x << 13;
      x ^= x >>> 7;
      x ^= x << 17;
    }
    return x;
  }

  private static long waiting(int n) throws InterruptedException {
    Thread.sleep(WAIT);
    return n;
  }

  private static int halting(int n) {
    if (n == BAD_ITEM) {
      Runtime.getRuntime().halt(STATUS);
    }
    return n;
  }

  private static int looping(int n) {
    while (n == BAD_ITEM) {
      Thread.onSpinWait();
    }
    return n;
  }

  private static int leaking(int n) {
    byte[] kept = new byte[LEAKED_BYTES];
    synchronized (LEAK) {
      LEAK.add(kept);
    }
    return n;
  }

  /** What an item is made of. */
  private interface Work extends Fn<Integer, Integer> {}

  private static String ends(Pool pool, List<Integer> items, Work work) {
    int done = 0;
    int failed = 0;
    int timedOut = 0;
    int lost = 0;
    try (Stream<Done<Integer, Integer>> all =
        Parallel.on(pool).timeout(LIMIT).outcomes(items, work)) {
      for (Done<Integer, Integer> one : (Iterable<Done<Integer, Integer>>) all::iterator) {
        switch (one.outcome()) {
          case Success<Integer> _ -> done++;
          case Failure<Integer> _ -> failed++;
          case TimedOut<Integer> _ -> timedOut++;
          case WorkerLost<Integer> _ -> lost++;
          case Cancelled<Integer> _ -> failed++;
        }
      }
    }
    LEAK.clear();
    return "%d of %d done%s%s%s"
        .formatted(
            done,
            items.size(),
            failed > 0 ? ", " + failed + " failed" : "",
            timedOut > 0 ? ", " + timedOut + " timed out" : "",
            lost > 0 ? ", " + lost + " lost" : "");
  }

  /** What is still running after a call, as the share of a core that this program takes. */
  private static String leftOver() throws InterruptedException {
    Thread.sleep(2_000); // as long as a kill takes at most
    var system =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long begin = system.getProcessCpuTime();
    Thread.sleep(Duration.ofNanos(LOOK_NANOS));
    double share = (double) (system.getProcessCpuTime() - begin) / LOOK_NANOS;
    return share > 0.02 ? ", the loop goes on" : ", the loop is stopped";
  }
}
