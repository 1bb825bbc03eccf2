package dev.tutti.process.worker;

import dev.tutti.process.wire.Introduction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The shell that kills what this process's tasks have started, if this process is killed. */
final class Guard {
  private static final Path PIPE = Path.of("/proc/self/fd/9");

  private Guard() {}

  /** This process leaves by itself: what its tasks have started on purpose may go on. */
  static void dismiss() {
    if (!Boolean.getBoolean(Introduction.HAS_GUARD)) {
      return; // the system has no setsid, or no pipe for it
    }
    try {
      Files.writeString(PIPE, "leave\n", StandardOpenOption.WRITE);
    } catch (IOException e) {
      System.err.println("tutti: worker could not dismiss its guard: " + e);
    }
  }
}
