package dev.tutti.engine;

import dev.tutti.plan.Batching;
import java.util.concurrent.TimeUnit;

/**
 * Decides how many of the waiting items go to a worker next. Guarded by the lock of the open work.
 */
final class Chunker {
  /*
   * What goes out at once is a whole number of batches. Adaptive batches have one item, and so many of them
   * go out that they keep a worker busy for some milliseconds. If that are many, they are made packs where the group takes those. Of batches of a fixed size, one goes out at first; when
   * they turn out to take microseconds, several do. An idle worker takes over what another one has not begun, so
   * nothing waits behind what goes out with it.
   */
  private static final long QUICK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long QUICK_FIXED_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final int SLOW = 4; // times as long as quick

  /** So many items go out at once when it pays to make packs of them. */
  private static final int LEAST_PACK = 64;

  /** A pack is sent at once, and nothing of it before the last is read. */
  private static final int LARGEST_PACK = 4_096;

  private final boolean learns;
  private final boolean fills;
  private final int batch;
  private final int most;
  private final long quickNanos;
  private final boolean packs;
  private volatile int size; // written with the lock of the open work

  /**
   * @param window how many items of the call may be on their way at once
   * @param batches whether the workers gain by getting several items at once; if not, adaptive
   *     batches stay at one item
   * @param packs whether adaptive batches become packs when they take little time
   */
  Chunker(Batching batching, int window, boolean batches, boolean packs) {
    switch (batching) {
      case Batching.Fixed(int items) -> {
        batch = Math.min(items, window);
        fills = true;
        quickNanos = QUICK_FIXED_NANOS;
      }
      case Batching.Adaptive _ -> {
        batch = 1;
        fills = false;
        quickNanos = QUICK_NANOS;
      }
    }
    this.packs = packs && !fills;
    learns = batches;
    most = batches ? Math.max(batch, whole(window / 4)) : batch;
    size = batch;
  }

  private int whole(int items) {
    return items - items % batch;
  }

  /**
   * {@return how many items to take now; 0 if the batch is not full yet and more may come}
   *
   * @param waiting how many items wait
   * @param ended whether no more will come
   */
  int take(int waiting, boolean ended) {
    return Math.min(size, fills && !ended ? whole(waiting) : waiting);
  }

  /**
   * {@return how many items a pack is to have; 0 if they are to go one by one}. From any thread.
   */
  int packSize() {
    int now = size;
    return packs && now >= LEAST_PACK ? Math.min(now, LARGEST_PACK) : 0;
  }

  /**
   * Says how many items go out at once, where somebody has measured it; not where the user has
   * chosen it.
   */
  void choose(int items) {
    if (!fills) {
      size = Math.max(1, items);
    }
  }

  /** {@return whether whatever waits may go out, however little it is} From any thread. */
  boolean takesSingles() {
    return batch == 1;
  }

  /** How many items a caller that runs its own work should queue before it runs them. */
  int size() {
    return size;
  }

  /** Learns from what has gone out together: if it was quick more goes out, if slow less. */
  void ended(int items, long elapsedNanos) {
    if (!learns) {
      return;
    }
    if (elapsedNanos < quickNanos && items >= size) {
      size = Math.min(most, 2 * size);
    } else if (elapsedNanos > SLOW * quickNanos && items > batch) {
      size = Math.max(batch, whole(Math.min(size, items) / 2));
    }
  }
}
