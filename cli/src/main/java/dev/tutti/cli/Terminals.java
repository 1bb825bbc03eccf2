package dev.tutti.cli;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What the standard streams are connected to. */
final class Terminals {
  static final int STDOUT = 1;
  static final int STDERR = 2;

  private Terminals() {}

  /**
   * Whether a person looks at the stream. A dumb terminal, which cannot redraw a line, counts as
   * none.
   */
  static boolean isTerminal(int descriptor) {
    if ("dumb".equals(System.getenv("TERM"))) {
      return false;
    }
    String target = target("/proc/self/fd/" + descriptor);
    return target.isEmpty()
        ? Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false)
        : target.startsWith("/dev/pts/")
            || target.startsWith("/dev/tty")
            || target.equals("/dev/console");
  }

  /** Whether whoever reads the stream can go away. */
  static boolean isPipe(int descriptor) {
    String target = target("/proc/self/fd/" + descriptor);
    return target.startsWith("pipe:") || target.startsWith("socket:");
  }

  /** What a link of the system leads to; empty where the system does not tell. */
  static String target(String link) {
    try {
      return Files.readSymbolicLink(Path.of(link)).toString();
    } catch (IOException | UnsupportedOperationException noSuchLink) {
      return "";
    }
  }
}
