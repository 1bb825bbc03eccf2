package dev.tutti.process.worker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * This process as the system sees it.
 *
 * @param pid its process id
 * @param parent that of its parent
 */
record ThisProcess(long pid, long parent) {
  private static final Path STAT = Path.of("/proc/self/stat");

  /**
   * {@return what the system says now} Not asked of {@link ProcessHandle}: that starts threads, and
   * takes a JVM that starts several milliseconds.
   */
  static ThisProcess read() throws IOException {
    return parse(Files.readString(STAT, StandardCharsets.ISO_8859_1));
  }

  /**
   * {@return the same from the text of that file} That is pid, name, state, parent: {@code 12 (my
   * java) S 7 ...}; the name may hold anything.
   */
  static ThisProcess parse(String stat) throws IOException {
    try {
      int name = stat.indexOf(' ');
      int parent = stat.lastIndexOf(')') + ") S ".length();
      return new ThisProcess(
          Long.parseLong(stat, 0, name, 10),
          Long.parseLong(stat, parent, stat.indexOf(' ', parent), 10));
    } catch (IndexOutOfBoundsException | NumberFormatException e) {
      throw new IOException("the system tells of this process in an unknown form: " + stat, e);
    }
  }
}
