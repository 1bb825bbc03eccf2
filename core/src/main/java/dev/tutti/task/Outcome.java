package dev.tutti.task;

import org.jspecify.annotations.Nullable;

/**
 * How a task ended. There is exactly one outcome for every task, whatever happened to it.
 *
 * {@snippet class=dev.tutti.TaskSnippets region=outcome lang=java}
 *
 * @param <R> the type of the result
 * @since 0.1
 */
public sealed interface Outcome<R extends @Nullable Object>
    permits Success, Failure, TimedOut, WorkerLost, Cancelled {

  /** {@return whether the task returned a result} */
  default boolean succeeded() {
    return this instanceof Success;
  }

  /**
   * {@return the result, or another value if the task did not return one}
   *
   * @param other the value to take then
   */
  default R orElse(R other) {
    return this instanceof Success<R>(R value) ? value : other;
  }
}
