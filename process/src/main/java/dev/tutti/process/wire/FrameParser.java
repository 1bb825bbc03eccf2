package dev.tutti.process.wire;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Cuts the bytes of a channel into frames. For one thread. */
public final class FrameParser {
  /** A frame grows with what has come, so that a length alone cannot claim memory. */
  private static final int FIRST_BYTES = 1 << 20;

  private final int maxLength;
  private byte @Nullable [] partial;
  private @Nullable ByteBuffer viewed;
  private Frame briefResult = new Frame(Frame.Kind.NEXT_RESULT, ByteBuffer.allocate(0));
  private Frame briefFailure = briefResult; // both see `viewed`
  private int partialLength;
  private int partialFilled;

  /**
   * Makes a parser.
   *
   * @param maxLength the largest length of a frame that is taken
   */
  public FrameParser(int maxLength) {
    this.maxLength = maxLength;
  }

  /**
   * Takes the next frame.
   *
   * @param in bytes that have come, ready to be read; what is not taken stays in it
   * @return the frame, or null if it is not complete
   * @throws WireException if what came is no frame
   */
  public @Nullable Frame next(ByteBuffer in) throws WireException {
    if (partial != null) {
      return continued(in);
    }
    if (in.remaining() < Frame.HEADER_BYTES) {
      return null;
    }
    int length = in.getInt(in.position());
    if (length < 1 || length > maxLength) {
      throw new WireException(
          "frame has a wrong length: length=%d max=%d".formatted(length, maxLength));
    }
    Frame.Kind kind = Frame.Kind.of(in.get(in.position() + Integer.BYTES));
    kind.ensureTakes(length - 1); // before it comes
    if (in.remaining() >= Integer.BYTES + length) {
      if (kind.isBrief()) {
        return brief(kind, in, length - 1);
      }
      byte[] bytes = new byte[length]; // first: where the heap is full, nothing has been taken
      in.getInt();
      in.get(bytes);
      return frame(bytes);
    }
    if (Integer.BYTES + length <= in.capacity()) {
      return null; // it will fit in the channel's buffer
    }
    partial = new byte[Math.min(length, FIRST_BYTES)];
    in.getInt();
    partialLength = length;
    partialFilled = 0;
    return continued(in);
  }

  /** A frame whose content stays where it is: there are so many of them. */
  private Frame brief(Frame.Kind kind, ByteBuffer in, int length) {
    if (viewed != in) {
      viewed = in;
      ByteBuffer view = in.duplicate();
      briefResult = new Frame(Frame.Kind.NEXT_RESULT, view);
      briefFailure = new Frame(Frame.Kind.NEXT_FAILURE, view);
    }
    int begin = in.position() + Frame.HEADER_BYTES;
    in.position(begin + length);
    Frame frame = kind == Frame.Kind.NEXT_RESULT ? briefResult : briefFailure;
    frame.content().limit(begin + length).position(begin);
    return frame;
  }

  private @Nullable Frame continued(ByteBuffer in) throws WireException {
    byte[] bytes = Objects.requireNonNull(partial, "partial");
    int take = Math.min(in.remaining(), partialLength - partialFilled);
    if (partialFilled + take > bytes.length) {
      long doubled = Math.max(partialFilled + take, 2L * bytes.length);
      bytes = Arrays.copyOf(bytes, (int) Math.min(partialLength, doubled));
      partial = bytes;
    }
    in.get(bytes, partialFilled, take);
    partialFilled += take;
    if (partialFilled < partialLength) {
      return null;
    }
    partial = null;
    return frame(bytes);
  }

  private static Frame frame(byte[] bytes) throws WireException {
    return new Frame(Frame.Kind.of(bytes[0]), ByteBuffer.wrap(bytes, 1, bytes.length - 1).slice());
  }
}
