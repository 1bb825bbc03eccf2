package dev.tutti.process.pipe;

import java.io.StreamCorruptedException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Cuts the bytes of a pipe into messages. For one thread at a time. */
final class MessageParser {
  /** A message grows with what has come, so that a length alone cannot claim memory. */
  private static final int FIRST_BYTES = 1 << 20;

  private Message.@Nullable Kind kind;
  private byte[] content = {};
  private int length;
  private int filled;

  /** {@return whether a message has begun and not ended, as far as it has been taken} */
  boolean isInside() {
    return kind != null;
  }

  /**
   * Takes the next message; what is not taken stays in the buffer.
   *
   * @return the message, or null if it is not complete
   */
  @Nullable Message next(ByteBuffer in) throws StreamCorruptedException {
    Message.Kind begun = kind;
    if (begun == null) {
      if (in.remaining() < Message.HEADER_BYTES) {
        return null;
      }
      begun = begin(in.getInt(), in.get());
    }
    int take = Math.min(in.remaining(), length - filled);
    if (filled + take > content.length) {
      long doubled = Math.max(filled + take, 2L * content.length);
      content = Arrays.copyOf(content, (int) Math.min(length, doubled));
    }
    in.get(content, filled, take);
    filled += take;
    if (filled < length) {
      return null;
    }
    kind = null;
    Message whole = new Message(begun, content);
    content = new byte[0];
    return whole;
  }

  private Message.Kind begin(int bytes, byte code) throws StreamCorruptedException {
    if (bytes < 0 || bytes > Message.MAX_BYTES) {
      throw new StreamCorruptedException(
          "what came through the pipe is no message: length=%d max=%d"
              .formatted(bytes, Message.MAX_BYTES));
    }
    Message.Kind begun = Message.Kind.of(code);
    kind = begun;
    length = bytes;
    filled = 0;
    content = new byte[Math.min(bytes, FIRST_BYTES)];
    return begun;
  }
}
