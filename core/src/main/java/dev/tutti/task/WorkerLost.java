package dev.tutti.task;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The worker died while it ran the task.
 *
 * @param <R> the type of the result
 * @param cause what is known of the death: pid, exit status, the last lines of its standard error
 * @since 0.1
 */
public record WorkerLost<R extends @Nullable Object>(WorkerLostException cause)
    implements Outcome<R> {
  /** Makes a loss. */
  public WorkerLost {
    Objects.requireNonNull(cause, "cause");
  }
}
