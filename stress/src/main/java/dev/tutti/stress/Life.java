package dev.tutti.stress;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One process from its start to its end. A process id alone comes again in a long run.
 *
 * @param pid the process id
 * @param startTicks when it was started, as the kernel counts it
 */
public record Life(long pid, long startTicks) {
  private static final int STATE = 0;
  private static final int START = 19;
  private static final String SUFFIX = ".log";

  /** {@return the process that has this id now} */
  public static Optional<Life> of(long pid) {
    return stat(pid).map(fields -> new Life(pid, Long.parseLong(fields[START])));
  }

  static Life self() {
    return of(ProcessHandle.current().pid()).orElseThrow();
  }

  /** {@return the life that a journal's file is named after} */
  static Life named(Path file) {
    String name = file.getFileName().toString();
    String[] parts = name.substring(0, name.length() - SUFFIX.length()).split("-", -1);
    return new Life(Long.parseLong(parts[0]), Long.parseLong(parts[1]));
  }

  /** {@return the name of its journal} */
  String fileName() {
    return this + SUFFIX;
  }

  /** {@return whether it has ended, whoever has been told} */
  public boolean isOver() {
    return stat(pid)
        .map(f -> f[STATE].equals("Z") || Long.parseLong(f[START]) != startTicks)
        .orElse(true);
  }

  boolean isStopped() {
    return stat(pid).map(fields -> fields[STATE].equals("T")).orElse(false);
  }

  /** {@return the fields of the process's state that follow its name, which may hold blanks} */
  private static Optional<String[]> stat(long pid) {
    try {
      String line =
          Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
      return Optional.of(line.substring(line.lastIndexOf(')') + 2).split(" ", -1));
    } catch (IOException gone) {
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return pid + "-" + startTicks;
  }
}
