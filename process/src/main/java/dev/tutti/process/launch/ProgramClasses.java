package dev.tutti.process.launch;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.jar.Attributes.Name;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/**
 * The classes of a program for its start cache, and whether it is to have one: when it is run
 * again, and its cache has not failed some times.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 */
final class ProgramClasses {
  private final CacheFolder folder;
  private final CacheKey shared;
  private final List<String> jars;
  private final String key;
  private final boolean again;
  private final AtomicBoolean noted = new AtomicBoolean();
  private final SeenClasses seen = new SeenClasses();

  /**
   * Those of a program.
   *
   * @param folder where its cache is
   * @param shared the key of the cache that it shares with other programs
   * @param jars with which its class path begins
   * @param key the name of its cache
   */
  ProgramClasses(CacheFolder folder, CacheKey shared, List<String> jars, String key) {
    this.folder = folder;
    this.shared = shared;
    this.jars = List.copyOf(jars);
    this.key = key;
    this.again = folder.wasRun(key);
  }

  /** {@return whether they are to be in a cache} */
  boolean areWanted() {
    return again && folder.wasRun(key);
  }

  /** The program is run. This is noted once. */
  void ran() {
    if (noted.compareAndSet(false, true)) {
      folder.ran(key);
    }
  }

  /** The cache could not be used, or it is to be made, which may fail in any way. */
  void failed() {
    folder.failed(key);
  }

  /** The cache was made, or another JVM is at it: the last failure was none. */
  void succeeded() {
    folder.succeeded(key);
  }

  /**
   * {@return the class path of a rehearsal: the first jars, until one names others in its manifest}
   * Which these are, and what is in them, the key does not say.
   *
   * @throws IOException if none is left
   */
  List<String> classPath() throws IOException {
    List<String> path = new ArrayList<>();
    for (String jar : jars) {
      if (namesOthers(jar)) {
        break;
      }
      path.add(jar);
    }
    if (path.isEmpty()) {
      throw new IOException("the first jar of the class path names others in its manifest");
    }
    return path;
  }

  private static boolean namesOthers(String jar) throws IOException {
    try (JarFile file = new JarFile(new File(jar), false)) {
      Manifest manifest = file.getManifest();
      return manifest != null && manifest.getMainAttributes().containsKey(Name.CLASS_PATH);
    }
  }

  /**
   * Looks again at the jars, when the cache is made.
   *
   * @throws IOException if they are not what they were when this JVM first looked
   */
  void checkJars() throws IOException {
    if (!shared.with(jars).name().equals(key)) {
      throw new IOException("a jar of the class path has changed meanwhile");
    }
  }

  /** {@return the flags with which the next worker logs them; none if enough have done so} */
  List<String> flagsOfNextWorker(Path poolFolder) {
    return seen.flagsOfNextWorker(poolFolder);
  }

  /** Takes in what the workers of a pool have logged so far. */
  void learn(Path poolFolder) {
    seen.readFrom(poolFolder);
  }

  /**
   * {@return whether there are any, and the last look found no more}
   *
   * @param atLast whether it is enough that there are any
   */
  boolean areKnown(boolean atLast) {
    return atLast ? seen.count() > 0 : seen.areAll();
  }

  /** {@return their names, in the order in which they were first loaded} */
  List<String> names() {
    return seen.names();
  }
}
