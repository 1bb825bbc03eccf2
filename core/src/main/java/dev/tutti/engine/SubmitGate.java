package dev.tutti.engine;

import dev.tutti.spi.HelpingGroup;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Counts the submitted tasks of a pool that have not ended, and lets no more in than a bound. */
final class SubmitGate {
  /*
   * `open` is changed by compare-and-set. Who waits for room enters `waiters` (1), then looks at `open` (2). Who
   * leaves counts down (3), then unparks all `waiters` (4). So either (2) sees the room, or (4) sees the waiter. Not
   * the first one alone: it may run a task of its pool meanwhile, and look much later.
   */
  private final AtomicLong open = new AtomicLong();
  private final AtomicLong changes = new AtomicLong();
  private final ConcurrentLinkedQueue<Thread> waiters = new ConcurrentLinkedQueue<>();

  /** One more, whatever the bound. */
  void enter() {
    open.incrementAndGet();
  }

  /** {@return whether there was room for one more, which is counted then} */
  boolean entersWithin(long bound) {
    long now = open.get();
    while (now < bound) {
      if (open.compareAndSet(now, now + 1)) {
        return true;
      }
      now = open.get();
    }
    return false;
  }

  /** One has ended, or has not been taken in after all. */
  void leave() {
    open.decrementAndGet();
    wakeAll();
  }

  /** The bound has changed, or there is nothing to wait for any more. */
  void wakeAll() {
    changes.incrementAndGet();
    waiters.forEach(LockSupport::unpark);
  }

  /**
   * Waits for room.
   *
   * @param bound how many there may be
   * @param isOver whether the wait is over without
   * @param nanos how long it takes at most; {@code Long.MAX_VALUE} for ever
   * @return whether there was room for one more, which is counted then
   * @throws InterruptedException if the calling thread is interrupted while it waits
   */
  boolean awaitRoom(LongSupplier bound, BooleanSupplier isOver, long nanos)
      throws InterruptedException {
    Room room = new Room(bound, isOver);
    waiters.add(Thread.currentThread());
    try {
      boolean _ = Engine.await(room, nanos);
      return room.entered;
    } catch (InterruptedException e) {
      if (room.entered) {
        leave(); // it came too late
      }
      throw e;
    } finally {
      waiters.remove(Thread.currentThread());
    }
  }

  private final class Room implements HelpingGroup.Awaited {
    private final LongSupplier bound;
    private final BooleanSupplier isOver;
    private boolean entered; // of the waiting thread

    Room(LongSupplier bound, BooleanSupplier isOver) {
      this.bound = bound;
      this.isOver = isOver;
    }

    @Override
    public boolean isDone() {
      entered = entered || (!isOver.getAsBoolean() && entersWithin(bound.getAsLong()));
      return entered || isOver.getAsBoolean();
    }

    @Override
    public long changes() {
      return changes.get();
    }
  }
}
