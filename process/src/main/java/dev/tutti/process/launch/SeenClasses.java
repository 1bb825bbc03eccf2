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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

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

  private final Set<String> names = new LinkedHashSet<>();
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
    Set<String> found = new LinkedHashSet<>();
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
  private static void read(Path log, Set<String> found) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(Files.newInputStream(log), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (isFromFile(line) && found.size() < MOST_CLASSES) {
          found.add(line.substring(0, line.indexOf(SOURCE)));
        }
      }
    }
  }

  private synchronized void take(Set<String> found) {
    int before = names.size();
    found.forEach(this::add);
    all = names.size() == before && before > 0;
  }

  private void add(String name) {
    if (names.size() < MOST_CLASSES) {
      names.add(name);
    }
  }

  /** {@return whether there are any, and the last look found no more} */
  synchronized boolean areAll() {
    return all;
  }

  /** {@return how many there are} */
  synchronized int count() {
    return names.size();
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
    return List.copyOf(names);
  }
}
