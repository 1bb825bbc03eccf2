package dev.tutti.task;

import java.io.Serial;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A task, an item or a result cannot be moved to another process. The message names the class, the
 * field that leads to it, and the way out.
 *
 * <p>It is thrown at the call where the function itself cannot travel, so nothing of the call has
 * run; it is the cause of one item's {@link Failure} where only that item or its result cannot.
 *
 * @since 0.1
 */
public final class NotSendableException extends RejectedExecutionException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what cannot be sent, by which field, and what to do
   * @param cause what the serialiser said, or null
   */
  public NotSendableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
