package dev.tutti.plan;

import java.util.Objects;

/**
 * How many submitted tasks of a pool may wait, and what becomes of a further one.
 *
 * {@snippet class=dev.tutti.PlanSnippets region=submitQueue lang=java}
 *
 * <p>It is kept to by who submits with it, and counts all tasks that were submitted to the pool and
 * have not ended, beyond as many as the pool has workers. On virtual threads each task starts at
 * once, so there it counts those that run. It does not count, and does not bind, the items of bulk
 * calls, which have their window, and the tasks of a {@link dev.tutti.TaskGroup}, which has its own
 * bound. On the caller's thread nothing waits.
 *
 * @param capacity how many tasks may wait, at least 1
 * @param whenFull what becomes of a further one
 * @since 0.1
 */
public record SubmitQueue(int capacity, WhenFull whenFull) {
  /** What becomes of a task that finds the queue full. */
  public enum WhenFull {
    /**
     * Who submits it waits for room. If he is interrupted meanwhile he keeps his flag and the task
     * is rejected. If he is a task of a pool of threads another thread takes the place of his.
     */
    BLOCK,
    /** It is rejected, with a {@link java.util.concurrent.RejectedExecutionException}. */
    REJECT,
    /**
     * Who submits it runs it, and has its future when it has ended. Not for a pool of processes,
     * nor with a time-out for one that chooses where a task runs, which sends it there: a task runs
     * behind its wall or not at all.
     */
    CALLER_RUNS
  }

  /** Makes the bound. */
  public SubmitQueue {
    Checks.require(capacity >= 1, "capacity must be >= 1: capacity=%d", capacity);
    Objects.requireNonNull(whenFull, "whenFull");
  }

  /**
   * {@return a bound at which who submits waits}
   *
   * @param tasks how many may wait, at least 1
   */
  public static SubmitQueue blocking(int tasks) {
    return new SubmitQueue(tasks, WhenFull.BLOCK);
  }

  /**
   * {@return a bound at which a task is rejected}
   *
   * @param tasks how many may wait, at least 1
   */
  public static SubmitQueue rejecting(int tasks) {
    return new SubmitQueue(tasks, WhenFull.REJECT);
  }

  /**
   * {@return a bound at which who submits runs the task}
   *
   * @param tasks how many may wait, at least 1
   */
  public static SubmitQueue callerRuns(int tasks) {
    return new SubmitQueue(tasks, WhenFull.CALLER_RUNS);
  }
}
