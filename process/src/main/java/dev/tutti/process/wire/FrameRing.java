package dev.tutti.process.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Bytes on their way from one process to another, in memory that both map. What was written stays
 * there to be read when the writer has died.
 *
 * <pre>
 *   0      8           64     72          128     136         192
 *   +------+-----------+------+-----------+-------+-----------+-------- ... --------+
 *   | tail | (padding) | head | (padding) | sleep | (padding) | bytes, 2^18 of them |
 *   +------+-----------+------+-----------+-------+-----------+-------- ... --------+
 *
 *   tail, head: how many bytes were ever written, read      sleep: whether the reader is awake
 * </pre>
 *
 * <p><b>Thread safety.</b> One thread at a time writes, one reads.
 */
@SuppressWarnings("EnumOrdinal") // both sides are of one build, which the header's version checks
public final class FrameRing {
  /*
   * `tail` is the writer's, `head` the reader's; each keeps its own count besides, never reads it back, and refuses
   * one of the other's that cannot be. So the other process can damage what it writes and reads itself, and nothing else. A write is seen whole or not at all: the bytes are written before
   * `tail` (volatile), and read after it.
   *
   * No wake-up is lost:
   *
   *   writer:   (1) tail = ..         (2) looks at sleep; if the reader sleeps: sleep = AWAKE, and rings
   *   reader:   (3) sleep = ASLEEP    (4) looks at tail; if there is nothing: sleeps
   *
   * All four are volatile, so in their one order either (4) comes after (1), or (2) comes after (3). put() writes the tail in a
   * weaker way, which is enough for who reads it; its caller compares and sets something before (2), which is as good.
   */

  /** How the reader is. */
  public enum Sleep {
    /** It looks by itself. */
    AWAKE,
    /** It wants to be woken by whatever is written. */
    ASLEEP,
    /** It looks again soon, and wants to be woken only when it could be late. */
    NAPPING
  }

  private static final int CAPACITY = 1 << 18;
  private static final int LINE_BYTES = 64;
  private static final int TAIL_AT = 0;
  private static final int HEAD_AT = TAIL_AT + LINE_BYTES;
  private static final int SLEEP_AT = HEAD_AT + LINE_BYTES;
  private static final int BYTES_AT = SLEEP_AT + LINE_BYTES;
  private static final VarHandle LONG =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

  /** The size of a ring in memory. */
  static final int BYTES = BYTES_AT + CAPACITY;

  private final ByteBuffer memory;
  private final ByteBuffer bytes;
  private long written; // the writer's
  private long knownHead; // the writer's
  private long read; // the reader's

  FrameRing(ByteBuffer memory) {
    this.memory = memory;
    this.bytes = memory.slice(BYTES_AT, CAPACITY);
  }

  // ---------------------------------------------------------------- the writer

  /**
   * Writes all of the pieces, or nothing where there is no room.
   *
   * @param pieces what to write; all of it is taken
   * @param reserve how many bytes are to stay free
   * @return whether it was written
   * @throws WireException if the other process has damaged the ring
   */
  boolean offer(List<ByteBuffer> pieces, int reserve) throws WireException {
    if (!hasRoom(total(pieces, reserve))) {
      return false;
    }
    for (ByteBuffer piece : pieces) {
      put(piece);
    }
    LONG.setVolatile(memory, TAIL_AT, written); // (1)
    return true;
  }

  /**
   * Writes a piece, or nothing where there is no room. Before it looks whether the reader
   * {@linkplain #isAwake is awake}, the caller compares and sets something.
   *
   * @param piece what to write; all of it is taken
   * @param reserve how many bytes are to stay free
   * @return whether it was written
   * @throws WireException if the other process has damaged the ring
   */
  boolean put(ByteBuffer piece, int reserve) throws WireException {
    if (!hasRoom((long) piece.remaining() + reserve)) {
      return false;
    }
    put(piece);
    LONG.setRelease(memory, TAIL_AT, written); // (1)
    return true;
  }

  private boolean hasRoom(long total) throws WireException {
    if (total <= CAPACITY - (written - knownHead)) {
      return true;
    }
    knownHead = (long) LONG.getAcquire(memory, HEAD_AT); // pairs with take()
    long unread = written - knownHead;
    if (unread < 0 || unread > CAPACITY) {
      throw damaged(unread);
    }
    return total <= CAPACITY - unread;
  }

  private static WireException damaged(long bytes) {
    return new WireException("ring is damaged: bytes=%d most=%d".formatted(bytes, CAPACITY));
  }

  private void put(ByteBuffer piece) {
    int length = piece.remaining();
    int at = (int) (written & (CAPACITY - 1));
    int first = Math.min(length, CAPACITY - at);
    bytes.put(at, piece, piece.position(), first);
    bytes.put(0, piece, piece.position() + first, length - first);
    piece.position(piece.limit());
    written += length;
  }

  /**
   * {@return whether all of the pieces fit into an empty ring}
   *
   * @param pieces what is to be written
   * @param reserve how many bytes are to stay free
   */
  static boolean canHold(List<ByteBuffer> pieces, int reserve) {
    return total(pieces, reserve) <= CAPACITY;
  }

  private static long total(List<ByteBuffer> pieces, int reserve) {
    long total = reserve;
    for (ByteBuffer piece : pieces) {
      total += piece.remaining();
    }
    return total;
  }

  /** {@return whether the reader has read everything} */
  boolean isDrained() {
    return (long) LONG.getAcquire(memory, HEAD_AT) == written;
  }

  private boolean isHalfFull() {
    knownHead = (long) LONG.getAcquire(memory, HEAD_AT);
    return written - knownHead > CAPACITY / 2;
  }

  /** {@return whether the reader looks by itself} */
  boolean isAwake() {
    return (long) LONG.getVolatile(memory, SLEEP_AT) == Sleep.AWAKE.ordinal(); // (2)
  }

  /**
   * Looks whether the reader has to be woken, after something was written.
   *
   * @param isLast whether nothing more is to be written soon
   * @return whether the caller, and nobody else, is to ring
   */
  boolean mustRing(boolean isLast) {
    long sleep = (long) LONG.getVolatile(memory, SLEEP_AT); // (2)
    return sleep != Sleep.AWAKE.ordinal()
        && (isLast ? !isDrained() : sleep == Sleep.ASLEEP.ordinal() || isHalfFull())
        && LONG.compareAndSet(memory, SLEEP_AT, sleep, (long) Sleep.AWAKE.ordinal());
  }

  // ---------------------------------------------------------------- the reader

  /** {@return whether there is something to read} */
  boolean hasMore() {
    return (long) LONG.getVolatile(memory, TAIL_AT) != read; // (4)
  }

  /**
   * Reads what is there and fits.
   *
   * @param into where to
   * @return how many bytes
   * @throws WireException if the other process has damaged the ring
   */
  int take(ByteBuffer into) throws WireException {
    long there = (long) LONG.getAcquire(memory, TAIL_AT) - read;
    if (there < 0 || there > CAPACITY) {
      throw damaged(there);
    }
    int length = (int) Math.min(there, into.remaining());
    int at = (int) (read & (CAPACITY - 1));
    int first = Math.min(length, CAPACITY - at);
    into.put(into.position(), bytes, at, first);
    into.put(into.position() + first, bytes, 0, length - first);
    into.position(into.position() + length);
    read += length;
    LONG.setRelease(memory, HEAD_AT, read); // pairs with offer()
    return length;
  }

  /** Says how the reader is from now on; after it, the reader looks again. */
  void sleep(Sleep how) {
    LONG.setVolatile(memory, SLEEP_AT, (long) how.ordinal()); // (3)
  }
}
