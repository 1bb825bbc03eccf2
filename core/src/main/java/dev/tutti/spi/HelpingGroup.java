package dev.tutti.spi;

/**
 * A group whose workers run what waits in their own pool while a task of theirs waits for that.
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
     * The task that waits was interrupted while its thread ran another item, which goes on. Called
     * by whoever interrupts; it must not block.
     */
    default void interrupted() {}
  }

  /** {@return whether the calling thread runs a task of this group} */
  boolean isWorker();

  /**
   * Runs waiting items on the calling thread, which runs a task of this group, until something is
   * so. Where nothing waits the thread parks.
   *
   * @param awaited what is waited for
   * @param deadlineNanos until when at most, as {@link System#nanoTime}; an item that has begun by
   *     then is ended first
   * @throws InterruptedException if the task that waits is interrupted; items that run for it are
   *     not
   */
  void helpUntil(Awaited awaited, long deadlineNanos) throws InterruptedException;
}
