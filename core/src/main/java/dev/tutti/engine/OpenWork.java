package dev.tutti.engine;

import dev.tutti.spi.Batch;
import dev.tutti.spi.Item;
import dev.tutti.spi.Way;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What waits and what runs in one pool, and whether it takes more. Each method is one step under
 * the lock, which says what follows from it; the caller does that afterwards, without the lock.
 *
 * <p><b>Thread safety.</b> For any thread.
 */
final class OpenWork {
  /*
   * Everything is guarded by `lock`, which the pool's workers share: no step calls a group, a call or code of a user. The
   * keeper hears under it that work begins, so that it has its thread before the first item can end.
   *
   *   OPEN -> CLOSING            close(), or the last item of a pool that nobody can reach has ended: nothing new,
   *                              what waits and runs goes on
   *   OPEN, CLOSING -> STOPPED   stop(): what waits is taken out, what runs is not wanted
   *
   * `count` is the number of items that are open: they wait, run, pause, or have ended and are about to be told. Where it
   * becomes 0 in a pool that is not open, the step says so to one caller, who closes the group.
   *
   * An older batch may still have an item of a lane. So who takes an item out of a lane to end it takes it back by its
   * claim first, and leaves it to that worker if that was quicker.
   *
   * Items that pause are in `attempts`, which has no lock. They are looked for under `lock`, after what makes them unwanted
   * (state, giveUpFrom, unwant) was written: an item that has left the pause by then is refused by requeue().
   */
  enum State {
    OPEN,
    CLOSING,
    STOPPED
  }

  /**
   * What was given up.
   *
   * @param waited had not begun; to be ended by the caller
   * @param held are in the hands of workers
   */
  record GivenUp(List<Item> waited, List<Item> held) {}

  /**
   * What a pool had when it was stopped.
   *
   * @param waited had not begun; to be ended by the caller
   * @param calls have somebody who waits for them
   */
  record Stopped(List<Item> waited, Set<EngineCall> calls) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition quiet = lock.newCondition();
  private final Lanes lanes = new Lanes();
  private final Set<Batch> active = new LinkedHashSet<>();
  private final Set<Batch> divisible = new LinkedHashSet<>(); // those of them with several items
  private final Set<EngineCall> calls = new LinkedHashSet<>();
  private final Keeper keeper;
  private final Attempts attempts;
  private State state = State.OPEN;
  private boolean dropped;
  private long count;

  OpenWork(Keeper keeper, Attempts attempts) {
    this.keeper = keeper;
    this.attempts = attempts;
  }

  State state() {
    lock.lock();
    try {
      return state;
    } finally {
      lock.unlock();
    }
  }

  /** {@return how many items wait or run} */
  long count() {
    lock.lock();
    try {
      return count;
    } finally {
      lock.unlock();
    }
  }

  /** {@return the items of a call that wait, pause or run} */
  List<Item> of(EngineCall call) {
    List<Item> open = new ArrayList<>();
    lock.lock();
    try {
      call.lane.forEach(open::add);
      active.stream()
          .filter(batch -> batch.call() == call)
          .forEach(batch -> open.addAll(batch.items()));
    } finally {
      lock.unlock();
    }
    open.addAll(attempts.of(call));
    return open;
  }

  private void refuseUnlessOpen() {
    if (state != State.OPEN) {
      throw new RejectedExecutionException("pool is closed: it takes no further tasks");
    }
  }

  // ---------------------------------------------------------------- what comes

  /** Enters a call that is to be let go if the pool is stopped. */
  void enter(EngineCall call) {
    lock.lock();
    try {
      refuseUnlessOpen();
      calls.add(call);
    } finally {
      lock.unlock();
    }
  }

  void leave(EngineCall call) {
    lock.lock();
    try {
      calls.remove(call);
    } finally {
      lock.unlock();
    }
  }

  /** Enters a batch that the calling thread runs at once. */
  void addRunning(Batch batch) {
    lock.lock();
    try {
      refuseUnlessOpen();
      handOut(batch, Thread.currentThread());
      count += batch.count();
      if (count == batch.count()) {
        keeper.workBegins();
      }
    } finally {
      lock.unlock();
    }
  }

