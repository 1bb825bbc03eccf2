package dev.tutti.memory.bell;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A process as one positive number that no other process of this boot has: when it was started, in
 * the kernel's ticks, and its process id.
 *
 * <pre>
 *   63   62                                    22 21               0
 *   +---+----------------------------------------+------------------+
 *   | 0 | start time, in ticks since the boot    | process id       |
 *   +---+----------------------------------------+------------------+
 * </pre>
 */
public final class Identity {
  /*
   * ProcessHandle tells the start time in milliseconds since 1970, for which each JVM reads the time of the boot
   * by itself; two JVMs may disagree by a second. The kernel's own number does not change.
   *
   * A process that has been killed is a zombie until its parent has asked for its status. It counts as dead, but
   * only when its first thread is the last one: the others may still be on their way out.
   */
  private static final int PID_BITS = 22; // the kernel's limit
  private static final int STATE = 0; // places in the file, counted after the name
  private static final int THREADS = 17;
  private static final int START = 19;

  private Identity() {}

  /** {@return who this process is} */
  static long own() {
    try {
      return of(ProcessHandle.current().pid());
    } catch (IOException e) {
      throw new UncheckedIOException("own process not found in /proc: Linux's /proc is needed", e);
    }
  }

  /** {@return who the process is that has a process id} */
  static long of(long pid) throws IOException {
    return of(pid, fields(pid));
  }

  /** {@return whether a process still runs; true if that cannot be told} */
  static boolean isAlive(long identity) {
    try {
      String[] fields = fields(pid(identity));
      boolean ended = "ZX".contains(fields[STATE]) && Long.parseLong(fields[THREADS]) <= 1;
      return !ended && of(pid(identity), fields) == identity;
    } catch (NoSuchFileException | FileNotFoundException gone) {
      return false;
    } catch (IOException e) {
      // "No such process" where it ends between opening and reading; too many open files tells
      // nothing.
      return Files.exists(Path.of("/proc", Long.toString(pid(identity))));
    }
  }

  /**
   * {@return the process id}
   *
   * @param identity who it is
   */
  public static long pid(long identity) {
    return identity & ((1L << PID_BITS) - 1);
  }

  private static long of(long pid, String[] fields) {
    return Long.parseLong(fields[START]) << PID_BITS | pid;
  }

  /** The name stands in brackets and may contain anything, so what follows the last one counts. */
  private static String[] fields(long pid) throws IOException {
    Path file = Path.of("/proc", Long.toString(pid), "stat");
    String line = Files.readString(file, StandardCharsets.ISO_8859_1);
    return line.substring(line.lastIndexOf(')') + 2).split(" ");
  }
}
