package dev.tutti.stress;

import dev.tutti.Pool;
import dev.tutti.plan.CallOptions;
import dev.tutti.process.ProcessOptions;
import dev.tutti.task.TaskFuture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** How long healing and stopping take, and what a hundred pools leave: figures, no verdict. */
public final class Latencies {
  private static final int RUNS = 30;
  private static final int POOLS = 100;
  private static final int POOL_WORKERS = 4;
  private static final Duration TIMEOUT = Duration.ofMillis(200);
  private static final Duration GRACE = Duration.ofSeconds(1);

  private Latencies() {}

  /**
   * Measures, and prints a table.
   *
   * @param args none
   * @throws Exception if something goes wrong that is not measured
   */
  public static void main(String[] args) throws Exception {
    healing();
    stopping();
    pools();
  }

  /** From the kill of a worker to the result of the next task, which its replacement runs. */
  private static void healing() throws Exception {
    double[] millis = new double[RUNS];
    try (Pool pool = Pool.processes(1)) {
      for (int i = 0; i < RUNS; i++) {
        long pid = pool.submit(() -> ProcessHandle.current().pid()).get();
        long before = System.nanoTime();
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        long next = pid;
        while (next == pid) {
          next = pool.submit(() -> ProcessHandle.current().pid()).exceptionally(_ -> pid).join();
        }
        millis[i] = millisSince(before);
      }
    }
    print("kill -9 of an idle worker to the next result", millis);
  }

  /** A time-out of 200 ms on an endless loop. */
  private static void stopping() throws Exception {
    double[] future = new double[RUNS];
    double[] stopped = new double[RUNS];
    double[] cpu = new double[RUNS];
    ProcessOptions options = ProcessOptions.DEFAULTS.withWorkers(1).withGrace(GRACE);
    try (Pool pool = Pool.open(options)) {
      for (int i = 0; i < RUNS; i++) {
        pool.warm();
        long before = System.nanoTime();
        TaskFuture<Integer> loop =
            pool.with(CallOptions.DEFAULTS.withTimeout(TIMEOUT)).submit(Latencies::loops);
        try {
          loop.join();
        } catch (CompletionException e) {
          future[i] = millisSince(before);
        }
        loop.stopped().join();
        stopped[i] = millisSince(before);
        long ticks = cpuTicks();
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        cpu[i] = (cpuTicks() - ticks) * 10.0;
      }
    }
    print("time-out of 200 ms on a loop: the future ends", future);
    print("  and stopped(), with a second of grace", stopped);
    print("  and CPU of all our processes in the 200 ms after", cpu);
  }

  private static int loops() {
    while (true) {
      Thread.onSpinWait();
    }
  }

  /** {@return what this process and its children have used, in hundredths of a second} */
  private static long cpuTicks() throws IOException {
    long ticks = ticksOf(ProcessHandle.current().pid());
    for (ProcessHandle child : ProcessHandle.current().descendants().toList()) {
      ticks += ticksOf(child.pid());
    }
    return ticks;
  }

  private static long ticksOf(long pid) throws IOException {
    Path stat = Path.of("/proc/" + pid + "/stat");
    if (Files.notExists(stat)) {
      return 0;
    }
    String text = Files.readString(stat);
    String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  /** A hundred pools of four workers, one after another. */
  private static void pools() throws Exception {
    open(); // what the JDK opens once, and keeps
    System.gc();
    Holdings before = Holdings.now();
    long start = System.nanoTime();
    for (int i = 0; i < POOLS; i++) {
      open();
    }
    double seconds = millisSince(start) / 1_000;
    System.gc();
    System.out.printf(
        Locale.ROOT,
        "%d pools of %d workers, opened and closed: %.1f s%n  before %s%n  after  %s%n",
        POOLS,
        POOL_WORKERS,
        seconds,
        before,
        Holdings.now());
  }

  private static void open() throws Exception {
    try (Pool pool = Pool.processes(POOL_WORKERS)) {
      pool.warm();
      pool.submit(() -> 1).get();
    }
  }

  private static double millisSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e6;
  }

  private static void print(String what, double[] millis) {
    double[] sorted = millis.clone();
    Arrays.sort(sorted);
    List<String> figures = new ArrayList<>();
    figures.add("median %.0f ms".formatted(sorted[sorted.length / 2]));
    figures.add("min %.0f".formatted(sorted[0]));
    figures.add("max %.0f".formatted(sorted[sorted.length - 1]));
    System.out.println(what + ": " + String.join(", ", figures));
  }
}
