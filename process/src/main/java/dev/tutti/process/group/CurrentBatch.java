package dev.tutti.process.group;

import dev.tutti.process.wire.WireException;
import dev.tutti.spi.Batch;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** The batch that a worker has, one at a time, and how many it has had. */
final class CurrentBatch {
  /*
   * Guarded by the lock of the worker's Flights, which says how many elements are open.
   *
   * A batch is finished when none of its items is left, which is before the worker has said that it is past it. So what
   * the worker says may be of the last batch or of the one before.
   */
  private long number;
  private long startNanos;
  private @Nullable Batch batch;
  private @Nullable Future<?> alarm;
  private long lookedAtNumber = -1;
  private int lookedAtOpen;
  private int stalledLooks;

  void begin(Batch next) {
    batch = next;
    number++;
    startNanos = System.nanoTime();
  }

  /** {@return the number of the last batch that has begun, from 1} */
  long number() {
    return number;
  }

  /** {@return whether the worker has one} It may have taken nothing of it, and all is back. */
  boolean isOpen() {
    return batch != null;
  }

  /** {@return whether a batch is the one that the worker has} */
  boolean is(Batch asked) {
    return batch == asked;
  }

  /** {@return the batch, which is done; null if that was said before} */
  Flights.@Nullable Finished finish() {
    if (batch == null) {
      return null;
    }
    Flights.Finished finished = new Flights.Finished(batch, System.nanoTime() - startNanos);
    batch = null;
    if (alarm != null) {
      alarm.cancel(false);
      alarm = null;
    }
    return finished;
  }

  /** Keeps what looks after the time of a batch, until the batch has ended. */
  void watchedBy(Batch watched, Future<?> next) {
    if (is(watched)) {
      alarm = next;
    } else {
      next.cancel(false);
    }
  }

  /** Refuses a batch of which the worker cannot say that it is past it. */
  void ensurePast(long id, int open) throws WireException {
    if (id > number || id < number - 1 || (id == number && open > 0)) {
      throw new WireException(
          "worker is past a batch that it has not done: batch=%d last=%d open=%d"
              .formatted(id, number, open));
    }
  }

  /**
   * {@return whether the last look found this batch with as many open elements} Counts the look.
   */
  boolean isAsLookedAt(int open) {
    boolean same = lookedAtNumber == number && lookedAtOpen == open;
    lookedAtNumber = number;
    lookedAtOpen = open;
    return same;
  }

  /** {@return how many looks in a row have found a worker that stalls} */
  int looked(boolean stalls) {
    stalledLooks = stalls ? stalledLooks + 1 : 0;
    return stalledLooks;
  }
}
