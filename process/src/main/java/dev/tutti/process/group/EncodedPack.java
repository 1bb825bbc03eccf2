package dev.tutti.process.group;

import dev.tutti.codec.Codec;
import dev.tutti.codec.Role;
import dev.tutti.process.wire.Frame;
import dev.tutti.spi.Item;
import dev.tutti.spi.PackForm;
import dev.tutti.task.NotSendableException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The elements of a pack as they go to a worker: one behind the other, each after its length.
 *
 * @param bytes all of them, and perhaps others
 * @param begins where each begins, and where the last ends
 * @param first the first of this pack among them
 * @param end the one behind its last
 */
@SuppressWarnings("ArrayRecordComponent") // it is never compared
record EncodedPack(byte[] bytes, int[] begins, int first, int end) implements PackForm {
  private static final int USUAL_BYTES = 10; // of a number, with its length
  private static final int MOST_QUICK_BYTES = Integer.BYTES + Codec.MOST_QUICK_BYTES;
  private static final long MOST_BYTES = Frame.MAX_PAYLOAD_BYTES / 2;

  /**
   * Writes the elements of a pack.
   *
   * @throws NotSendableException if one of them cannot travel, or not with the others
   */
  @SuppressWarnings("ByteBufferBackingArray") // all of them are made here, around whole arrays
  static EncodedPack of(Item pack) {
    int count = pack.count();
    int[] begins = new int[count + 1];
    ByteBuffer out = ByteBuffer.wrap(new byte[count * USUAL_BYTES + MOST_QUICK_BYTES]);
    for (int i = 0; i < count; i++) {
      Object element = pack.argument(i);
      out = withRoom(out, MOST_QUICK_BYTES);
      int begin = out.position() + Integer.BYTES;
      if (Codec.encodeQuickly(element, out.position(begin))) {
        out.putInt(begin - Integer.BYTES, out.position() - begin);
      } else {
        byte[] bytes = Codec.encode(element, Role.ITEM);
        out = withRoom(out.position(begin - Integer.BYTES), Integer.BYTES + bytes.length);
        out.putInt(bytes.length).put(bytes);
      }
      begins[i + 1] = out.position();
    }
    return new EncodedPack(out.array(), begins, 0, count);
  }

  private static ByteBuffer withRoom(ByteBuffer out, int bytes) {
    if (out.remaining() >= bytes) {
      return out;
    }
    long needed = 2L * out.capacity() + bytes;
    if (needed > MOST_BYTES) {
      throw new NotSendableException("items are too large for a pack: bytes=" + needed, null);
    }
    return ByteBuffer.wrap(new byte[(int) needed]).put(out.flip());
  }

  /** {@return the elements as they are sent} */
  ByteBuffer toSend() {
    return ByteBuffer.wrap(bytes, begins[first], begins[end] - begins[first]);
  }

  @Override
  public Object part(int from, int to) {
    if (to - from > 1) {
      return new EncodedPack(bytes, begins, first + from, first + to);
    }
    return Arrays.copyOfRange(
        bytes, begins[first + from] + Integer.BYTES, begins[first + from + 1]);
  }

  @Override
  public long bytes(int from, int to) {
    return (long) begins[first + to] - begins[first + from];
  }
}
