package dev.tutti.stress;

/** Numbers that look random, and are the same in every process. */
final class Mix {
  private Mix() {}

  static long of(long seed, long n) {
    long z = seed + (n + 1) * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** {@return the only right result of an item} */
  static long result(long seed, long item) {
    return of(~seed, item);
  }
}
