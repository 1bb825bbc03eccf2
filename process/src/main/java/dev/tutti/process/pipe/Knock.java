package dev.tutti.process.pipe;

import java.io.IOException;
import java.io.StreamCorruptedException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.UUID;

/**
 * The first words of a process that takes a side of a pipe. The answer is one byte, whether it has
 * it, and the process id of who has it.
 *
 * <pre>
 *   0       4         8         24     25      33
 *   +-------+---------+---------+------+-------+
 *   | magic | version | pipe    | side |  pid  |
 *   +-------+---------+---------+------+-------+
 * </pre>
 *
 * @param pipe which pipe
 * @param side which side of it
 * @param pid who knocks
 */
record Knock(UUID pipe, int side, long pid) {
  static final int BYTES = 2 * Integer.BYTES + 2 * Long.BYTES + 1 + Long.BYTES;
  static final int ANSWER_BYTES = 1 + Long.BYTES;

  /** What is said to who knocks. */
  enum Answer {
    /** The side is yours. */
    WELCOME,
    /** Another process has it. */
    TAKEN,
    /** It is closed, or there is no such pipe. */
    CLOSED;

    private static final Answer[] ALL = values();

    /** A few bytes, for which a new socket has room. */
    @SuppressWarnings("EnumOrdinal") // the version has been checked
    void say(SocketChannel socket, long pid) throws IOException {
      ByteBuffer bytes =
          ByteBuffer.allocate(ANSWER_BYTES).put((byte) ordinal()).putLong(pid).flip();
      int written = socket.write(bytes);
      if (written != ANSWER_BYTES) {
        throw new IOException("a new socket has no room: bytes=" + written);
      }
    }

    static Answer of(byte code) throws StreamCorruptedException {
      if (code < 0 || code >= ALL.length) {
        throw new StreamCorruptedException("unknown answer to a knock: answer=" + code);
      }
      return ALL[code];
    }
  }

  ByteBuffer toBytes() {
    return ByteBuffer.allocate(BYTES)
        .putInt(Message.MAGIC)
        .putInt(Message.VERSION)
        .putLong(pipe.getMostSignificantBits())
        .putLong(pipe.getLeastSignificantBits())
        .put((byte) side)
        .putLong(pid)
        .flip();
  }

  static Knock read(ByteBuffer in) throws IOException {
    ensureSpeaksThis(in);
    UUID pipe = new UUID(in.getLong(), in.getLong());
    int side = in.get();
    if (side < 0 || side > 1) {
      throw new StreamCorruptedException("a pipe has no such side: side=" + side);
    }
    return new Knock(pipe, side, in.getLong());
  }

  static void ensureSpeaksThis(ByteBuffer in) throws StreamCorruptedException {
    int magic = in.getInt();
    int version = in.getInt();
    if (magic != Message.MAGIC) {
      throw new StreamCorruptedException(
          "who is there is no pipe of Tutti: first=%08x expected=%08x"
              .formatted(magic, Message.MAGIC));
    }
    if (version != Message.VERSION) {
      throw new StreamCorruptedException(
          "the other side speaks another version of pipes: version=%d expected=%d"
              .formatted(version, Message.VERSION));
    }
  }
}
