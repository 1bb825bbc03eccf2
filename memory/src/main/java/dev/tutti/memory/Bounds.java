package dev.tutti.memory;

/** Where the slots of a view lie, in arithmetic that does not overflow. */
final class Bounds {
  private Bounds() {}

  /**
   * {@return how many bytes so many slots take}
   *
   * @param length how many slots
   * @param width the bytes of one, a power of two
   */
  static long bytes(long length, int width) {
    if (length < 1 || length > Long.MAX_VALUE / width) {
      throw new IllegalArgumentException(
          "length must be >= 1 and fit into memory: length=" + length);
    }
    return length * width;
  }

  /** Refuses a view that does not lie in the memory, or whose slots would not be aligned. */
  static void ensureInside(long memoryBytes, long offset, long length, int width) {
    if (offset < 0
        || length < 0
        || offset > memoryBytes
        || length > (memoryBytes - offset) / width) {
      throw new IndexOutOfBoundsException(
          "view must lie within the memory: offset=%d length=%d width=%d bytes=%d"
              .formatted(offset, length, width, memoryBytes));
    }
    if (offset % width != 0) {
      throw new IllegalArgumentException(
          "offset must be a multiple of %d, so that slots can be changed atomically: offset=%d"
              .formatted(width, offset));
    }
  }
}
