package dev.tutti.process.worker;

import dev.tutti.process.wire.Frame;
import java.nio.ByteBuffer;

/** How an outcome is told to the pool. */
enum Told {
  /** With the number of its item, and how long it ran. */
  BY_NUMBER(Frame.Kind.RESULT, Frame.Kind.FAILURE, 2 * Long.BYTES),
  /** As that of the next element of a pack, and how long it ran. */
  AS_NEXT_WITH_TIME(Frame.Kind.NEXT_RESULT, Frame.Kind.NEXT_FAILURE, Long.BYTES),
  /** As that of the next element of a pack. */
  AS_NEXT(Frame.Kind.NEXT_RESULT, Frame.Kind.NEXT_FAILURE, 0);

  private final Frame.Kind success;
  private final Frame.Kind failure;
  private final int headBytes;

  Told(Frame.Kind success, Frame.Kind failure, int headBytes) {
    this.success = success;
    this.failure = failure;
    this.headBytes = headBytes;
  }

  /**
   * {@return the frame to send}
   *
   * @param succeeded whether it is a result
   * @param item the number of the item
   * @param start when it began, as {@link System#nanoTime}
   * @param value the result, or the exception
   */
  ByteBuffer frame(boolean succeeded, long item, long start, byte[] value) {
    ByteBuffer frame = Frame.begin(succeeded ? success : failure, headBytes + value.length);
    if (this == BY_NUMBER) {
      frame.putLong(item);
    }
    if (this != AS_NEXT) {
      frame.putLong(System.nanoTime() - start);
    }
    return frame.put(value);
  }
}
