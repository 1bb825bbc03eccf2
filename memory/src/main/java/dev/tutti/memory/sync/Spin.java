package dev.tutti.memory.sync;

import java.util.function.BooleanSupplier;

/**
 * Waiting without the kernel for as long as a wake-up would take, where that has paid off lately.
 */
final class Spin {
  /*
   * `budget` is how often to look. It grows with each hit and halves with each miss, so where the other side
   * takes longer it comes down to almost nothing. It is a guess, which threads may write over each other.
   */
  private static final int LEAST = 20;
  private static final int MOST = 1_000;
  private static final boolean HAS_ANOTHER_CORE = Runtime.getRuntime().availableProcessors() > 1;

  private int budget = MOST;

  /** {@return whether it has come true} */
  boolean until(BooleanSupplier condition) {
    int most = HAS_ANOTHER_CORE ? budget : 0;
    for (int i = 0; i < most; i++) {
      if (condition.getAsBoolean()) {
        budget = Math.min(MOST, Math.max(most, 2 * i + LEAST));
        return true;
      }
      Thread.onSpinWait();
    }
    budget = Math.max(LEAST, most / 2);
    return false;
  }
}