  /** {@return whether the item waits now; if not, nobody wants it} */
  boolean add(EngineCall call, Item item) {
    lock.lock();
    try {
      refuseUnlessOpen();
      if (call.hasGivenUp(item)) {
        return false;
      }
      call.lane.add(item);
      lanes.schedule(call.lane);
      if (count++ == 0) {
        keeper.workBegins();
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** {@return those that nobody wants, which are open all the same; the others wait now} */
  List<Item> add(EngineCall call, List<Item> items) {
    List<Item> unwanted = new ArrayList<>();
    lock.lock();
    try {
      refuseUnlessOpen();
      if (count == 0) {
        keeper.workBegins();
      }
      for (Item item : items) {
        if (call.hasGivenUp(item)) {
          unwanted.add(item);
        } else {
          call.lane.add(item);
        }
        count += item.count();
      }
      lanes.schedule(call.lane);
    } finally {
      lock.unlock();
    }
    return unwanted;
  }

  /** {@return whether an item that is in nobody's hands waits anew; if not, nobody wants it} */
  boolean requeue(Item item) {
    lock.lock();
    try {
      if (!isWanted(item)) {
        return false;
      }
      EngineCall call = (EngineCall) item.call();
      item.requeue(null, null);
      call.lane.addReturned(item);
      lanes.schedule(call.lane);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** {@return whether an item that is in nobody's hands may go on} */
  boolean isWanted(Item item) {
    lock.lock();
    try {
      EngineCall call = (EngineCall) item.call();
      return state != State.STOPPED && !call.hasGivenUp(item) && !item.isUnwanted();
    } finally {
      lock.unlock();
    }
  }

  /** {@return whether the lane of a call has a batch ready, which may go out} */
  boolean schedule(EngineCall call) {
    lock.lock();
    try {
      boolean ready = call.lane.isReady();
      if (ready) {
        lanes.schedule(call.lane);
      }
      return ready;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Changes what of a lane may go out.
   *
   * @param leastWaiting does so only if at least so many items wait there
   * @return whether something waits there that may go out
   */
  boolean change(EngineCall call, Consumer<Lane> change, long leastWaiting) {
    lock.lock();
    try {
      boolean ready = !call.lane.isEmpty() && call.lane.size() >= leastWaiting;
      if (ready || leastWaiting == 0) {
        change.accept(call.lane);
      }
      if (ready) {
        lanes.schedule(call.lane);
      }
      return ready;
    } finally {
      lock.unlock();
    }
  }

  // ---------------------------------------------------------------- what goes to workers, and ends

  /**
   * {@return whether items wait}
   *
   * @param only that go this way; null for any
   */
  boolean hasWaiting(@Nullable Way only) {
    lock.lock();
    try {
      return !lanes.isEmpty(only);
    } finally {
      lock.unlock();
    }
  }

  /** {@return the batch whose turn it is, which is the worker's now; see {@link Lanes#next}} */
  @Nullable Batch next(@Nullable Way only, Object worker, boolean othersFree, int most) {
    lock.lock();
    try {
      Batch batch = lanes.next(only, othersFree ? worker : null, most);
      if (batch != null) {
        handOut(batch, worker);
      }
      return batch;
    } finally {
      lock.unlock();
    }
  }

  /**
   * {@return an item alone, if it waits, which is the worker's now; else null}
   *
   * @param only which way the worker's items go; null for any
   */
  @Nullable Batch take(Item item, @Nullable Way only, Object worker) {
    lock.lock();
    try {
      Lane lane = ((EngineCall) item.call()).lane;
      if (!lane.isFor(only) || !lane.remove(item)) {
        return null;
      }
      Batch batch = new Batch(item.call(), List.of(item));
      handOut(batch, worker);
      return batch;
    } finally {
      lock.unlock();
    }
  }

  /** Has an item of a lane of single ones go first, if it waits. */
  void hasten(Item item) {
    lock.lock();
    try {
      Lane lane = ((EngineCall) item.call()).lane;
      if (lane.remove(item)) {
        lane.addReturned(item);
      }
    } finally {
      lock.unlock();
    }
  }

  /** {@return the next item of a call that has a lane of its own, as the same} */
  @Nullable Batch take(EngineCall call, @Nullable Way only, Object worker) {
    lock.lock();
    try {
      Batch batch = call.lane.isFor(only) ? call.lane.take(null, 1) : null;
      if (batch != null) {
        handOut(batch, worker);
      }
      return batch;
    } finally {
      lock.unlock();
    }
  }

  private void handOut(Batch batch, Object worker) {
    batch.items().forEach(item -> item.handOut(batch, worker));
    enter(batch);
  }

  private void enter(Batch batch) {
    active.add(batch);
    if (batch.count() > 1) {
      divisible.add(batch);
    }
  }

  /**
   * {@return the batches that a free worker may take something over from; none if items wait}
   *
   * @param only which way the worker's items go, of a group with several kinds of workers; null
   *     elsewhere
   */
  List<Batch> shareable(@Nullable Way only) {
    lock.lock();
    try {
      return lanes.isEmpty(only)
          ? divisible.stream()
              .filter(b -> only == null || ((EngineCall) b.call()).lane.isSharedOut())
              .toList()
          : List.of();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Enters a batch of items that a worker took over. Their call may have been given up while they
   * were in nobody's hands.
   */
  void addTakenOver(Batch batch) {
    lock.lock();
    try {
      EngineCall call = (EngineCall) batch.call();
      batch.items().stream()
          .filter(item -> state == State.STOPPED || call.hasGivenUp(item))
          .forEach(Item::unwant);
      enter(batch);
    } finally {
      lock.unlock();
    }
  }

  /** The worker of a batch has nothing of it any more. */
  void remove(Batch batch, long elapsedNanos) {
    lock.lock();
    try {
      active.remove(batch);
      divisible.remove(batch);
      ((EngineCall) batch.call()).lane.chunker().ended(batch.count(), elapsedNanos);
    } finally {
      lock.unlock();
    }
  }

  /**
   * So many items are not open any more.
   *
   * @return whether the caller has to close the group
   */
  boolean end(int items) {
    lock.lock();
    try {
      count -= items;
      if (count != 0) {
        return false;
      }
      if (dropped && state == State.OPEN) {
        state = State.CLOSING;
      }
      quiet.signalAll();
      return state != State.OPEN;
    } finally {
      lock.unlock();
    }
  }

  // ---------------------------------------------------------------- what is given up

  /** {@return whether the item, which is unwanted, waited or paused; then it is the caller's} */
  boolean remove(Item item) {
    lock.lock();
    try {
      Lane lane = ((EngineCall) item.call()).lane;
      return (lane.remove(item) && item.takeBack()) || attempts.remove(item);
    } finally {
      lock.unlock();
    }
  }

  /** Takes out all items of a call from an index on; none of them comes back. */
  GivenUp giveUp(EngineCall call, long fromIndex) {
    List<Item> held = new ArrayList<>();
    lock.lock();
    try {
      call.giveUpFrom(fromIndex);
      List<Item> waited = call.lane.drain(fromIndex);
      waited.removeIf(item -> !item.takeBack() && held.add(item));
      waited.addAll(attempts.remove(call, fromIndex));
      for (Batch batch : active) {
        if (batch.call() == call) {
          batch.items().stream().filter(i -> i.index() + i.count() > fromIndex).forEach(held::add);
        }
      }
      return new GivenUp(waited, held);
    } finally {
      lock.unlock();
    }
  }

  /** {@return all items that waited or paused, the caller's now} */
  List<Item> drain() {
    lock.lock();
    try {
      return drainAll();
    } finally {
      lock.unlock();
    }
  }

  private List<Item> drainAll() {
    List<Item> items = lanes.drain();
    calls.forEach(call -> items.addAll(call.lane.drain(0))); // batches that are not full yet
    items.removeIf(item -> !item.takeBack()); // those run, out of an older batch
    items.addAll(attempts.removeAll());
    return items;
  }

  // ---------------------------------------------------------------- the end

  /** {@return whether the caller has to close the group, because nothing waits or runs} */
  boolean close() {
    lock.lock();
    try {
      if (state != State.OPEN) {
        return false;
      }
      state = State.CLOSING;
      quiet.signalAll();
      return count == 0;
    } finally {
      lock.unlock();
    }
  }

  /** {@return whether nothing waits or runs; if not, the last item that ends closes the pool} */
  boolean drop() {
    lock.lock();
    try {
      dropped = true;
      return count == 0;
    } finally {
      lock.unlock();
    }
  }

  /** Takes out all that waits; what runs is not wanted any more. */
  Stopped stop() {
    lock.lock();
    try {
      state = State.STOPPED;
      quiet.signalAll();
      List<Item> waited = drainAll();
      Set<EngineCall> waiting = new LinkedHashSet<>(calls);
      active.forEach(batch -> waiting.add((EngineCall) batch.call()));
      waited.forEach(item -> waiting.add((EngineCall) item.call()));
      active.forEach(batch -> batch.items().forEach(Item::unwant));
      return new Stopped(waited, waiting);
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the pool is closed and nothing waits or runs. */
  boolean awaitQuiet(Duration timeout) throws InterruptedException {
    long left = timeout.toNanos();
    lock.lockInterruptibly();
    try {
      while (count > 0 || state == State.OPEN) {
        if (left <= 0) {
          return false;
        }
        left = quiet.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }
}
