package dev.tutti.process.launch;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which classes the workers of a program read that are in no start cache yet. The JVMs of the first
 * few of them log it.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 */
final class SeenClasses {
  private static final System.Logger LOG = System.getLogger("dev.tutti");

  private static final int MOST_WORKERS = 8;

  /** Each worker loads all classes of its start cache before its first task. */
  static final int MOST_CLASSES = 10_000;

  /** Twice what all logs take at most. */
  private static final long LEAST_ROOM_BYTES = 64L << 20;

  private static final String LOG_PREFIX = "classes-";
  private static final String SOURCE = " source: ";

  /** A log that is full goes on in another one, which it exchanges for the last but one. */
  private static final String LOG_FORM = ".log:none:filecount=1,filesize=2M";

  private final Map<String, String> sources = new LinkedHashMap<>(); // by the name of a class
  private int workers;
  private boolean all;

  /** {@return the flags with which the next worker logs; none if enough have done so} */
  synchronized List<String> flagsOfNextWorker(Path poolFolder) {
    if (workers >= MOST_WORKERS || !hasRoom(poolFolder)) {
      return List.of();
    }
    workers++;
    return List.of("-Xlog:class+load:file=" + poolFolder.resolve(LOG_PREFIX + "%p" + LOG_FORM));
  }

  /** A JVM that cannot write to its log says so on its standard error. */
  private static boolean hasRoom(Path poolFolder) {
    try {
      return Files.getFileStore(poolFolder).getUsableSpace() >= LEAST_ROOM_BYTES;
    } catch (IOException e) {
      return false;
    }
  }

  /** Takes in what the workers of a pool have logged so far. */
  void readFrom(Path poolFolder) {
    Map<String, String> found = new LinkedHashMap<>();
    try (DirectoryStream<Path> logs = Files.newDirectoryStream(poolFolder, LOG_PREFIX + "*")) {
      for (Path log : logs) {
        read(log, found);
      }
    } catch (IOException | DirectoryIteratorException e) { // the folder may be gone
      LOG.log(Level.DEBUG, "cannot read which classes workers have loaded: {0}", e);
      return; // what there is now is no more all than before
    }
    take(found);
  }

  /** The last line may be cut off, anywhere. */
  private static void read(Path log, Map<String, String> found) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(Files.newInputStream(log), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (isFromFile(line) && found.size() < MOST_CLASSES) {
          int source = line.indexOf(SOURCE);
          found.put(line.substring(0, source), line.substring(source + SOURCE.length()));
        }
      }
    }
  }

  private synchronized void take(Map<String, String> found) {
    int before = sources.size();
    found.forEach(this::add);
    all = sources.size() == before && before > 0;
  }

  private void add(String name, String source) {
    if (sources.size() < MOST_CLASSES) {
      sources.putIfAbsent(name, source);
    }
  }

  /** {@return whether there are any, and the last look found no more} */
  synchronized boolean areAll() {
    return all;
  }

  /** {@return how many there are} */
  synchronized int count() {
    return sources.size();
  }

  /** Neither from a start cache already, nor made by the JVM, whose names have a slash. */
  private static boolean isFromFile(String line) {
    int source = line.indexOf(SOURCE);
    return source > 0
        && line.lastIndexOf('/', source) < 0
        && (line.startsWith("jrt:/", source + SOURCE.length())
            || (line.startsWith("file:", source + SOURCE.length()) && line.endsWith(".jar")));
  }

  /** {@return their names, in the order in which they were first loaded} */
  synchronized List<String> names() {
    return List.copyOf(sources.keySet());
  }

  /** {@return how the JDK names the source of its classes} */
  private static Path withoutLinks(String jar) {
    Path path = Path.of(jar);
    try {
      return path.toRealPath();
    } catch (IOException notThere) {
      return path;
    }
  }

  /**
   * {@return the one that is found last on a class path; null if none is from there}
   *
   * @param classPath jars, in the order in which they are searched
   */
  synchronized @Nullable String lastOn(List<String> classPath) {
    Map<String, String> bySource = new HashMap<>();
    sources.forEach((name, source) -> bySource.putIfAbsent(source, name));
    return classPath.reversed().stream()
        .map(jar -> bySource.get("file:" + withoutLinks(jar)))
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }
}
