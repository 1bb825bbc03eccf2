package dev.tutti.process.group;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** What can be seen of a worker process from outside. */
final class VitalSigns {
  private static final long RESIDENT_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final Path status;
  private final long startNanos = System.nanoTime();
  private volatile long ran;
  private volatile long residentBytes = -1;
  private volatile long nextLookNanos = startNanos;

  VitalSigns(long pid) {
    this.status = Path.of("/proc/" + pid + "/status");
  }

  /** Some more tasks have ended. Only who reads the worker's channel calls it. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread at a time writes
  void countTasks(int count) {
    ran += count;
  }

  /** {@return how many tasks it has ended} */
  long ran() {
    return ran;
  }

  /** {@return how long ago it was started} */
  long ageNanos() {
    return System.nanoTime() - startNanos;
  }

  /** {@return how much resident memory it had not long ago, if the system tells} */
  OptionalLong residentBytes() {
    long now = System.nanoTime();
    if (now - nextLookNanos >= 0) {
      nextLookNanos = now + RESIDENT_INTERVAL_NANOS;
      residentBytes = read();
    }
    long bytes = residentBytes;
    return bytes < 0 ? OptionalLong.empty() : OptionalLong.of(bytes);
  }

  /** {@return whether the system has stopped the process, as SIGSTOP does} */
  boolean isStopped() {
    try {
      return Files.readAllLines(status).stream()
          .anyMatch(line -> line.startsWith("State:") && line.contains("stopped"));
    } catch (IOException gone) {
      return false; // the process has ended, and its files with it
    }
  }

  private long read() {
    try {
      for (String line : Files.readAllLines(status)) {
        if (line.startsWith("VmRSS:")) {
          return Long.parseLong(line.replaceAll("\\D", "")) << 10;
        }
      }
    } catch (IOException | NumberFormatException gone) {
      return -1; // the process has ended, and its files with it
    }
    return -1;
  }
}
