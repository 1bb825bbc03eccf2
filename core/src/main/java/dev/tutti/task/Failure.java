package dev.tutti.task;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The task threw, or its argument or result could not be moved.
 *
 * @param <R> the type of the result
 * @param cause what the task threw, with the stack of the worker; where it could not cross to this
 *     process a {@link SubstituteException}; {@link NotSendableException} where a value could not
 *     be moved
 * @since 0.1
 */
public record Failure<R extends @Nullable Object>(Throwable cause) implements Outcome<R> {
  /** Makes a failure. */
  public Failure {
    Objects.requireNonNull(cause, "cause");
  }
}
