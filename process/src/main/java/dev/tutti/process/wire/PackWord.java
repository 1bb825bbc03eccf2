package dev.tutti.process.wire;

/**
 * The claim word of a pack: how many of its elements are begun, how many it has, and whether the
 * last that was begun runs.
 *
 * <pre>
 *   63                           32 31                     1     0
 *   +------------------------------+-----------------------+-----+
 *   | how many are begun           | how many are in it    | one |
 *   +------------------------------+-----------------------+ runs+
 *                                                          +-----+
 * </pre>
 */
final class PackWord {
  /*
   * The worker begins the next element by compare-and-set, from a word to next(word). That also says that the one before
   * has ended, whose outcome is in the channel then. The pool takes elements back from the end by compare-and-set, from a
   * word to less(word), which has never less than is begun. So of each element one of the two decides. Before the worker
   * waits at the gate, and after its last element, it says by idle(word) that none runs.
   */
  private static final int BEGUN_SHIFT = 32;
  private static final long RUNS = 1;

  private PackWord() {}

  /** {@return the word of a pack of which no element runs} */
  static long of(int begun, int held) {
    return (long) begun << BEGUN_SHIFT | (long) held << 1;
  }

  static int begun(long word) {
    return (int) (word >>> BEGUN_SHIFT);
  }

  static int held(long word) {
    return (int) (word & 0xFFFF_FFFFL) >>> 1;
  }

  static boolean runs(long word) {
    return (word & RUNS) != 0;
  }

  /** {@return the word when the next element is begun, and runs} */
  static long next(long word) {
    return of(begun(word) + 1, held(word)) | RUNS;
  }

  /** {@return the word when none runs} */
  static long idle(long word) {
    return word & ~RUNS;
  }

  /** {@return the word when the pack has so many elements at most, and those that are begun} */
  static long less(long word, int most) {
    int stay = Math.min(held(word), Math.max(most, begun(word)));
    return of(begun(word), stay) | (word & RUNS);
  }
}
