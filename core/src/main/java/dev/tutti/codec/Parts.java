package dev.tutti.codec;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The large parts of a value that is written: what they hold crosses beside the value's bytes, in
 * memory that both sides see.
 *
 * <pre>
 *   0             64 n                64 m
 *   +-----------+-+-----------------+-+-------- ... --+
 *   | part 0    | | part 1          | | part 2        |        each begins at a multiple of 64
 *   +-----------+-+-----------------+-+-------- ... --+
 * </pre>
 *
 * <p><b>Lifetime.</b> {@link Codec#encode(Object, Role, Parts)} collects them, {@link #copyTo}
 * copies what they hold at that time.
 *
 * <p><b>Thread safety.</b> For one thread.
 */
public final class Parts {
  /** Arrays, buffers and segments of so many bytes are parts. */
  public static final long LEAST_BYTES = 1 << 20;

  /** Where a part may begin: at a multiple of this. */
  private static final int ALIGNMENT = 64;

  /** Their lengths have to fit into a frame. */
  private static final int MOST = 1 << 16;

  private final List<Object> parts = new ArrayList<>(0);

  /** Makes an empty list. */
  public Parts() {}

  /** {@return whether the value has none} */
  public boolean isEmpty() {
    return parts.isEmpty();
  }

  /** {@return how many bytes each of them has} */
  public long[] lengths() {
    return parts.stream().mapToLong(Large::bytesOf).toArray();
  }

  /**
   * {@return how much memory parts of these lengths take}
   *
   * @param lengths how many bytes each has
   * @throws ArithmeticException if that is more than a number of 64 bits says
   */
  public static long room(long[] lengths) {
    long end = 0;
    for (long length : lengths) {
      end = Math.addExact(begin(end), length);
    }
    return end;
  }

  /** {@return where the next part begins} */
  static long begin(long end) {
    return Math.addExact(end, ALIGNMENT - 1) & -ALIGNMENT;
  }

  /**
   * Copies what the parts hold.
   *
   * @param memory where to; as large as {@link #room} says, or larger
   * @throws IllegalStateException if a segment among them is closed meanwhile
   */
  public void copyTo(MemorySegment memory) {
    long end = 0;
    for (Object part : parts) {
      long begin = begin(end);
      long length = Large.bytesOf(part);
      Large.copy(part, memory.asSlice(begin, length));
      end = begin + length;
    }
  }

  /** {@return whether an object is to be a part} */
  boolean takes(Object value) {
    return Large.bytesOf(value) >= LEAST_BYTES && parts.size() < MOST;
  }

  /** {@return the number of a new part} */
  int add(Object part) {
    parts.add(part);
    return parts.size() - 1;
  }

  void clear() {
    parts.clear();
  }
}
