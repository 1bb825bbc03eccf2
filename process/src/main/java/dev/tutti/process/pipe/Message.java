package dev.tutti.process.pipe;

import java.io.StreamCorruptedException;
import java.nio.ByteBuffer;

/**
 * What is sent in one piece.
 *
 * <pre>
 *   0        4      5
 *   +--------+------+------------------+
 *   | length | kind |  content         |        length: of the content, from 0
 *   +--------+------+------------------+
 * </pre>
 *
 * @param kind what the content is
 * @param content the content; the reader's own
 */
@SuppressWarnings({"EnumOrdinal", "ArrayRecordComponent"}) // both sides agree on a version first
public record Message(Kind kind, byte[] content) {
  /** The version of pipes; what another version says is refused. */
  static final int VERSION = 1;

  /** The first bytes of whoever connects or answers: "TPIP". */
  static final int MAGIC = 0x54504950;

  static final int HEADER_BYTES = Integer.BYTES + 1;

  /** The longest content: what an array can hold, less the header. */
  public static final int MAX_BYTES = Integer.MAX_VALUE - 64;

  /** What the content of a message is. */
  public enum Kind {
    /** An encoded value. */
    OBJECT("an object", "receive"),
    /** Bytes as they are. */
    BYTES("bytes", "receiveBytes");

    private static final Kind[] ALL = values();

    private final String words;
    private final String reader;

    Kind(String words, String reader) {
      this.words = words;
      this.reader = reader;
    }

    static Kind of(byte code) throws StreamCorruptedException {
      if (code < 0 || code >= ALL.length) {
        throw new StreamCorruptedException(
            "what came through the pipe is no message: kind=" + code);
      }
      return ALL[code];
    }

    void ensureIs(Kind wanted) {
      if (this != wanted) {
        throw new IllegalStateException(
            "the next message is %s, not %s; use PipeEnd.%s"
                .formatted(words, wanted.words, reader));
      }
    }
  }

  static ByteBuffer putHeader(ByteBuffer out, Kind kind, int length) {
    return out.putInt(length).put((byte) kind.ordinal());
  }
}
