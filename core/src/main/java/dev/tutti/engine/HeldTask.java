package dev.tutti.engine;

import dev.tutti.task.TaskFuture;
import org.jspecify.annotations.Nullable;

/**
 * A task that was taken in and waits to be told to start.
 *
 * @param <R> the type of its result
 */
public sealed interface HeldTask<R extends @Nullable Object> permits HeldCall {
  /** {@return its future} Whoever ends it before the start has it never start. */
  TaskFuture<R> asFuture();

  /**
   * Hands the task to the workers, once. If the pool takes no further tasks, the future ends with
   * that rejection.
   */
  void start();

  /**
   * Has the task not begin, unless it has; what runs goes on. To be followed by the end of its
   * future, which may take a while: this runs no code of a user.
   */
  void drop();

  /**
   * Calls something once, when the future has ended; never on a thread that the pool needs, and
   * whatever else hangs on the future: dependents that block do not hold it up.
   *
   * @param listener it must not throw; one a task
   */
  void whenEnded(Runnable listener);

  /** {@return how many attempts have been made} */
  int attempts();
}
