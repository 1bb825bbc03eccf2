package dev.tutti.process;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What the operating system knows of processes. */
final class Os {
  private static final String WORKER_MAIN = "dev.tutti.process.worker.WorkerMain";

  private Os() {}

  /** Sends a signal; to a process that is gone already it does nothing. */
  static void signal(String name, long pid) {
    try {
      Process kill =
          new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " " + pid + " 2>/dev/null").start();
      kill.waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a signal was sent", e);
    }
  }

  /** {@return whether a process has ended, also if nobody has asked for its status yet} */
  static boolean isGone(long pid) {
    String stat = text(pid, "stat");
    int name = stat.lastIndexOf(')');
    return name < 0 || stat.charAt(name + 2) == 'Z' || stat.charAt(name + 2) == 'X';
  }

  static void awaitGone(List<Long> pids) {
    await().atMost(10, SECONDS).until(() -> pids.stream().allMatch(Os::isGone));
  }

  /** {@return the workers of a process, also those whose JVM has not begun yet} */
  static List<Long> workersOf(ProcessHandle parent) {
    return parent
        .children()
        .map(ProcessHandle::pid)
        .filter(pid -> text(pid, "cmdline").contains(WORKER_MAIN) && !isGone(pid))
        .toList();
  }

  /** {@return the workers of this process} */
  static List<Long> workers() {
    return workersOf(ProcessHandle.current());
  }

  /** {@return a file of a process in /proc; empty if it is gone} */
  static String text(long pid, String file) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/" + file), StandardCharsets.ISO_8859_1);
    } catch (IOException gone) {
      return "";
    }
  }

  /** {@return the process group of a process; -1 if it is gone} */
  static long groupOf(long pid) {
    String[] fields = stat(pid);
    return fields.length == 1 ? -1 : Long.parseLong(fields[2]);
  }

  /** {@return how much processor time a process has used, in hundredths of a second} */
  static long cpuTicks(long pid) {
    String[] fields = stat(pid);
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  /** {@return by how much a process yields to others} */
  static int niceness(long pid) {
    return Integer.parseInt(stat(pid)[16]);
  }

  /**
   * {@return what the system tells of a process, from its state on; one empty text if it is gone}
   */
  private static String[] stat(long pid) {
    String stat = text(pid, "stat");
    return stat.substring(Math.min(stat.length(), stat.lastIndexOf(')') + 2)).split(" ", -1);
  }

  /** {@return the names of files that begin so} */
  static List<String> files(Path folder, String prefix) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith(prefix))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@return where this process's folders and segments would be, if any were left} */
  static List<String> leftOvers() {
    String own = "tutti-" + ProcessHandle.current().pid() + "-";
    return Stream.of(Path.of("/dev/shm"), Path.of(System.getProperty("java.io.tmpdir")))
        .flatMap(folder -> files(folder, own).stream())
        .filter(name -> !name.contains("-bell-")) // a doorbell lives as long as its process
        .toList();
  }

  /** {@return how many bytes of segments without a name a process has mapped} */
  static long segmentBytes(long pid) {
    return segments(pid).mapToLong(Os::mappedBytes).sum();
  }

  /** {@return how many segments a process has mapped that another one has made} */
  static long segmentsOf(long pid, long maker) {
    return segments(pid).filter(line -> line.contains("/tutti-" + maker + "-")).count();
  }

  /** {@return who has made the segments that a process has mapped} */
  static List<Long> segmentMakers(long pid) {
    return segments(pid)
        .map(line -> line.substring(line.indexOf("/tutti-") + "/tutti-".length()))
        .map(name -> Long.valueOf(name.substring(0, name.indexOf('-'))))
        .distinct()
        .toList();
  }

  private static Stream<String> segments(long pid) {
    return text(pid, "maps").lines().filter(line -> line.contains("/dev/shm/tutti-"));
  }

  private static long mappedBytes(String line) {
    String[] range = line.substring(0, line.indexOf(' ')).split("-", -1);
    return Long.parseLong(range[1], 16) - Long.parseLong(range[0], 16);
  }

  /** {@return how many descriptors this process has open} */
  static long descriptors() {
    return files(Path.of("/proc/self/fd"), "").size();
  }
}
