package dev.tutti.event;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tells whether a person looks at a stream. */
final class Terminal {
  private Terminal() {}

  /**
   * {@return whether standard error is a terminal} The JDK tells this only of input and output
   * together, so the descriptor's own link is read where the system has one.
   */
  @SuppressWarnings("SystemConsoleNull") // it is still declared nullable
  static boolean stderr() {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException | UnsupportedOperationException noSuchLink) {
      Console console = System.console();
      return console != null && console.isTerminal();
    }
  }
}
