package dev.tutti.process.wire;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Lays frames one behind the other, so that many small ones leave in one write. For one thread. */
@SuppressWarnings("EnumOrdinal") // both sides are of one build, which the greeting checks
public final class FramePacker {
  private static final int FIRST_BYTES = 1 << 7;
  private static final int MOST_CHUNK_BYTES = 1 << 13;

  /** A payload of this size is not copied: it leaves as it is, behind its header. */
  private static final int LARGE_BYTES = 1 << 14;

  private static final int SMALL_PACK_BYTES = 1 << 10;

  private static final int ITEM_HEAD_BYTES = Long.BYTES + Integer.BYTES;
  private static final int PACK_HEAD_BYTES = Long.BYTES + Integer.BYTES + 1;

  private final List<ByteBuffer> full = new ArrayList<>();
  private ByteBuffer current = ByteBuffer.allocate(FIRST_BYTES);

  /** Makes an empty packer. */
  public FramePacker() {}

  /**
   * Adds the function of a call.
   *
   * @param body in which way it is called
   * @param loader the class loader that its caller's thread has
   * @param function its bytes; not to be changed from here on
   */
  public void call(int body, Frame.Loader loader, byte[] function) {
    ByteBuffer out = room(Frame.HEADER_BYTES + 2);
    Frame.put(out, Frame.Kind.CALL, 2 + function.length)
        .put((byte) body)
        .put((byte) loader.ordinal());
    payload(function);
  }

  /**
   * Adds the place of the large parts of what is added next.
   *
   * @param table where they are
   */
  public void parts(ByteBuffer table) {
    int length = table.remaining();
    Frame.put(room(Frame.HEADER_BYTES + length), Frame.Kind.PARTS, length).put(table);
  }

  /**
   * Adds an item.
   *
   * @param number its number
   * @param attempt which attempt it is, from 1
   * @param item its bytes; not to be changed from here on
   */
  public void item(long number, int attempt, byte[] item) {
    ByteBuffer out = room(Frame.HEADER_BYTES + ITEM_HEAD_BYTES);
    Frame.put(out, Frame.Kind.ITEM, ITEM_HEAD_BYTES + item.length).putLong(number).putInt(attempt);
    payload(item);
  }

  /**
   * Adds a pack.
   *
   * @param number the number of its first element
   * @param count how many elements it has
   * @param timed whether it is asked how long each of them runs
   * @param elements their bytes, one behind the other, each after its length in four bytes
   */
  public void pack(long number, int count, boolean timed, ByteBuffer elements) {
    int length = PACK_HEAD_BYTES + elements.remaining();
    ByteBuffer out = room(Frame.HEADER_BYTES + PACK_HEAD_BYTES);
    Frame.put(out, Frame.Kind.PACK, length)
        .putLong(number)
        .putInt(count)
        .put((byte) (timed ? 1 : 0));
    if (elements.remaining() < SMALL_PACK_BYTES) {
      room(elements.remaining()).put(elements);
    } else {
      next(0);
      full.add(elements);
    }
  }

  /**
   * Adds the end of a batch.
   *
   * @param batch its number
   */
  public void batchEnd(long batch) {
    ByteBuffer out = room(Frame.HEADER_BYTES + Long.BYTES);
    Frame.put(out, Frame.Kind.BATCH_END, Long.BYTES).putLong(batch);
  }

  private ByteBuffer room(int bytes) {
    if (current.remaining() < bytes) {
      next(bytes);
    }
    return current;
  }

  private void next(int bytes) {
    int chunk = bytes == 0 ? FIRST_BYTES : Math.min(MOST_CHUNK_BYTES, 2 * current.capacity());
    full.add(current.flip());
    current = ByteBuffer.allocate(Math.max(chunk, bytes));
  }

  private void payload(byte[] bytes) {
    if (bytes.length < LARGE_BYTES) {
      room(bytes.length).put(bytes);
    } else {
      next(0);
      full.add(ByteBuffer.wrap(bytes));
    }
  }

  /** {@return all frames, as pieces to be sent in this order} */
  public List<ByteBuffer> pack() {
    full.add(current.flip());
    return full;
  }
}
