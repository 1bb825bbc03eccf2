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

  /** {@return how many attempts have been made} */
  int attempts();
}
