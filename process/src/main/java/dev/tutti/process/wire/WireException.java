package dev.tutti.process.wire;

import java.io.IOException;
import java.io.Serial;

/** What came over a channel is not what the other side may send. */
public class WireException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what came
   */
  public WireException(String message) {
    super(message);
  }

  /**
   * Makes the exception.
   *
   * @param message what came
   * @param cause what happened to who read it
   */
  public WireException(String message, Throwable cause) {
    super(message, cause);
  }
}
