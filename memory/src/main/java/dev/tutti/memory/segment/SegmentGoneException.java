package dev.tutti.memory.segment;

import java.io.IOException;
import java.io.Serial;

/** The segment that a handle leads to is known not to be there any more. */
public final class SegmentGoneException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  SegmentGoneException(String message) {
    super(message);
  }

  SegmentGoneException(String message, Throwable cause) {
    super(message, cause);
  }
}
