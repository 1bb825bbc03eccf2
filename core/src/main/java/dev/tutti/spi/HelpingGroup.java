package dev.tutti.spi;

import org.jspecify.annotations.Nullable;

/**
 * A group of which another worker takes the place of one whose task waits.
 *
 * @since 0.1
 */
public interface HelpingGroup extends WorkerGroup {
  /**
   * What a task waits for. Who makes it so changes {@link #changes} first, and then unparks the
   * thread of the task.
   */
  interface Awaited {
    /** {@return whether the wait is over} */
    boolean isDone();

    /**
     * {@return a number that is another one after each change that may end the wait} It takes no
     * lock: waiting for one would take an unpark that is meant for the wait itself.
     */
    long changes();

    /**
     * {@return some of the items that are waited for, if they wait for a worker themselves; the
     * thread that waits runs them} Null if there is none, or if the wait can end before all of what
     * was waited for has.
     *
     * @param worker who asks, as the group knows it
     */
    default @Nullable Batch take(Object worker) {
      return null;
    }

    /**
     * {@return whether that is of another pool} Then no more threads of the group stand aside than
     * it has workers: a task that waits for another pool keeps its place among those that are bound
     * by the number of workers, or all tasks of the group would begin.
     */
    default boolean isOfAnotherPool() {
      return false;
    }

    /**
     * The thread that waits stands aside: what it waits for may go before what waits for a worker
     * as well. Else all tasks of a pool that wait for one that they submit would begin, and hold a
     * thread each, before the first of those runs.
     */
    default void hasten() {}

    /**
     * The task that waits was interrupted; its thread may run another item, which goes on. Called
     * by whoever interrupts; it must not block.
     */
    default void interrupted() {}
  }

  /** {@return whether the calling thread is a worker of this group that runs a task} */
  boolean isWorker();

  /**
   * Waits on the calling thread, which runs a task of this group, until something is so. What is
   * waited for runs there if it waits for a worker and the time is not bounded. Else the thread
   * parks, and another one runs tasks in its place meanwhile.
   *
   * @param awaited what is waited for
   * @param nanos how long at most; {@code Long.MAX_VALUE} for ever
   * @throws InterruptedException if the task that waits is interrupted; items that run for it are
   *     not
   */
  void helpUntil(Awaited awaited, long nanos) throws InterruptedException;
}
