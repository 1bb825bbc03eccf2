package dev.tutti.codec;

import java.io.ObjectInputFilter;
import org.jspecify.annotations.Nullable;

/** The filter of the whole program ({@code jdk.serialFilter}), if there is one. */
final class ProgramFilter {
  /*
   * To ask the JDK for it makes the JDK look for a logger in every jar of the class path. A worker need not ask before
   * code of a user has run: its pool has seen that no property sets one, and says so by a property of its own.
   *
   * `unset` is written by the thread that is about to run such code, and only ever cleared; who runs because of that code
   * sees it cleared. One thing comes before: the class of a worker's first function is initialised while that is read. If that
   * sets a filter, it is not asked about the item that comes with the function.
   */
  private static volatile boolean unset =
      System.getProperty(Filters.PROGRAM_HAS_NONE) != null; // not by Boolean: any value will do

  private ProgramFilter() {}

  static @Nullable ObjectInputFilter current() {
    return unset ? null : ObjectInputFilter.Config.getSerialFilter();
  }

  static void mayBeSet() {
    if (unset) {
      unset = false;
    }
  }
}
