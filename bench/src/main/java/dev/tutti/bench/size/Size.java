package dev.tutti.bench.size;

import dev.tutti.Pool;
import dev.tutti.event.PoolEvent.CacheState;
import dev.tutti.event.PoolEvent.StartCache;
import dev.tutti.process.ProcessOptions;
import dev.tutti.task.TaskFuture;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One program, one row of the table: each is run in a JVM of its own. */
public final class Size {
  /** A flag that might bring classes: the worker looks for a provider of sockets in all jars. */
  private static final String LOOKS_ITSELF = "-Dbench.path=other";

  private static final int TASKS = 1_000;
  private static final long IDLE_SECONDS = 10;
  private static final int STARTS = 15;
  private static final int MOST_SECONDS_FOR_CACHE = 60;
  private static final double MIB_OF_KIB = 1 / 1024.0;
  private static final double MS_OF_NANOS = 1e-6;

  private Size() {}

  /**
   * Prints a row.
   *
   * @param args {@code cache}, {@code size}, {@code start}, {@code first} or {@code jars}, and how
   *     many workers
   * @throws Exception if it cannot be measured
   */
  public static void main(String[] args) throws Exception {
    int workers = Integer.parseInt(args[1]);
    switch (args[0]) {
      case "cache" -> makeCache(workers);
      case "size" -> size(workers);
      case "start" -> start(workers);
      case "first" -> System.out.printf("%.0f%n", firstResults(workers));
      case "jars" -> jars(workers);
      default -> throw new IllegalArgumentException("unknown row: " + args[0]);
    }
  }

  /** Opens a pool until a start cache was made for it. */
  private static void makeCache(int workers) throws Exception {
    CountDownLatch made = new CountDownLatch(1);
    try (Pool pool = open(workers)) {
      pool.listen(event -> {
        if (event instanceof StartCache cache && cache.state() == CacheState.MADE) {
          made.countDown();
        }
      });
      runAll(pool, workers);
      if (!made.await(MOST_SECONDS_FOR_CACHE, TimeUnit.SECONDS)) {
        throw new IllegalStateException("no start cache was made");
      }
    }
  }

  private static Pool open(int workers) {
    return Pool.open(ProcessOptions.DEFAULTS.withWorkers(workers));
  }

  private static void size(int workers) throws Exception {
    try (Pool pool = open(workers)) {
      long begin = System.nanoTime();
      pool.warm();
      double warm = (System.nanoTime() - begin) * MS_OF_NANOS;
      runAll(pool, TASKS * workers);
      List<Long> pids = workerPids();
      TimeUnit.SECONDS.sleep(1);
      long workersBefore = cpuNanos(pids);
      long parentBefore = cpuNanos(ProcessHandle.current().pid());
      long idleBegin = System.nanoTime();
      TimeUnit.SECONDS.sleep(IDLE_SECONDS);
      double idle = System.nanoTime() - idleBegin;
      double parentShare = (cpuNanos(ProcessHandle.current().pid()) - parentBefore) / idle;
      double workersShare = (cpuNanos(pids) - workersBefore) / idle;
      System.out.printf(
          "| %d | %.1f | %.1f | %.1f | %.3f %% | %.3f %% | %.0f ms |%n",
          pids.size(),
          mib(pids, "Rss"),
          mib(pids, "Pss"),
          mib(pids, "Private_Dirty"),
          100 * workersShare,
          100 * parentShare,
          warm);
    }
  }

  private static List<Long> workerPids() {
    return ProcessHandle.current()
        .descendants()
        .filter(child -> child.info().command().orElse("").endsWith("/java"))
        .map(ProcessHandle::pid)
        .toList();
  }

  /** The CPU of a worker's first second, with one task in it. */
  private static void jars(int workers) throws Exception {
    double[] told = new double[STARTS];
    double[] looks = new double[STARTS];
    for (int i = -1; i < STARTS; i++) {
      double itIsTold = firstSecond(workers);
      double itLooks = firstSecond(workers, LOOKS_ITSELF);
      if (i >= 0) {
        told[i] = itIsTold;
        looks[i] = itLooks;
      }
    }
    printSorted("is told", told);
    printSorted("looks itself", looks);
  }

  private static double firstSecond(int workers, String... flags) throws Exception {
    try (Pool pool = Pool.open(ProcessOptions.DEFAULTS.withWorkers(workers).withJvmFlags(flags))) {
      runAll(pool, workers);
      TimeUnit.SECONDS.sleep(1);
      return cpuNanos(workerPids()) * MS_OF_NANOS / workers;
    }
  }

  private static void printSorted(String name, double[] took) {
    Arrays.sort(took);
    System.out.printf(
        "| %s | %.0f | %.0f | %.0f |%n", name, took[0], took[STARTS / 2], took[STARTS - 1]);
  }

  private static void runAll(Pool pool, int tasks) throws Exception {
    List<TaskFuture<Integer>> all = new ArrayList<>();
    for (int i = 0; i < tasks; i++) {
      int value = i;
      all.add(pool.submit(() -> value));
    }
    for (TaskFuture<Integer> one : all) {
      one.get();
    }
  }

  /** {@return the mean over the processes} */
  private static double mib(List<Long> pids, String key) throws IOException {
    long kib = 0;
    for (long pid : pids) {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/smaps_rollup"))) {
        if (line.startsWith(key + ":")) {
          kib += Long.parseLong(line.replaceAll("\\D", ""));
        }
      }
    }
    return kib * MIB_OF_KIB / pids.size();
  }

  private static long cpuNanos(List<Long> pids) throws IOException {
    long sum = 0;
    for (long pid : pids) {
      sum += cpuNanos(pid);
    }
    return sum;
  }

  private static long cpuNanos(long pid) throws IOException {
    long sum = 0;
    try (DirectoryStream<Path> threads =
        Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
      for (Path thread : threads) {
        String[] figures = Files.readString(thread.resolve("schedstat")).split(" ", -1);
        sum += Long.parseLong(figures[0]);
      }
    }
    return sum;
  }

  private static void start(int workers) throws Exception {
    double[] took = new double[STARTS];
    double first = 0;
    for (int i = -1; i < STARTS; i++) {
      double ms = firstResults(workers);
      if (i < 0) {
        first = ms;
      } else {
        took[i] = ms;
      }
    }
    Arrays.sort(took);
    System.out.printf(
        "| %d | %.0f | %.0f | %.0f | %.0f |%n",
        workers, first, took[0], took[STARTS / 2], took[STARTS - 1]);
  }

  /** {@return from the call that opens a pool to a result of each worker, in ms} */
  private static double firstResults(int workers) throws Exception {
    long begin = System.nanoTime();
    try (Pool pool = open(workers)) {
      runAll(pool, workers);
      return (System.nanoTime() - begin) * MS_OF_NANOS;
    }
  }
}
