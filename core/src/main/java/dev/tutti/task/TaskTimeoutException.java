package dev.tutti.task;

import java.io.Serial;
import java.time.Duration;
import java.util.Objects;

/**
 * A task ran for longer than its time-out, or its call had not ended at its deadline.
 *
 * @since 0.1
 */
public final class TaskTimeoutException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** The time that was allowed. */
  private final Duration limit;

  /** Whether it was counted from the call. */
  private final boolean deadline;

  /**
   * Makes the exception.
   *
   * @param limit the time that was allowed
   * @param deadline whether it was counted from the call, not from the start of the attempt
   */
  public TaskTimeoutException(Duration limit, boolean deadline) {
    super(
        deadline
            ? "deadline of the call came before the task had ended: deadline=" + limit
            : "task ran for longer than its time-out and was stopped: timeout=" + limit);
    this.limit = Objects.requireNonNull(limit, "limit");
    this.deadline = deadline;
  }

  /** {@return the time that was allowed} */
  public Duration limit() {
    return limit;
  }

  /** {@return whether it was counted from the call, not from the start of the attempt} */
  public boolean isDeadline() {
    return deadline;
  }
}
