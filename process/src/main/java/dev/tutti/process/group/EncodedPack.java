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
  private static final int USUAL_BYTES = 16;
  private static final long MOST_BYTES = Frame.MAX_PAYLOAD_BYTES / 2;

  /**
   * Writes the elements of a pack.
   *
   * @throws NotSendableException if one of them cannot travel, or not with the others
   */
  static EncodedPack of(Item pack) {
    int count = pack.count();
    int[] begins = new int[count + 1];
    byte[] all = new byte[count * USUAL_BYTES];
    ByteBuffer out = ByteBuffer.wrap(all);
    for (int i = 0; i < count; i++) {
      byte[] element = Codec.encode(pack.argument(i), Role.ITEM);
      if (out.remaining() < Integer.BYTES + element.length) {
        all = Arrays.copyOf(all, capacity(all.length, element.length));
        out = ByteBuffer.wrap(all).position(begins[i]);
      }
      out.putInt(element.length).put(element);
      begins[i + 1] = out.position();
    }
    return new EncodedPack(all, begins, 0, count);
  }

  private static int capacity(int now, int element) {
    long needed = 2L * now + Integer.BYTES + element;
    if (needed > MOST_BYTES) {
      throw new NotSendableException("items are too large for a pack: bytes=" + needed, null);
    }
    return (int) needed;
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
