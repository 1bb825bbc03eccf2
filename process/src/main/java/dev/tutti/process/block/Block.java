package dev.tutti.process.block;

import dev.tutti.memory.segment.Segment;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A piece of shared memory that is filled, read by another process, and filled again.
 *
 * <pre>
 *   0      8           64
 *   +------+-----------+------------- ... --+
 *   | turn | (padding) | the parts          |
 *   +------+-----------+------------- ... --+
 *
 *   turn: which filling of the block it is; 0 once its reader has given it back, -1 if it never will
 * </pre>
 */
final class Block {
  /*
   * A turn has one owner after the other:
   *
   *   free      -> filling    Blocks.lend(), under its lock, which puts the next number into `turn`: it is the borrower's alone
   *   filling   -> readable   Blocks.filled(), by the borrower; then it tells the reader, by a frame with that number
   *   readable  -> free       Blocks.giveBack(), by who knows that nobody will read; or the reader has put 0 into `turn`, by
   *                           compare-and-set from the number that it was told, and Blocks.collect() has found that
   *
   *   readable  -> closed     the reader has put -1 into `turn`, in the same way: some thread of it may read for ever. collect()
   *                           closes the block here, and the reader keeps the memory as long as it maps it
   *
   * Numbers go up, so a reader that comes late, or twice, gives back nothing. What the borrower wrote is read after the frame that
   * tells of it. What the reader read is before its 0, which collect() reads before the next filling; both are volatile.
   */
  static final int HEADER_BYTES = 64;

  private static final long GIVEN_BACK = 0;
  private static final long ABANDONED = -1;

  /** So much is mapped by the kernel at a read, as it comes configured; at a write, one page. */
  private static final long MAPPED_AT_ONCE = 1 << 16;

  private static final VarHandle LONG =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private final Segment segment;
  private final ByteBuffer header;
  private final long serial;

  // Guarded by the lock of its Blocks.
  private long turn;
  boolean filling;
  long idleSinceNanos;

  Block(Segment segment, long serial) {
    this.segment = segment;
    this.header = header(segment.memory());
    this.serial = serial;
    touch(segment.memory());
  }

  /** Reads here and there, so that the first copy need not wait for the kernel at each page. */
  private static void touch(MemorySegment memory) {
    for (long at = 0; at < memory.byteSize(); at += MAPPED_AT_ONCE) {
      memory.get(ValueLayout.JAVA_BYTE, at);
    }
  }

  static ByteBuffer header(MemorySegment block) {
    return block.asSlice(0, HEADER_BYTES).asByteBuffer();
  }

  /** The reader has copied what it was told of, and does not look here again. */
  static void giveBack(ByteBuffer header, long turn) {
    LONG.compareAndSet(header, 0, turn, GIVEN_BACK);
  }

  /** The reader may look here for ever. */
  static void abandon(ByteBuffer header, long turn) {
    LONG.compareAndSet(header, 0, turn, ABANDONED);
  }

  /** {@return how many bytes of parts it has room for} */
  long room() {
    return segment.memory().byteSize() - HEADER_BYTES;
  }

  /** {@return the place of the parts} */
  MemorySegment parts() {
    return segment.memory().asSlice(HEADER_BYTES);
  }

  /** It is lent. */
  void begin() {
    turn++;
    filling = true;
    LONG.setVolatile(header, 0, turn);
  }

  /** {@return how a reader finds the parts that it has been filled with} */
  PartsTable table(long[] lengths) {
    Segment.Handle handle = segment.handle();
    return new PartsTable(serial, turn, handle.descriptor(), handle.bytes(), lengths);
  }

  /** {@return whether the reader has given back what it was told of} */
  boolean isGivenBack() {
    return (long) LONG.getVolatile(header, 0) == GIVEN_BACK;
  }

  /** {@return whether the reader will never give back what it was told of} */
  boolean isAbandoned() {
    return (long) LONG.getVolatile(header, 0) == ABANDONED;
  }

  void close() throws IOException {
    segment.close();
  }
}
