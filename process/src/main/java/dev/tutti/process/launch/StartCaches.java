package dev.tutti.process.launch;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The start caches that workers of one kind may start with: that of their program, or the one that
 * all programs share.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 */
public final class StartCaches {
  /*
   * A program that is run for the first time leaves a mark, no more: jars of programs in development change all the time,
   * and none of their caches would be used. When it is run again its first workers log which classes they read, and
   * these are in the cache that is made then. The shared one is made first, as it is of use for all.
   */
  private final StartCache shared;
  private final StartCache ofProgram;

  StartCaches(StartCache shared, StartCache ofProgram) {
    this.shared = shared;
    this.ofProgram = ofProgram;
  }

  /** {@return both, whether they are there or not} */
  public List<StartCache> all() {
    return List.of(ofProgram, shared);
  }

  /** {@return the flags by which a worker has one; none if neither is there} */
  List<String> flags(Path poolFolder) {
    List<String> own = ofProgram.flags(poolFolder);
    if (!own.isEmpty()) {
      return own;
    }
    List<String> flags = new ArrayList<>(shared.flags(poolFolder));
    if (!flags.isEmpty()) {
      flags.addAll(ofProgram.learningFlags(poolFolder));
    }
    return flags;
  }

  /** {@return the one that is to be made, as far as is known; none if there is all that can be} */
  public Optional<StartCache> missing() {
    return all().reversed().stream().filter(StartCache::isWanted).findFirst();
  }
}
