package dev.tutti.plan;

/**
 * An amount of memory.
 *
 * {@snippet class=dev.tutti.PlanSnippets region=dataSize lang=java}
 *
 * @param bytes the amount in bytes, not negative
 * @since 0.1
 */
public record DataSize(long bytes) implements Comparable<DataSize> {
  private static final long KIB = 1024;

  /** Makes an amount. */
  public DataSize {
    Checks.require(bytes >= 0, "bytes must be >= 0: bytes=%d", bytes);
  }

  /**
   * {@return an amount in bytes}
   *
   * @param n how many
   */
  public static DataSize bytes(long n) {
    return new DataSize(n);
  }

  /**
   * {@return an amount in KiB (1,024 bytes)}
   *
   * @param n how many
   */
  public static DataSize kib(long n) {
    return new DataSize(Math.multiplyExact(n, KIB));
  }

  /**
   * {@return an amount in MiB (1,048,576 bytes)}
   *
   * @param n how many
   */
  public static DataSize mib(long n) {
    return new DataSize(Math.multiplyExact(n, KIB * KIB));
  }

  /**
   * {@return an amount in GiB (1,073,741,824 bytes)}
   *
   * @param n how many
   */
  public static DataSize gib(long n) {
    return new DataSize(Math.multiplyExact(n, KIB * KIB * KIB));
  }

  @Override
  public int compareTo(DataSize other) {
    return Long.compare(bytes, other.bytes);
  }

  /** {@return the amount with the largest unit that divides it, such as {@code 512 MiB}} */
  @Override
  public String toString() {
    if (bytes != 0 && bytes % (KIB * KIB * KIB) == 0) {
      return bytes / (KIB * KIB * KIB) + " GiB";
    }
    if (bytes != 0 && bytes % (KIB * KIB) == 0) {
      return bytes / (KIB * KIB) + " MiB";
    }
    return bytes != 0 && bytes % KIB == 0 ? bytes / KIB + " KiB" : bytes + " bytes";
  }
}
