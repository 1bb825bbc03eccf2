package dev.tutti.process.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The shell that kills what this process's tasks have started, if this process is killed. */
final class Guard {
  private static final Path PIPE = Path.of("/proc/self/fd/9");
  private static final String PIPE_NAME = "guard-";

  private Guard() {}

  /** This process leaves by itself: what its tasks have started on purpose may go on. */
  static void dismiss() {
    try {
      String target = Files.readSymbolicLink(PIPE).getFileName().toString();
      if (target.startsWith(PIPE_NAME) && target.endsWith(" (deleted)")) {
        Files.writeString(PIPE, "leave\n", StandardOpenOption.WRITE);
      }
    } catch (NoSuchFileException noGuard) {
      return; // the system has no setsid or no mkfifo
    } catch (IOException e) {
      System.err.println("tutti: worker could not dismiss its guard: " + e);
    }
  }
}
