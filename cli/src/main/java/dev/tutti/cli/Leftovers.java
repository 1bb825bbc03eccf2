package dev.tutti.cli;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Half files of workers that were killed: whoever is killed removes nothing. */
final class Leftovers {
  /** The name ends with the process and thread that wrote it. */
  private static final Pattern NAME = Pattern.compile(".+\\.wav\\.(\\d{1,18})-\\d+\\.part");

  private Leftovers() {}

  /** Removes the half files that nobody writes any more, once the pools are closed. */
  static void removeFrom(Path folder) {
    try (DirectoryStream<Path> parts = Files.newDirectoryStream(folder, "*.part")) {
      for (Path part : parts) {
        Matcher name = NAME.matcher(part.getFileName().toString());
        if (name.matches() && !isOfOther(Long.parseLong(name.group(1)))) {
          Files.deleteIfExists(part);
        }
      }
    } catch (IOException e) {
      System.getLogger("dev.tutti").log(System.Logger.Level.DEBUG, "cannot clean " + folder, e);
    }
  }

  /** Whether the process lives and is not this one, whose work has ended. */
  private static boolean isOfOther(long pid) {
    return pid != ProcessHandle.current().pid() && ProcessHandle.of(pid).isPresent();
  }
}
