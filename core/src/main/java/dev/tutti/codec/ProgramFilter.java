package dev.tutti.codec;

import java.io.ObjectInputFilter;
import org.jspecify.annotations.Nullable;

/** The filter of the whole program ({@code jdk.serialFilter}), if there is one. */
final class ProgramFilter {
  /*
   * When asked for it, the JDK looks for a logger in every jar of the class path, which takes a worker longer than a small task.
   * A worker need not ask before code of a user has run: its pool has seen that no property sets one, and says so by a property of its own.
   *
   * About tasks the filter is asked that was there before the first of them, or after an initialiser. What a task sets, or the class of its
   * function, is asked about what tasks read themselves: were it asked about further tasks, one could make all that come after it fail, and each worker
   * would have to ask the JDK between its first item and its second.
   *
   * `unset` is cleared by the thread that is about to run code of a user, and never set again; who runs because of that code
   * sees it cleared. `ofTasks` is written before `tasksKnown`; two threads that find it unknown write the same.
   */
  private static volatile boolean unset =
      System.getProperty(Filters.PROGRAM_HAS_NONE) != null; // not by Boolean: any value will do

  private static volatile boolean tasksKnown = unset;
  private static @Nullable ObjectInputFilter ofTasks;

  private ProgramFilter() {}

  /**
   * {@return the filter; null if there is none}
   *
   * @param asking the filter under which something is read; that of tasks is told by its identity
   */
  static @Nullable ObjectInputFilter current(ValueFilter asking) {
    if (asking == Filters.tasks()) {
      return forTasks();
    }
    return unset ? null : ObjectInputFilter.Config.getSerialFilter();
  }

  private static @Nullable ObjectInputFilter forTasks() {
    if (!tasksKnown) {
      ofTasks = ObjectInputFilter.Config.getSerialFilter();
      tasksKnown = true;
    }
    return ofTasks;
  }

  static void mayBeSet() {
    if (unset) {
      unset = false;
    }
  }

  static void initialiserHasRun() {
    tasksKnown = false;
  }
}
