package dev.tutti.codec;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;

/** What can be a large part of a value, and the copying of it into memory and out of it. */
final class Large {
  /** Truth values are copied by way of so many bytes: no segment can be made of their arrays. */
  private static final int CHUNK = 1 << 15;

  private Large() {}

  // No switch over types here: its first use costs a JVM that starts some milliseconds.

  /** {@return how many bytes it has as a part; 0 if it cannot be one} */
  static long bytesOf(Object value) {
    if (value instanceof ByteBuffer b) {
      return b.limit();
    }
    if (value instanceof MemorySegment s) {
      return s.byteSize();
    }
    Class<?> element = value.getClass().getComponentType();
    return element != null && element.isPrimitive()
        ? (long) Array.getLength(value) * sizeOf(kindOf(value))
        : 0;
  }

  /** {@return the kind of an array of numbers} */
  static Kind kindOf(Object array) {
    return Shape.of(array.getClass()).kind();
  }

  private static int sizeOf(Kind kind) {
    return switch (kind) {
      case DOUBLES, LONGS -> Long.BYTES;
      case INTS, FLOATS -> Integer.BYTES;
      case SHORTS, CHARS -> Short.BYTES;
      default -> 1;
    };
  }

  static void copy(Object value, MemorySegment to) {
    if (value instanceof boolean[] a) {
      copy(a, to);
    } else {
      to.copyFrom(segmentOf(value));
    }
  }

  /** {@return an object's bytes, not a copy of them} Of a buffer, those below its limit. */
  private static MemorySegment segmentOf(Object value) {
    return switch (value) {
      case byte[] a -> MemorySegment.ofArray(a);
      case double[] a -> MemorySegment.ofArray(a);
      case int[] a -> MemorySegment.ofArray(a);
      case long[] a -> MemorySegment.ofArray(a);
      case float[] a -> MemorySegment.ofArray(a);
      case short[] a -> MemorySegment.ofArray(a);
      case char[] a -> MemorySegment.ofArray(a);
      case ByteBuffer b -> MemorySegment.ofBuffer(b.duplicate().rewind());
      case MemorySegment s -> s;
      default -> throw new AssertionError("is no part: " + value.getClass());
    };
  }

  private static void copy(boolean[] from, MemorySegment to) {
    byte[] chunk = new byte[CHUNK];
    for (long at = 0;
        at < from.length;
        at += CHUNK) { // an int would overflow behind the last chunk
      int begin = (int) at;
      int length = Math.min(CHUNK, from.length - begin);
      for (int i = 0; i < length; i++) {
        chunk[i] = from[begin + i] ? (byte) 1 : 0;
      }
      MemorySegment.copy(chunk, 0, to, ValueLayout.JAVA_BYTE, at, length);
    }
  }

  /**
   * {@return an array that holds what a part holds}
   *
   * @param kind of which kind
   * @throws DecodeException if the part has not the length of such an array
   */
  static Object array(Kind kind, MemorySegment part) throws DecodeException {
    try {
      return switch (kind) {
        case BYTES -> part.toArray(ValueLayout.JAVA_BYTE);
        case DOUBLES -> part.toArray(ValueLayout.JAVA_DOUBLE_UNALIGNED);
        case INTS -> part.toArray(ValueLayout.JAVA_INT_UNALIGNED);
        case LONGS -> part.toArray(ValueLayout.JAVA_LONG_UNALIGNED);
        case FLOATS -> part.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
        case SHORTS -> part.toArray(ValueLayout.JAVA_SHORT_UNALIGNED);
        case CHARS -> part.toArray(ValueLayout.JAVA_CHAR_UNALIGNED);
        case BOOLEANS -> booleans(part);
        default -> throw new DecodeException("holds no numbers: kind=" + kind, null);
      };
    } catch (IllegalStateException e) { // what toArray says of a length that does not fit
      throw new DecodeException("large part has a wrong length: " + e.getMessage(), e);
    }
  }

  private static boolean[] booleans(MemorySegment part) {
    if (part.byteSize() > Integer.MAX_VALUE) {
      throw new IllegalStateException("bytes=" + part.byteSize());
    }
    boolean[] to = new boolean[(int) part.byteSize()];
    byte[] chunk = new byte[CHUNK];
    for (long at = 0; at < to.length; at += CHUNK) { // as above
      int begin = (int) at;
      int length = Math.min(CHUNK, to.length - begin);
      MemorySegment.copy(part, ValueLayout.JAVA_BYTE, at, chunk, 0, length);
      for (int i = 0; i < length; i++) {
        to[begin + i] = chunk[i] != 0;
      }
    }
    return to;
  }

  /** {@return how many elements an array of a kind has that holds what a part holds} */
  static int lengthOf(Kind kind, MemorySegment part) {
    return (int) Math.min(Integer.MAX_VALUE, part.byteSize() / sizeOf(kind));
  }
}
