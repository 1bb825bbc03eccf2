package dev.tutti.engine;

import dev.tutti.spi.Item;
import dev.tutti.spi.OutcomeSink;
import dev.tutti.spi.PartOutcomes;
import dev.tutti.task.Done;
import dev.tutti.task.Outcome;
import dev.tutti.task.Success;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What of one bulk call has been read, has ended and has been got, and whether it is over. Each
 * method is one step under the call's lock, which says what follows from it; the caller does that
 * afterwards, without the lock.
 *
 * <p><b>Thread safety.</b> For any thread.
 */
final class BulkState {
  /*
   * Everything is guarded by `lock`: `window`, `end`, `results` and `resultBytes`. No step calls the dispatcher or code of a user.
   *
   * Who reads the input waits for `room`, which the consumer's getting of an item opens; the consumer waits for `news`. While
   * large results that the consumer has not got are too many (`resultBytes`), no further item begins (Lane.room).
   *
   * The run is over for its consumer when the input has ended and all that was taken is delivered, or when it was
   * stopped.
   */
  /** Something has changed, but there is no room yet. */
  static final long LOOK_AGAIN = -1;

  /** Nothing has to be given up. */
  static final long NOTHING = -1;

  private static final long TRICKLE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

  private final CallMonitor lock;
  private final Condition room;
  private final Condition news;
  private final Lane lane;
  private final Window window;
  private final CallEnd end = new CallEnd();
  private final ResultBytes resultBytes;
  private final Resequencer results;
  private final boolean stopsAtFailure;

  /**
   * How full the window was.
   *
   * @param isFull whether there was no room
   * @param open how many items had been read and had not ended
   * @param settled how many had ended
   */
  record Fill(boolean isFull, long open, long settled) {}

  /**
   * A result for the consumer.
   *
   * @param done the result
   * @param wasBounded whether items were held back because large results waited
   */
  record Taken(Done<?, ?> done, boolean wasBounded) {}

  BulkState(
      CallMonitor lock,
      Lane lane,
      Window window,
      ResultBytes resultBytes,
      Resequencer results,
      boolean stopsAtFailure) {
    this.lock = lock;
    this.room = lock.newCondition();
    this.news = lock.newCondition();
    this.lane = lane;
    this.window = window;
    this.resultBytes = resultBytes;
    this.results = results;
    this.stopsAtFailure = stopsAtFailure;
  }

  private <T extends @Nullable Object> T locked(Supplier<T> step) {
    lock.lock();
    try {
      return step.get();
    } finally {
      lock.unlock();
    }
  }

  private void wakeAll() {
    lock.wake(news);
    lock.wake(room);
  }

  // ---------------------------------------------------------------- reading the input

  /** {@return whether an item may be read now} */
  boolean hasRoom() {
    lock.lock();
    try {
      return !end.isStopped() && window.isRoom();
    } finally {
      lock.unlock();
    }
  }

