package dev.tutti.process.block;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;

/** Uses files as if no thread were ever interrupted: an interrupt is for what comes later. */
final class Uninterrupted {
  private Uninterrupted() {}

  /** Opens a file of its own each time that it is called. */
  @FunctionalInterface
  interface Use<T> {
    T call() throws IOException;
  }

  static <T> T call(Use<T> use) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          return use.call();
        } catch (ClosedByInterruptException e) {
          interrupted = true;
          Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
