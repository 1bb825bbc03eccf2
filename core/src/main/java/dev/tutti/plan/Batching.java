package dev.tutti.plan;

/**
 * How many items go to a worker together.
 *
 * {@snippet class=dev.tutti.PlanSnippets region=batching lang=java}
 *
 * @since 0.1
 */
public sealed interface Batching {
  /**
   * {@return batches that grow while they are quick: one item first, then twice as many each time a
   * batch took under 20 ms, at most a quarter of the window}
   */
  static Batching adaptive() {
    return Adaptive.INSTANCE;
  }

  /**
   * {@return batches of the same number of items; only the last may have fewer, and one that would
   * never be full because the window is}
   *
   * <p>A batch waits until it has all its items, so an input that comes slowly is better served by
   * {@link #adaptive} or {@code fixed(1)}. Batches that take well under a millisecond travel to a
   * worker process several at a time; what one worker has not begun, an idle one takes over.
   *
   * @param items how many items, at least 1; a number above the window counts as the window
   */
  static Batching fixed(int items) {
    return new Fixed(items);
  }

  /**
   * Batches that grow while they are quick.
   *
   * @since 0.1
   */
  enum Adaptive implements Batching {
    /** The only one. */
    INSTANCE;

    @Override
    public String toString() {
      return "adaptive";
    }
  }

  /**
   * Batches of one size.
   *
   * @param items how many items, at least 1
   * @since 0.1
   */
  record Fixed(int items) implements Batching {
    /** Makes the rule. */
    public Fixed {
      Checks.require(items >= 1, "batch must be >= 1 item: items=%d", items);
    }

    @Override
    public String toString() {
      return Integer.toString(items);
    }
  }
}
