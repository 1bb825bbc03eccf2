package dev.tutti.process.launch;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The classes of a program for its start cache, and whether it is to have one: when it is run
 * again, and its cache has not failed some times.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 */
final class ProgramClasses {
  private final CacheFolder folder;
  private final String key;
  private final boolean again;
  private final AtomicBoolean noted = new AtomicBoolean();
  private final SeenClasses seen = new SeenClasses();

  ProgramClasses(CacheFolder folder, String key) {
    this.folder = folder;
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

  /** The cache could not be made, or not be used. */
  void failed() {
    folder.failed(key);
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
