package dev.tutti.memory.sync;

import java.util.function.BooleanSupplier;

/**
 * Waiting without the kernel for as long as a wake-up would take, where that has paid off lately.
 */
final class Spin {
  /*
   * `budget` is how often to look. It grows with each hit and halves with each miss, so where the other side
   * takes longer it comes down to almost nothing. It is a guess, which threads may write over each other.
   *
   * Then it lets others run some times. On a busy machine the other side often waits for this very core; who goes to
   * sleep instead is woken by its first item, takes its core away, takes that one item and sleeps again.
   */
  private static final int LEAST = 20;
  private static final int MOST = 1_000;
  private static final int YIELDS = 8;
  private static final boolean HAS_ANOTHER_CORE = Runtime.getRuntime().availableProcessors() > 1;

  private int budget = MOST;

  /** {@return whether it has come true} */
  @SuppressWarnings("ThreadPriorityCheck") // a yield that does nothing costs only time
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
    for (int i = 0; i < YIELDS; i++) {
      Thread.yield();
      if (condition.getAsBoolean()) {
        return true;
      }
    }
    return false;
  }
}
