package dev.tutti.memory.sync;

import java.io.Serial;

/**
 * A queue is closed: nothing can be put any more, or nothing is left that could be taken.
 *
 * @since 0.1
 */
public final class QueueClosedException extends IllegalStateException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what was wanted, and of which queue
   */
  public QueueClosedException(String message) {
    super(message);
  }
}
