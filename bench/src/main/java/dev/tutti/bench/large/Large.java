package dev.tutti.bench.large;

import dev.tutti.Pool;
import dev.tutti.process.ProcessOptions;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;

/** Prints what a large array costs that goes to a worker and back, in time, CPU and page faults. */
public final class Large {
  private static final int BYTES = 64 << 20;
  private static final int TIMES = 25;
  private static final int ROUNDS = 4;
  private static final int CHUNK = 1 << 16;
  private static final int MS_A_TICK = 10;
  private static final int MINOR_FAULTS = 7; // after the name and its state, as in proc(5)
  private static final int USER_TICKS = 11;
  private static final int SYSTEM_TICKS = 12;

  private Large() {}

  /** What a process has used. */
  private record Used(long userTicks, long systemTicks, long faults) {
    static Used of(ProcessHandle process) throws IOException {
      String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return new Used(
          Long.parseLong(fields[USER_TICKS]),
          Long.parseLong(fields[SYSTEM_TICKS]),
          Long.parseLong(fields[MINOR_FAULTS]));
    }

    String since(Used before) {
      return "%d | %d | %d"
          .formatted(
              (userTicks - before.userTicks) * MS_A_TICK / TIMES,
              (systemTicks - before.systemTicks) * MS_A_TICK / TIMES,
              (faults - before.faults) / TIMES);
    }
  }

  /**
   * Prints two tables.
   *
   * @param args further flags for the worker's JVM
   * @throws Exception if it cannot be measured
   */
  public static void main(String[] args) throws Exception {
    thereAndBack(args);
    fresh();
  }

  private static void thereAndBack(String... flags) throws Exception {
    System.out.println(
        """
        64 MiB to a worker and back, %d times a round; each: ms, and in CPU ms and page faults

        | round | time | parent, user | system | faults | worker, user | system | faults | worker's heap, MiB |
        | --- | --- | --- | --- | --- | --- | --- | --- | --- |\
        """
            .formatted(TIMES));
    byte[] sent = new byte[BYTES];
    try (Pool pool = Pool.open(ProcessOptions.DEFAULTS.withWorkers(1).withJvmFlags(flags))) {
      long pid = pool.submit(() -> ProcessHandle.current().pid()).get();
      ProcessHandle worker = ProcessHandle.of(pid).orElseThrow();
      for (int round = 1; round <= ROUNDS; round++) {
        Used parentBefore = Used.of(ProcessHandle.current());
        Used workerBefore = Used.of(worker);
        long begin = System.nanoTime();
        for (int i = 0; i < TIMES; i++) {
          if (pool.submit(() -> sent).get().length != BYTES) {
            throw new IllegalStateException("another array came back");
          }
        }
        double each = (System.nanoTime() - begin) * 1e-6 / TIMES;
        String parent = Used.of(ProcessHandle.current()).since(parentBefore);
        String child = Used.of(worker).since(workerBefore);
        long heap = pool.submit(() -> Runtime.getRuntime().totalMemory()).get() >> 20;
        System.out.printf(
            Locale.ROOT, "| %d | %.1f | %s | %s | %d |%n", round, each, parent, child, heap);
      }
    }
  }

  private static void fresh() throws IOException {
    System.out.println(
        """

        New shared memory of 64 MiB: to reserve it, and the first copy into it; median of 9, ms

        | | reserve | first copy | second copy |
        | --- | --- | --- | --- |\
        """);
    fresh("written at once", false);
    fresh("read here and there before", true);
  }

  private static void fresh(String name, boolean reads) throws IOException {
    int runs = 9;
    double[][] ms = new double[3][runs];
    byte[] content = new byte[BYTES];
    for (int run = 0; run < runs; run++) {
      Path file = Files.createTempFile(Path.of("/dev/shm"), "bench-", "");
      try (Arena arena = Arena.ofShared();
          FileChannel channel =
              FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        Files.delete(file);
        long begin = System.nanoTime();
        ByteBuffer zeros = ByteBuffer.allocateDirect(CHUNK);
        for (long at = 0; at < BYTES; at += channel.write(zeros.clear(), at)) {}
        MemorySegment memory = channel.map(MapMode.READ_WRITE, 0, BYTES, arena);
        ms[0][run] = (System.nanoTime() - begin) * 1e-6;
        for (int copy = 1; copy < ms.length; copy++) {
          begin = System.nanoTime();
          for (long at = 0; reads && copy == 1 && at < BYTES; at += CHUNK) {
            memory.get(ValueLayout.JAVA_BYTE, at);
          }
          memory.copyFrom(MemorySegment.ofArray(content));
          ms[copy][run] = (System.nanoTime() - begin) * 1e-6;
        }
      }
    }
    for (double[] each : ms) {
      Arrays.sort(each);
    }
    System.out.printf(
        Locale.ROOT,
        "| %s | %.1f | %.1f | %.1f |%n",
        name,
        ms[0][runs / 2],
        ms[1][runs / 2],
        ms[2][runs / 2]);
  }
}
