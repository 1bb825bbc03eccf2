package dev.tutti.origin;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;

/**
 * What a process asks about a loader that it has not.
 *
 * <pre>
 *   +----------+--------+------------------+
 *   | kind (1) | id (8) | name (the rest)  |
 *   +----------+--------+------------------+
 * </pre>
 *
 * @param kind what is asked for
 * @param id the number of the loader
 * @param name a class's name, or a resource's
 */
@SuppressWarnings("EnumOrdinal") // both sides are of one build, which their greeting checks
record Question(Kind kind, long id, String name) {
  private static final int HEAD_BYTES = 1 + Long.BYTES;

  enum Kind {
    /** Which class does the loader find by this name? */
    CLASS,
    /** The same, with the bytes of no other class. */
    CLASS_ALONE,
    /** What does the loader find first by this name? */
    RESOURCE,
    /** What does the loader find by this name? */
    RESOURCES
  }

  ByteBuffer toBytes() {
    byte[] text = name.getBytes(UTF_8);
    return ByteBuffer.allocate(HEAD_BYTES + text.length)
        .put((byte) kind.ordinal())
        .putLong(id)
        .put(text)
        .flip();
  }

  /** {@return the question in some bytes, which are read to their end} */
  static Question of(ByteBuffer bytes) {
    Kind[] kinds = Kind.values();
    if (bytes.remaining() < HEAD_BYTES || bytes.get(bytes.position()) < 0) {
      throw new IllegalArgumentException("no question: bytes=" + bytes.remaining());
    }
    int kind = bytes.get();
    if (kind >= kinds.length) {
      throw new IllegalArgumentException("unknown kind of question: kind=" + kind);
    }
    long id = bytes.getLong();
    return new Question(kinds[kind], id, UTF_8.decode(bytes).toString());
  }
}
