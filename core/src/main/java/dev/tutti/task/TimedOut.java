package dev.tutti.task;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The task ran for longer than it was allowed to, and was stopped; or the deadline of its call
 * came.
 *
 * @param <R> the type of the result
 * @param cause which bound it was
 * @since 0.1
 */
public record TimedOut<R extends @Nullable Object>(TaskTimeoutException cause)
    implements Outcome<R> {
  /** Makes a time-out. */
  public TimedOut {
    Objects.requireNonNull(cause, "cause");
  }
}
