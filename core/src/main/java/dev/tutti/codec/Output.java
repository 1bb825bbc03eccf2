package dev.tutti.codec;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Bytes that grow as something is put behind them. Numbers are little-endian. */
abstract sealed class Output permits CompactWriter, Numbers.Alone {
  private static final VarHandle SHORTS = view(short[].class);
  private static final VarHandle CHARS = view(char[].class);
  private static final VarHandle INTS = view(int[].class);
  private static final VarHandle LONGS = view(long[].class);

  static final int MOST = Integer.MAX_VALUE - 8;

  /** So many characters are copied one by one; fewer than a count of two bytes begins with. */
  static final int MOST_SHORT = 40;

  private byte[] bytes;
  private int at;

  /**
   * @param firstRoom how many bytes have room before it grows; if it is exactly what will be put,
   *     nothing is copied
   */
  Output(int firstRoom) {
    this.bytes = new byte[firstRoom];
  }

  private static VarHandle view(Class<?> numbers) {
    return MethodHandles.byteArrayViewVarHandle(numbers, LITTLE_ENDIAN);
  }

  /** What was put, from the first byte on; nothing may be put any more. */
  final byte[] toBytes() {
    return at == bytes.length ? bytes : Arrays.copyOf(bytes, at);
  }

  /** Makes room and takes it: {@return where it begins}. */
  private int room(long size) {
    int begin = at;
    long end = begin + size;
    if (end > bytes.length) {
      if (end > MOST) {
        throw CompactWriter.GIVES_UP;
      }
      bytes = Arrays.copyOf(bytes, (int) Math.max(end, Math.min(MOST, bytes.length * 2L)));
    }
    at = (int) end;
    return begin;
  }

  /** A hint that at least so many bytes follow. */
  final void expect(long size) {
    int was = at;
    room(size);
    at = was;
  }

  final void putByte(byte value) {
    int i = room(1);
    bytes[i] = value;
  }

  /** Replaces a byte that was put. */
  final void setByte(int index, byte value) {
    bytes[index] = value;
  }

  final void putBoolean(boolean value) {
    putByte((byte) (value ? 1 : 0));
  }

  final void putShort(short value) {
    int i = room(Short.BYTES);
    SHORTS.set(bytes, i, value);
  }

  final void putChar(char value) {
    int i = room(Character.BYTES);
    CHARS.set(bytes, i, value);
  }

  final void putInt(int value) {
    int i = room(Integer.BYTES);
    INTS.set(bytes, i, value);
  }

  final void putLong(long value) {
    int i = room(Long.BYTES);
    LONGS.set(bytes, i, value);
  }

  final void putFloat(float value) {
    putInt(Float.floatToRawIntBits(value));
  }

  final void putDouble(double value) {
    putLong(Double.doubleToRawLongBits(value));
  }

  /** Puts a number from 0 on in one to five bytes, seven bits each, the lowest first. */
  final void putCount(int count) {
    int rest = count;
    while (rest > 0x7f) {
      putByte((byte) (rest | 0x80));
      rest >>>= 7;
    }
    putByte((byte) rest);
  }

  /** {@return how many bytes {@link #putCount} takes} */
  static int countBytes(int count) {
    return (38 - Integer.numberOfLeadingZeros(count | 1)) / 7;
  }

  /** Puts a tag and two counts, which mostly take a byte each. */
  final void putSmall(byte tag, int one, int two) {
    if (one <= 0x7f && two <= 0x7f) {
      int i = room(3);
      byte[] to = bytes;
      to[i] = tag;
      to[i + 1] = (byte) one;
      to[i + 2] = (byte) two;
    } else {
      putByte(tag);
      putCount(one);
      putCount(two);
    }
  }

  final void putBytes(byte[] value) {
    int i = room(value.length);
    System.arraycopy(value, 0, bytes, i, value.length);
  }

  /** Puts a tag, the number of characters, and one byte for each if that is enough, else two. */
  final void putText(String s) {
    int begin = at;
    int length = s.length();
    if (length <= MOST_SHORT ? putShortText(s, length) : putLongText(s, length)) {
      return;
    }
    at = begin;
    putByte(Kind.TEXT_16.tag());
    putCount(length);
    slice(length, Character.BYTES).asCharBuffer().put(s);
  }

  private boolean putShortText(String s, int length) {
    int begin = room(2 + length);
    byte[] to = bytes;
    to[begin] = Kind.TEXT.tag();
    to[begin + 1] = (byte) length;
    int all = 0;
    for (int i = 0; i < length; i++) {
      char c = s.charAt(i);
      to[begin + 2 + i] = (byte) c;
      all |= c;
    }
    return all <= 0xff;
  }

  /** Copies the lower bytes, and looks whether that was all: both are done many bytes at once. */
  @SuppressWarnings("deprecation") // for what it does, which is what is wanted here
  private boolean putLongText(String s, int length) {
    putByte(Kind.TEXT.tag());
    putCount(length);
    int begin = room(length);
    s.getBytes(0, length, bytes, begin);
    return s.equals(new String(bytes, begin, length, ISO_8859_1));
  }

  /** {@return room for numbers} */
  final ByteBuffer slice(int count, int size) {
    long length = (long) count * size;
    int i = room(length);
    return ByteBuffer.wrap(bytes, i, (int) length).order(LITTLE_ENDIAN);
  }
}