  Fill fill() {
    lock.lock();
    try {
      return new Fill(!window.isRoom(), window.open(), window.settled());
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for room.
   *
   * @param seen how it was before
   * @return how many items may be read, 0 if none is wanted any more; or {@link #LOOK_AGAIN}
   */
  long awaitRoom(Fill seen) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      // An end need not make room in bytes: what waits then may be all that is open, and less
      // than a batch.
      lock.await(room, () -> isRoomOrOver() || window.settled() != seen.settled);
      if (end.isInputOver()) {
        return 0;
      }
      if (!window.isRoom()) {
        return LOOK_AGAIN;
      }
      if (!seen.isFull || !window.isTrickle()) {
        return window.room();
      }
    } finally {
      lock.unlock();
    }
    LockSupport.parkNanos(this, TRICKLE_NANOS); // an interrupt ends it, and is seen the next time
    return LOOK_AGAIN;
  }

  private boolean isRoomOrOver() {
    return end.isInputOver() || window.isRoom();
  }

  /** {@return how many items have ended} */
  long settled() {
    lock.lock();
    try {
      return window.settled();
    } finally {
      lock.unlock();
    }
  }

  /** {@return how many items have been read and have not ended} */
  long open() {
    lock.lock();
    try {
      return window.open();
    } finally {
      lock.unlock();
    }
  }

  /** {@return the index of the item that is read next} */
  long nextIndex() {
    lock.lock();
    try {
      return window.taken();
    } finally {
      lock.unlock();
    }
  }

  /**
   * {@return how many bytes may be read now; one item may have more, where nothing else is open}
   */
  long roomBytes() {
    lock.lock();
    try {
      return window.roomBytes();
    } finally {
      lock.unlock();
    }
  }

  /** Counts items that have been read. Before any of them can end. */
  void countTaken(int items, long inBytes) {
    lock.lock();
    try {
      window.take(items, inBytes);
    } finally {
      lock.unlock();
    }
  }

  /** Items that were read did not get into the pool. */
  void dropTaken(List<Item> items) {
    lock.lock();
    try {
      window.drop(items);
    } finally {
      lock.unlock();
    }
  }

  // ---------------------------------------------------------------- outcomes

  /**
   * An item has ended.
   *
   * @param done what the consumer gets of it; null if that is its value
   * @return from which index on the rest is to be given up; {@link #NOTHING} if it is not
   */
  long settle(OutcomeSink.Ended one, @Nullable Done<?, ?> done) {
    return settle(1, one.item().bytes(), () -> keep(one, done));
  }

  /**
   * Items have ended.
   *
   * @param dones of them those that the consumer gets as such, not as values
   * @return from which index on the rest is to be given up; {@link #NOTHING} if it is not
   */
  long settle(List<OutcomeSink.Ended> all, List<Done<?, ?>> dones) {
    long inBytes = 0;
    for (OutcomeSink.Ended one : all) {
      inBytes += one.item().bytes();
    }
    Runnable keep =
        () -> {
          dones.forEach(this::keep);
          all.forEach(this::keepValue);
        };
    return settle(all.size(), inBytes, keep);
  }

  /** Some elements of a pack have ended; otherwise the same. */
  long settlePart(Item pack, int from, PartOutcomes outcomes, List<Done<?, ?>> dones) {
    Runnable keep =
        () -> {
          dones.forEach(this::keep);
          keepValues(pack.index() + from, outcomes);
        };
    return settle(outcomes.size(), pack.bytes(from, from + outcomes.size()), keep);
  }

  private long settle(int count, long inBytes, Runnable keep) {
    lock.lock();
    try {
      long failedBefore = end.failedFrom();
      window.settle(count, inBytes);
      boolean lost = !end.isStopped() && !isKept(count, keep);
      if (!window.isFedAhead(lane.size()) || end.isInputOver()) {
        lock.wake(room);
      }
      if (isNews() || isAllDone()) {
        lock.wake(news);
      }
      if (lost) {
        return 0;
      }
      if (end.failedFrom() >= failedBefore) {
        return NOTHING;
      }
      return results.inOrder() ? end.failedFrom() + 1 : 0;
    } finally {
      lock.unlock();
    }
  }

  /** {@return whether results are kept; if not, for want of memory, the call is over} */
  private boolean isKept(int count, Runnable keep) {
    try {
      keep.run();
    } catch (RuntimeException | Error e) { // else the call would go on with a result less
      end.lose(e);
      return false;
    }
    if (results.keepsAll()) {
      window.deliver(count);
    } else {
      lane.room(resultBytes.room());
    }
    return true;
  }

  private void keep(OutcomeSink.Ended one, @Nullable Done<?, ?> done) {
    if (done != null) {
      keep(done);
    }
    keepValue(one);
  }

  private void keep(Done<?, ?> done) {
    results.add(done);
    if (stopsAtFailure && !done.outcome().succeeded()) {
      end.fail(done.index());
    }
  }

  private void keepValue(OutcomeSink.Ended one) {
    if (results.keepsAll()) {
      keepValue(one.item().index(), one.outcome());
    } else {
      resultBytes.add(one.item().index(), one.item().resultBytes());
    }
  }

  private void keepValue(long index, Outcome<?> outcome) {
    if (outcome instanceof Success<?>(Object value)) {
      results.keepValue(index, value);
    }
  }

  private void keepValues(long index, PartOutcomes outcomes) {
    if (outcomes.succeeded()) {
      results.keepValues(index, outcomes);
      return;
    }
    for (int i = 0; i < outcomes.size(); i++) {
      keepValue(index + i, outcomes.get(i));
    }
  }

  /** {@return how an item has ended that comes back as cancelled: the deadline may have met it} */
  Outcome<?> ofCancelled() {
    return locked(end::ofCancelled);
  }

  // ---------------------------------------------------------------- results

  /** {@return whether the consumer need not wait for the next result} */
  boolean isReady() {
    lock.lock();
    try {
      return end.isStopped() || results.isReady();
    } finally {
      lock.unlock();
    }
  }

  /** {@return whether a consumer that runs the work itself need not run any more for it} */
  boolean hasNewsOrAllInput() {
    lock.lock();
    try {
      return isNews() || end.hasInputEnded();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the next result; {@return null if there will be none} */
  @Nullable Taken awaitNews() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      lock.await(news, this::isNews);
      Done<?, ?> done = end.isStopped() ? null : results.take();
      if (done == null) {
        return null;
      }
      window.deliver(1);
      boolean wasBounded = resultBytes.room() != Integer.MAX_VALUE;
      resultBytes.remove(done.index());
      lane.room(resultBytes.room());
      lock.wake(room);
      return new Taken(done, wasBounded);
    } finally {
      lock.unlock();
    }
  }

  /** {@return whether the consumer can go on: there is a result for it, or there will be none} */
  private boolean isNews() {
    return end.isStopped() || results.isReady() || (end.hasInputEnded() && window.allDelivered());
  }

  /** Waits until all items have ended, or one has failed with which the call ends. */
  void awaitAll() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      lock.await(news, this::isAllDone);
    } finally {
      lock.unlock();
    }
  }

  private boolean isAllDone() {
    return end.isStopped() || (end.hasInputEnded() && window.allSettled()) || end.hasFailed();
  }

  /** {@return the items that have failed: the first, or all where the others go on} */
  List<Done<?, ?>> failures() {
    lock.lock();
    try {
      Done<?, ?> first = results.firstFailure();
      if (first == null) {
        return List.of();
      }
      return stopsAtFailure ? List.of(first) : List.copyOf(results.failures());
    } finally {
      lock.unlock();
    }
  }

  // ---------------------------------------------------------------- the end

  /** The deadline has come; {@return whether it has met a call that is not over} */
  boolean expire(Duration limit) {
    lock.lock();
    try {
      boolean met = end.expire(limit);
      if (met) {
        wakeAll();
      }
      return met;
    } finally {
      lock.unlock();
    }
  }

  /** No further item will be read. */
  void endInput(@Nullable Throwable failure) {
    lock.lock();
    try {
      end.endInput(failure);
      lock.wake(news);
    } finally {
      lock.unlock();
    }
  }

  /** {@return whether no more input is wanted} */
  boolean isInputOver() {
    return locked(end::isInputOver);
  }

  boolean hasInputEnded() {
    return locked(end::hasInputEnded);
  }

  /** The pool is being stopped. */
  void abandon() {
    lock.lock();
    try {
      end.abandon();
      wakeAll();
    } finally {
      lock.unlock();
    }
  }

  /** Who waits for results was interrupted. */
  void interrupt() {
    lock.lock();
    try {
      end.interrupt();
    } finally {
      lock.unlock();
    }
  }

  /** Nobody wants anything any more. */
  void stop() {
    lock.lock();
    try {
      end.stop();
      wakeAll();
    } finally {
      lock.unlock();
    }
  }

  /** The consumer leaves; {@return whether it had not yet} */
  boolean leave() {
    return locked(end::leave);
  }

  boolean hasLeft() {
    return locked(end::hasLeft);
  }

  /** {@return what to throw if the pool was stopped or the caller was interrupted} */
  @Nullable RuntimeException poolFailure() {
    return locked(end::poolFailure);
  }

  /** {@return how the input failed} Told once. */
  @Nullable Throwable takeInputFailure() {
    return locked(end::takeInputFailure);
  }
}
