package dev.tutti.actors;

import java.io.StreamCorruptedException;
import java.nio.ByteBuffer;

/**
 * What an actor, its owner and its callers in other processes say to each other. Each is one
 * message of a pipe, which knows how long it is.
 *
 * <pre>
 *   0      1             9              17     21
 *   +------+-------------+--------------+------+---------+
 *   | kind | number      | time-out, ns | slot | content |
 *   +------+-------------+--------------+------+---------+
 * </pre>
 *
 * @param kind what is said
 * @param number the number of the call that it is about; 0 if it is about none
 * @param timeoutNanos in what is sent to an owner, how long the call may run, in nanoseconds; 0 for
 *     ever
 * @param slot in what an owner sends to its actor, where the call's word is
 * @param content a function, a value or an exception, as the codec writes them
 */
record Message(Kind kind, long number, long timeoutNanos, int slot, ByteBuffer content) {
  private static final int HEAD_BYTES = 1 + 2 * Long.BYTES + Integer.BYTES;
  private static final byte[] NOTHING = {};

  /** What can be said. The order is part of the format. */
  enum Kind {
    /** To the actor: a function; the answer is its result. */
    CALL,
    /** To the actor: a function; the answer is only that it has ended. */
    TELL,
    /** To the owner: take the call back if it has not begun. */
    WITHDRAW,
    /**
     * To the owner: take the call back if it has not begun, interrupt it if it runs. To the actor:
     * interrupt it.
     */
    STOP,
    /** To the owner: who waits for room for the call does so no more. */
    LEAVE,
    /** From the actor: there it is, perhaps with its first checkpoint. */
    READY,
    /** From the actor: it cannot be made, and why. */
    NOT_READY,
    /** From the actor: the result of a call. */
    RESULT,
    /** From the actor: what a call has thrown. */
    FAILURE,
    /** From the actor: a call that has not begun, and will not. */
    TAKEN_BACK,
    /** From the owner: first of all; with the number 1 if callers are to wait for the next two. */
    WELCOME,
    /** From the owner: the call is in the mailbox. */
    ENTERED,
    /** From the owner: the call is not taken, and why. */
    REFUSED,
    /** From the actor: a copy of its state. */
    CHECKPOINT,
    /** From the actor: its state cannot be copied, and why. */
    NO_CHECKPOINT;

    private static final Kind[] ALL = values();
  }

  static byte[] of(Kind kind, long number) {
    return of(kind, number, 0, 0, NOTHING);
  }

  static byte[] of(Kind kind, long number, byte[] content) {
    return of(kind, number, 0, 0, content);
  }

  /** {@return a call, for the owner of the actor} */
  static byte[] toOwner(Kind kind, long number, long timeoutNanos, byte[] function) {
    return of(kind, number, timeoutNanos, 0, function);
  }

  /** {@return a call, for the actor, whose owner keeps the time} */
  static byte[] toActor(Kind kind, long number, int slot, byte[] function) {
    return of(kind, number, 0, slot, function);
  }

  @SuppressWarnings("EnumOrdinal") // both sides are of one build, which their handshakes check
  private static byte[] of(Kind kind, long number, long timeoutNanos, int slot, byte[] content) {
    return ByteBuffer.allocate(HEAD_BYTES + content.length)
        .put((byte) kind.ordinal())
        .putLong(number)
        .putLong(timeoutNanos)
        .putInt(slot)
        .put(content)
        .array();
  }

  static Message parse(byte[] bytes) throws StreamCorruptedException {
    ByteBuffer from = ByteBuffer.wrap(bytes);
    if (from.remaining() < HEAD_BYTES) {
      throw new StreamCorruptedException("message is too short: bytes=" + bytes.length);
    }
    int kind = from.get();
    long number = from.getLong();
    long timeoutNanos = from.getLong();
    int slot = from.getInt();
    if (kind < 0 || kind >= Kind.ALL.length || timeoutNanos < 0 || slot < 0) {
      throw new StreamCorruptedException(
          "message makes no sense: kind=%d timeoutNanos=%d slot=%d"
              .formatted(kind, timeoutNanos, slot));
    }
    return new Message(Kind.ALL[kind], number, timeoutNanos, slot, from.slice());
  }

  byte[] contentBytes() {
    byte[] bytes = new byte[content.remaining()];
    content.duplicate().get(bytes);
    return bytes;
  }
}
