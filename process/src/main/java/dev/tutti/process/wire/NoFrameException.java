package dev.tutti.process.wire;

import java.io.Serial;

/** A channel has ended before anything came, as it does when its process is killed. */
public final class NoFrameException extends WireException {
  @Serial private static final long serialVersionUID = 1L;

  NoFrameException(String message) {
    super(message);
  }
}
