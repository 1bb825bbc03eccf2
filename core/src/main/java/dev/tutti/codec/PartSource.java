package dev.tutti.codec;

import java.lang.foreign.MemorySegment;

/**
 * The large parts of a value that is read: memory that the writer filled as {@link Parts} says.
 *
 * <p><b>Thread safety.</b> For one thread. Nobody writes the memory until the value is read.
 */
public final class PartSource {
  private final MemorySegment[] parts; // null where one has been taken
  private final long bytes;

  private PartSource(MemorySegment[] parts, long bytes) {
    this.parts = parts;
    this.bytes = bytes;
  }

  /** {@return what a value without large parts has} */
  public static PartSource none() {
    return new PartSource(new MemorySegment[0], 0);
  }

  /**
   * Finds the parts.
   *
   * @param memory where they are
   * @param lengths how many bytes each of them has
   * @return the parts
   * @throws DecodeException if they are not all there
   */
  public static PartSource of(MemorySegment memory, long[] lengths) throws DecodeException {
    MemorySegment[] parts = new MemorySegment[lengths.length];
    long end = 0;
    long bytes = 0;
    try {
      for (int i = 0; i < lengths.length; i++) {
        long begin = Parts.begin(end);
        parts[i] = memory.asSlice(begin, lengths[i]).asReadOnly();
        end = begin + lengths[i];
        bytes += lengths[i];
      }
    } catch (ArithmeticException | IndexOutOfBoundsException e) {
      throw new DecodeException(
          "large parts are not all there: lengths=%d bytes=%d"
              .formatted(lengths.length, memory.byteSize()),
          e);
    }
    return new PartSource(parts, bytes);
  }

  /** {@return how many bytes they have in all} */
  long bytes() {
    return bytes;
  }

  /** Takes a part: each only once, so that a liar cannot have it copied again and again. */
  MemorySegment take(int number) throws DecodeException {
    MemorySegment part = number >= 0 && number < parts.length ? parts[number] : null;
    if (part == null) {
      throw new DecodeException(
          "value holds a large part that it has not: number=%d parts=%d"
              .formatted(number, parts.length),
          null);
    }
    clear(number);
    return part;
  }

  @SuppressWarnings("NullAway") // as the field says
  private void clear(int number) {
    parts[number] = null;
  }
}
