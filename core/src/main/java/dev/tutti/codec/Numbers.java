package dev.tutti.codec;

import java.lang.reflect.Array;
import org.jspecify.annotations.Nullable;

/** Arrays of numbers in the compact form: a count, and the elements one behind the other. */
final class Numbers {
  private static final int HEAD_BYTES = 3;

  private Numbers() {}

  /** {@return whether it is an array of numbers} */
  static boolean has(Kind kind) {
    return kind.compareTo(Kind.BOOLEANS) >= 0 && kind.compareTo(Kind.DOUBLES) <= 0;
  }

  /**
   * {@return the bytes of a value that is nothing but an array of numbers; null if there are too
   * many}
   */
  static byte @Nullable [] alone(Kind kind, Object array) {
    long room = HEAD_BYTES + bytes(kind, array);
    if (room > Output.MOST) {
      return null;
    }
    Alone out = new Alone((int) room);
    out.putByte(Kind.GRAPH.tag());
    out.putByte((byte) 0);
    out.putByte(kind.tag());
    put(out, kind, array);
    return out.toBytes();
  }

  /** Room for one array, and not a byte more: it is laid where it stays. */
  static final class Alone extends Output {
    private Alone(int room) {
      super(room);
    }
  }

  private static long bytes(Kind kind, Object array) {
    int size =
        switch (kind) {
          case CHARS, SHORTS -> Short.BYTES;
          case INTS, FLOATS -> Integer.BYTES;
          case LONGS, DOUBLES -> Long.BYTES;
          default -> 1;
        };
    int count = Array.getLength(array);
    return Output.countBytes(count) + (long) count * size;
  }

  static void put(Output out, Kind kind, Object array) {
    switch (kind) {
      case BOOLEANS -> {
        boolean[] a = (boolean[]) array;
        out.putCount(a.length);
        for (boolean b : a) {
          out.putBoolean(b);
        }
      }
      case BYTES -> {
        byte[] a = (byte[]) array;
        out.putCount(a.length);
        out.putBytes(a);
      }
      case CHARS -> {
        char[] a = (char[]) array;
        out.putCount(a.length);
        out.slice(a.length, Character.BYTES).asCharBuffer().put(a);
      }
      case SHORTS -> {
        short[] a = (short[]) array;
        out.putCount(a.length);
        out.slice(a.length, Short.BYTES).asShortBuffer().put(a);
      }
      case INTS -> {
        int[] a = (int[]) array;
        out.putCount(a.length);
        out.slice(a.length, Integer.BYTES).asIntBuffer().put(a);
      }
      case FLOATS -> {
        float[] a = (float[]) array;
        out.putCount(a.length);
        out.slice(a.length, Float.BYTES).asFloatBuffer().put(a);
      }
      case LONGS -> {
        long[] a = (long[]) array;
        out.putCount(a.length);
        out.slice(a.length, Long.BYTES).asLongBuffer().put(a);
      }
      case DOUBLES -> {
        double[] a = (double[]) array;
        out.putCount(a.length);
        out.slice(a.length, Double.BYTES).asDoubleBuffer().put(a);
      }
      default -> throw new AssertionError("holds no numbers: " + kind);
    }
  }

  /** An array is made only when all of it has come. */
  static Object take(Input in, Kind kind, int count) throws DecodeException {
    return switch (kind) {
      case BOOLEANS -> {
        in.ensureLeft(count, 1);
        boolean[] a = new boolean[count];
        for (int i = 0; i < count; i++) {
          a[i] = in.takeBoolean();
        }
        yield a;
      }
      case BYTES -> in.takeBytes(count);
      case CHARS -> {
        in.ensureLeft(count, Character.BYTES);
        char[] a = new char[count];
        in.slice(count, Character.BYTES).asCharBuffer().get(a);
        yield a;
      }
      case SHORTS -> {
        in.ensureLeft(count, Short.BYTES);
        short[] a = new short[count];
        in.slice(count, Short.BYTES).asShortBuffer().get(a);
        yield a;
      }
      case INTS -> {
        in.ensureLeft(count, Integer.BYTES);
        int[] a = new int[count];
        in.slice(count, Integer.BYTES).asIntBuffer().get(a);
        yield a;
      }
      case FLOATS -> {
        in.ensureLeft(count, Float.BYTES);
        float[] a = new float[count];
        in.slice(count, Float.BYTES).asFloatBuffer().get(a);
        yield a;
      }
      case LONGS -> {
        in.ensureLeft(count, Long.BYTES);
        long[] a = new long[count];
        in.slice(count, Long.BYTES).asLongBuffer().get(a);
        yield a;
      }
      case DOUBLES -> {
        in.ensureLeft(count, Double.BYTES);
        double[] a = new double[count];
        in.slice(count, Double.BYTES).asDoubleBuffer().get(a);
        yield a;
      }
      default -> throw new AssertionError("holds no numbers: " + kind);
    };
  }
}
