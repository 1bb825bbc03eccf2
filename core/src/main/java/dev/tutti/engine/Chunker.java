package dev.tutti.engine;

import dev.tutti.plan.Batching;
import java.util.concurrent.TimeUnit;

/** Decides how many of the waiting items make the next batch. Guarded by the dispatcher's lock. */
final class Chunker {
  private static final long QUICK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long SLOW_NANOS = 4 * QUICK_NANOS;

  private final boolean adaptive;
  private final int most;
  private int size;

  /**
   * @param window how many items of the call may be on their way at once
   * @param batches whether the workers gain by getting several items at once; if not, adaptive
   *     batches stay at one item
   */
  Chunker(Batching batching, int window, boolean batches) {
    switch (batching) {
      case Batching.Fixed(int items) -> {
        adaptive = false;
        most = Math.min(items, window);
        size = most;
      }
      case Batching.Adaptive _ -> {
        adaptive = batches;
        most = batches ? Math.max(1, window / 4) : 1;
        size = 1;
      }
    }
  }

  /**
   * {@return how many items to take now; 0 if the batch is not full yet and more may come}
   *
   * @param waiting how many items wait
   * @param ended whether no more will come
   */
  int take(int waiting, boolean ended) {
    if (adaptive) {
      return Math.min(size, waiting);
    }
    return waiting >= size || ended ? Math.min(size, waiting) : 0;
  }

  /** How many items a caller that runs its own work should queue before it runs them. */
  int size() {
    return size;
  }

  /** Learns from a batch: quick ones grow, slow ones shrink. */
  void ended(int items, long elapsedNanos) {
    if (!adaptive) {
      return;
    }
    if (elapsedNanos < QUICK_NANOS && items >= size) {
      size = Math.min(most, 2 * size);
    } else if (elapsedNanos > SLOW_NANOS && items > 1) {
      size = Math.max(1, Math.min(size, items) / 2);
    }
  }
}
