package dev.tutti.process.worker;

import dev.tutti.codec.Codec;
import dev.tutti.process.wire.Frame;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** How an outcome is told to the pool. */
enum Told {
  /** With the number of its item, and how long it ran. */
  BY_NUMBER(Frame.Kind.RESULT, Frame.Kind.FAILURE, 2 * Long.BYTES),
  /** As that of the next element of a pack, and how long it ran. */
  AS_NEXT_WITH_TIME(Frame.Kind.NEXT_RESULT, Frame.Kind.NEXT_FAILURE, Long.BYTES),
  /** As that of the next element of a pack. */
  AS_NEXT(Frame.Kind.NEXT_RESULT, Frame.Kind.NEXT_FAILURE, 0);

  /** The most bytes of a quick frame. */
  static final int MOST_QUICK_BYTES = Frame.HEADER_BYTES + 2 * Long.BYTES + Codec.MOST_QUICK_BYTES;

  private final Frame.Kind success;
  private final Frame.Kind failure;
  private final int headBytes;

  Told(Frame.Kind success, Frame.Kind failure, int headBytes) {
    this.success = success;
    this.failure = failure;
    this.headBytes = headBytes;
  }

  /** {@return the kind of the frame of a result} */
  Frame.Kind success() {
    return success;
  }

  /** {@return how many bytes stand before the value} */
  int headBytes() {
    return headBytes;
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
    return head(frame, item, start).put(value);
  }

  /** {@return the frame, with what stands before the value} */
  ByteBuffer head(ByteBuffer frame, long item, long start) {
    if (this == BY_NUMBER) {
      frame.putLong(item);
    }
    if (this != AS_NEXT) {
      frame.putLong(System.nanoTime() - start);
    }
    return frame;
  }

  /**
   * Makes the frame of a result without anything else, if that is of a kind for which that goes.
   *
   * @param into where the frame is made, of {@link #MOST_QUICK_BYTES}
   * @return whether it is made
   */
  boolean quickFrame(ByteBuffer into, long item, long start, @Nullable Object value) {
    into.clear().position(Frame.HEADER_BYTES);
    if (!Codec.encodeQuickly(value, head(into, item, start))) {
      return false;
    }
    int end = into.position();
    Frame.put(into.position(0), success, end - Frame.HEADER_BYTES).position(end);
    return true;
  }
}
