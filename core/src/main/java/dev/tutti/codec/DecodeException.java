package dev.tutti.codec;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Bytes that came are not a value that may be read here. */
public final class DecodeException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what was wrong
   * @param cause what the reader said, or null
   */
  public DecodeException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
