package dev.tutti.process.wire;

import java.nio.ByteBuffer;

/**
 * One message on a channel.
 *
 * <pre>
 *   0        4      5
 *   +--------+------+------------------+
 *   | length | kind |  content         |        length: of kind and content
 *   +--------+------+------------------+
 *
 *   HELLO        both     version (4), pid (8), role (1), secret (the rest)
 *   CALL         to       body (1), the function (the rest)
 *   ITEM         to       number (8), the item (the rest)
 *   BATCH_END    to       batch (8)
 *   BYE          to       -
 *   INTERRUPT    to       number (8)                           on the control channel
 *   RESULT       from     number (8), elapsed ns (8), the value (the rest)
 *   FAILURE      from     number (8), elapsed ns (8), last (1), the exception (the rest)
 *   BATCH_DONE   from     batch (8)
 * </pre>
 *
 * @param kind what it says
 * @param content its content; the reader's own
 */
@SuppressWarnings("EnumOrdinal") // both sides are of one build, which the greeting checks
public record Frame(Kind kind, ByteBuffer content) {
  /** The version of all this; a worker of another version is refused. */
  public static final int VERSION = 1;

  /** Length and kind. */
  public static final int HEADER_BYTES = Integer.BYTES + 1;

  /** The largest length of a frame: what an array can hold, less the header. */
  public static final int MAX_LENGTH = Integer.MAX_VALUE - 64;

  /** The largest function, item or outcome. */
  public static final int MAX_PAYLOAD_BYTES = MAX_LENGTH - 64;

  /** What a frame says. */
  public enum Kind {
    /** Who is there. */
    HELLO(1_024),
    /** The function that the items after it belong to. */
    CALL(MAX_LENGTH),
    /** An item. */
    ITEM(MAX_LENGTH),
    /** All items of a batch have been sent. */
    BATCH_END(Long.BYTES),
    /** There will be no more: leave. */
    BYE(0),
    /** Stop this item. */
    INTERRUPT(Long.BYTES),
    /** An item has a result. */
    RESULT(MAX_LENGTH),
    /** An item has failed. */
    FAILURE(MAX_LENGTH),
    /**
     * The worker is past a batch whose last item was taken back; else that item's outcome says it.
     */
    BATCH_DONE(Long.BYTES);

    private static final Kind[] ALL = values();

    private final int mostBytes;

    Kind(int mostBytes) {
      this.mostBytes = mostBytes;
    }

    void ensureTakes(int contentBytes) throws WireException {
      if (contentBytes > mostBytes) {
        throw new WireException(
            "frame is too long: kind=%s bytes=%d most=%d".formatted(this, contentBytes, mostBytes));
      }
    }

    static Kind of(byte code) throws WireException {
      if (code < 0 || code >= ALL.length) {
        throw new WireException("unknown kind of frame: kind=" + code);
      }
      return ALL[code];
    }
  }

  /** Which of a worker's two channels it is. */
  public enum Role {
    /** Items and outcomes. */
    WORK,
    /** Interrupts; its end is the end of the pool. */
    CONTROL
  }

  /**
   * {@return a frame ready to be sent, with room for its content: position after the header}
   *
   * @param kind what it says
   * @param contentBytes how long its content is
   */
  public static ByteBuffer begin(Kind kind, int contentBytes) {
    return put(ByteBuffer.allocate(HEADER_BYTES + contentBytes), kind, contentBytes);
  }

  /**
   * Writes the header of a frame.
   *
   * @param out where to
   * @param kind what it says
   * @param contentBytes how long its content is
   * @return the same buffer
   */
  public static ByteBuffer put(ByteBuffer out, Kind kind, int contentBytes) {
    return out.putInt(contentBytes + 1).put((byte) kind.ordinal());
  }

  /**
   * Ensures that the content has room for what is to be read.
   *
   * @param bytes how many bytes at least
   * @return the content
   * @throws WireException if there are fewer
   */
  public ByteBuffer atLeast(int bytes) throws WireException {
    if (content.remaining() < bytes) {
      throw new WireException(
          "frame is too short: kind=%s bytes=%d needed=%d"
              .formatted(kind, content.remaining(), bytes));
    }
    return content;
  }
}
