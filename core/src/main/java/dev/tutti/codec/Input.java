package dev.tutti.codec;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * Reads what {@link Output} has put. Nobody has to be believed: a length is compared with what is
 * left before anything is made of it.
 */
abstract sealed class Input permits CompactReader {
  private static final VarHandle SHORTS = view(short[].class);
  private static final VarHandle CHARS = view(char[].class);
  private static final VarHandle INTS = view(int[].class);
  private static final VarHandle LONGS = view(long[].class);

  private static final int MOST_SHIFT = 28; // of the fifth and last byte of a count

  private final byte[] bytes;
  private final int begin;
  private final int end;
  private int at;

  /**
   * @param source what is read to its end; its position is left where it is
   */
  Input(ByteBuffer source) {
    if (source.hasArray()) {
      bytes = source.array();
      begin = source.arrayOffset() + source.position();
    } else {
      bytes = new byte[source.remaining()];
      source.get(source.position(), bytes);
      begin = 0;
    }
    at = begin;
    end = begin + source.remaining();
  }

  private static VarHandle view(Class<?> numbers) {
    return MethodHandles.byteArrayViewVarHandle(numbers, LITTLE_ENDIAN);
  }

  final int bytesRead() {
    return at - begin;
  }

  final int bytesLeft() {
    return end - at;
  }

  /** Before something is made for what is to come. */
  final void ensureLeft(int count, int size) throws DecodeException {
    if ((long) count * size > bytesLeft()) {
      throw new DecodeException(
          "arrays claim more elements than can have come: length=%d bytes=%d"
              .formatted(count, bytesLeft()),
          null);
    }
  }

  /** Takes bytes: {@return where they begin}. */
  private int take(long size) throws DecodeException {
    int i = at;
    if (size > end - i) {
      throw new DecodeException(
          "value ends too early: wanted=%d left=%d".formatted(size, end - i), null);
    }
    at = (int) (i + size);
    return i;
  }

  final byte takeByte() throws DecodeException {
    return bytes[take(1)];
  }

  final boolean takeBoolean() throws DecodeException {
    return takeByte() != 0;
  }

  final short takeShort() throws DecodeException {
    return (short) SHORTS.get(bytes, take(Short.BYTES));
  }

  final char takeChar() throws DecodeException {
    return (char) CHARS.get(bytes, take(Character.BYTES));
  }

  final int takeInt() throws DecodeException {
    return (int) INTS.get(bytes, take(Integer.BYTES));
  }

  final long takeLong() throws DecodeException {
    return (long) LONGS.get(bytes, take(Long.BYTES));
  }

  final float takeFloat() throws DecodeException {
    return Float.intBitsToFloat(takeInt());
  }

  final double takeDouble() throws DecodeException {
    return Double.longBitsToDouble(takeLong());
  }

  /** Takes a number from 0 on. */
  final int takeCount() throws DecodeException {
    byte first = takeByte();
    return first >= 0 ? first : takeRest(first & 0x7f);
  }

  private int takeRest(int lowest) throws DecodeException {
    int count = lowest;
    for (int shift = 7; ; shift += 7) {
      byte next = takeByte();
      count |= (next & 0x7f) << shift;
      if (next >= 0) {
        if (count < 0 || (shift == MOST_SHIFT && next > 7)) {
          break;
        }
        return count;
      }
      if (shift == MOST_SHIFT) {
        break;
      }
    }
    throw new DecodeException("count is none: at=" + bytesRead(), null);
  }

  /**
   * {@return the next two bytes, the first one lowest; negative if there are not two, or one takes
   * more than seven bits}
   */
  final int nextSmallPair() {
    if (end - at < 2) {
      return -1;
    }
    int first = bytes[at];
    int second = bytes[at + 1];
    return (first | second) < 0 ? -1 : second << 8 | first;
  }

  /** Takes what {@link #nextSmallPair} has shown. */
  final void takeSmallPair() {
    at += 2;
  }

  final byte[] takeBytes(int count) throws DecodeException {
    ensureLeft(count, 1);
    int i = take(count);
    byte[] taken = new byte[count];
    System.arraycopy(bytes, i, taken, 0, count);
    return taken;
  }

  /** Takes text of one byte a character. */
  final String takeText() throws DecodeException {
    int count = takeCount();
    return new String(bytes, take(count), count, ISO_8859_1);
  }

  /** Takes text of two bytes a character; not by a charset, which would replace half a pair. */
  final String takeText16() throws DecodeException {
    int count = takeCount();
    return slice(count, Character.BYTES).asCharBuffer().toString();
  }

  /** Takes the name of a class, and finds the class. */
  final Class<?> takeClass(int mark, ClassLoader loader)
      throws DecodeException, ClassNotFoundException {
    int length = takeCount();
    return ClassNames.find(bytes, take(length), length, mark, loader);
  }

  /** Takes numbers. */
  final ByteBuffer slice(int count, int size) throws DecodeException {
    long length = (long) count * size;
    int i = take(length);
    return ByteBuffer.wrap(bytes, i, (int) length).order(LITTLE_ENDIAN);
  }
}
