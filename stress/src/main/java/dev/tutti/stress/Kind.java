package dev.tutti.stress;

/** What an item is made to do, told by its number and the seed of its round. */
enum Kind {
  /** A few microseconds. */
  TINY(8_738),
  /** From 1 to 5 ms, asleep. */
  SLEEPS(450),
  /** From 1 to 5 ms, busy. */
  COMPUTES(450),
  /** From 100 to 300 ms, asleep. */
  LONG(10),
  /** Throws. */
  THROWS(350),
  /** Never ends, and heeds no interrupt. */
  STUBBORN(2);

  private static final int WHOLE = 10_000;

  private final int share;

  Kind(int share) {
    this.share = share;
  }

  static Kind of(long seed, long item) {
    int left = (int) Long.remainderUnsigned(Mix.of(seed, item), WHOLE);
    for (Kind kind : values()) {
      left -= kind.share;
      if (left < 0) {
        return kind;
      }
    }
    throw new AssertionError("the shares are not " + WHOLE);
  }

  boolean succeeds() {
    return this != THROWS && this != STUBBORN;
  }
}
