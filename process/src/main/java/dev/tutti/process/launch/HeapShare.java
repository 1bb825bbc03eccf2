package dev.tutti.process.launch;

import dev.tutti.plan.DataSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A worker's fair share of the memory that the parent leaves. */
final class HeapShare {
  private static final double USABLE = 0.7;
  private static final DataSize LEAST = DataSize.mib(64);

  /** What a JVM takes by itself: a quarter of the memory. */
  private static final int JVM_SHARE = 4;

  private static final List<Path> CONTAINER_LIMITS =
      List.of(
          Path.of("/sys/fs/cgroup/memory.max"),
          Path.of("/sys/fs/cgroup/memory/memory.limit_in_bytes"));

  private HeapShare() {}

  /**
   * {@return the largest heap of each worker: (memory - the parent's largest heap) x 0.7 / workers,
   * at least 64 MiB, at most what a JVM would take by itself}
   */
  static DataSize of(int workers) {
    return of(machineBytes(), Runtime.getRuntime().maxMemory(), workers);
  }

  static DataSize of(long machineBytes, long parentBytes, int workers) {
    double share = (machineBytes - parentBytes) * USABLE / workers;
    long bytes = Math.min((long) share, machineBytes / JVM_SHARE);
    return DataSize.bytes(Math.max(LEAST.bytes(), bytes) / 1024 * 1024);
  }

  private static long machineBytes() {
    long bytes = physicalBytes();
    for (Path limit : CONTAINER_LIMITS) {
      bytes = Math.min(bytes, limit(limit));
    }
    return bytes;
  }

  private static long limit(Path file) {
    try {
      return Long.parseLong(Files.readString(file).strip());
    } catch (IOException | NumberFormatException noLimit) {
      return Long.MAX_VALUE; // "max", or no such file: there is no limit of that kind
    }
  }

  private static long physicalBytes() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
        if (line.startsWith("MemTotal:")) {
          return DataSize.kib(Long.parseLong(line.replaceAll("\\D", ""))).bytes();
        }
      }
    } catch (IOException | NumberFormatException notThere) {
      return JVM_SHARE * Runtime.getRuntime().maxMemory(); // the JVM took a quarter of what it saw
    }
    return JVM_SHARE * Runtime.getRuntime().maxMemory();
  }
}
