package dev.tutti.process.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/**
 * The marks that programs have left: that they were run, which failures there were with their start
 * caches, and which jars their manifests name.
 *
 * <p>A mark is a file beside the caches. It has a line for each failure, the day counted from that
 * of 1970, one for each jar, and one with the resource by which a worker opens its jars.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread, and by several JVMs: of two
 * that change a mark at once one may be lost, which costs a cache that is made once more or later.
 */
final class Marks {
  private static final System.Logger LOG = System.getLogger("dev.tutti");
  private static final String SUFFIX = ".ran";
  private static final String OPENER = "opens ";
  private static final int MOST_MARKS = 64;

  /** What does not succeed so often is left alone for some days: a disk may be full for a while. */
  private static final int MOST_FAILURES = 3;

  private static final int DAYS_OF_FAILURES = 7;
  private static final int MOST_DIGITS = 9;
  private static final long MOST_BYTES = 1 << 20;

  private final CacheFolder folder;

  Marks(CacheFolder folder) {
    this.folder = folder;
  }

  /** {@return whether a program with this key was run before, and its file may be made} */
  boolean wasRun(String key) {
    try {
      long since = today() - DAYS_OF_FAILURES;
      return failures(key).stream().filter(day -> Long.parseLong(day) > since).count()
          < MOST_FAILURES;
    } catch (IOException | UnsupportedOperationException notThere) {
      return false;
    }
  }

  private List<String> failures(String key) throws IOException {
    return linesOf(key).stream().filter(Marks::isDay).toList();
  }

  private static boolean isDay(String line) {
    return !line.isEmpty()
        && line.length() <= MOST_DIGITS
        && line.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  /** As with the files: what others may have written does not count. */
  private List<String> linesOf(String key) throws IOException {
    if (!folder.isOurs()) {
      throw new IOException("others can write to it: folder=" + folder.resolve(""));
    }
    Path mark = markOf(key);
    if (!isUsable(mark)) {
      Files.delete(mark); // the next one is
      throw new IOException("it is no mark of a program: " + mark);
    }
    return Files.readAllLines(mark, StandardCharsets.ISO_8859_1);
  }

  /** A path by which something else is read would keep the program for as long as that lasts. */
  private static boolean isUsable(Path mark) throws IOException {
    return CacheFolder.isPlain(mark) && Files.size(mark) <= MOST_BYTES;
  }

  private static boolean isPath(String line) {
    return line.startsWith("/");
  }

  /** {@return the jars that were {@linkplain #name named} for a program} */
  List<String> namedJars(String key) {
    try {
      return linesOf(key).stream().filter(Marks::isPath).toList();
    } catch (IOException | UnsupportedOperationException notThere) {
      return List.of();
    }
  }

  /** {@return what was {@linkplain #name named} as that by which a worker opens its jars} */
  String opener(String key) {
    try {
      return linesOf(key).stream()
          .filter(Marks::isOpener)
          .findFirst()
          .map(line -> line.substring(OPENER.length()))
          .orElse("");
    } catch (IOException | UnsupportedOperationException notThere) {
      return "";
    }
  }

  private static boolean isOpener(String line) {
    return line.startsWith(OPENER);
  }

  /**
   * Says what is known of a program when its cache is made.
   *
   * @param key its key
   * @param jars those that it has besides those of the key
   * @param opener the resource that is found when all of them are open that the cache is made of
   */
  void name(String key, List<String> jars, String opener) throws IOException {
    List<String> lines = new ArrayList<>(failures(key));
    lines.addAll(jars);
    lines.add(OPENER + opener);
    replaceMark(key, lines);
  }

  /** Nobody reads half of it, and one JVM at a time replaces it. */
  private void replaceMark(String key, List<String> lines) throws IOException {
    Path whole = folder.resolve(key + SUFFIX + CacheFolder.PART);
    boolean replaced =
        folder.withLock(
            key + SUFFIX,
            () -> {
              Files.write(whole, lines);
              Files.move(whole, markOf(key), StandardCopyOption.ATOMIC_MOVE);
            });
    LOG.log(Level.DEBUG, "mark of a program: {0} replaced={1}", key, replaced);
  }

  private static long today() {
    return LocalDate.now(ZoneOffset.UTC).toEpochDay();
  }

  private Path markOf(String key) {
    return folder.resolve(key + SUFFIX);
  }

  /** A program with this key is run. */
  void ran(String key) {
    mark(key, "");
  }

  /** The file of a program with this key could not be used, or is to be made. */
  void failed(String key) {
    mark(key, today() + "\n");
  }

  private void mark(String key, String text) {
    try {
      folder.ensureOurs();
      Path mark = markOf(key);
      if (!Files.exists(mark, LinkOption.NOFOLLOW_LINKS)) {
        folder.removeAllBut(MOST_MARKS - 1, SUFFIX);
      } else if (!isUsable(mark)) {
        Files.delete(mark);
      }
      Files.writeString(mark, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      Files.setLastModifiedTime(mark, FileTime.from(Instant.now()));
    } catch (IOException | UncheckedIOException | UnsupportedOperationException e) {
      LOG.log(Level.DEBUG, "cannot note that a program was run: {0}", e);
    }
  }

  /** The file of a program with this key was made: the last failure was none. */
  void succeeded(String key) {
    try {
      List<String> lines = new ArrayList<>(failures(key));
      if (!lines.isEmpty()) {
        lines.removeLast();
      }
      linesOf(key).stream().filter(line -> isPath(line) || isOpener(line)).forEach(lines::add);
      replaceMark(key, lines);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "cannot note that a start cache was made: {0}", e);
    }
  }
}
