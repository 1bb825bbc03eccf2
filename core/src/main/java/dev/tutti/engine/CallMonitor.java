package dev.tutti.engine;

import dev.tutti.spi.Batch;
import dev.tutti.spi.HelpingGroup;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The lock of a bulk call, and waiting for what it guards. A worker of the same pool that waits
 * runs items of the call, and of any pool another one takes its place.
 */
final class CallMonitor {
  /*
   * `helping` is guarded by `lock`. `wakes` is not: a helper reads it, then looks whether it can go on, then parks if it is
   * as read. Who wakes counts it up before he unparks the helpers, so one that has not seen the change does not park.
   */
  private final ReentrantLock lock = new ReentrantLock();
  private final Dispatcher dispatcher;
  private final Function<Object, @Nullable Batch> take;
  private final Runnable giveUp;
  private final Set<Thread> helping = new HashSet<>();
  private final AtomicLong wakes = new AtomicLong();

  /**
   * @param dispatcher of the call's pool
   * @param take gives an item of the call that waits to a thread of its pool
   * @param giveUp stops the call's items where the task that waits for them is to stop
   */
  CallMonitor(Dispatcher dispatcher, Function<Object, @Nullable Batch> take, Runnable giveUp) {
    this.dispatcher = dispatcher;
    this.take = take;
    this.giveUp = giveUp;
  }

  void lock() {
    lock.lock();
  }

  void lockInterruptibly() throws InterruptedException {
    lock.lockInterruptibly();
  }

  void unlock() {
    lock.unlock();
  }

  Condition newCondition() {
    return lock.newCondition();
  }

  /** Waits, with the lock held; it is released meanwhile. */
  void await(Condition condition, BooleanSupplier done) throws InterruptedException {
    Optional<Dispatcher> here = done.getAsBoolean() ? Optional.empty() : Engine.helped();
    if (here.isPresent() && lock.getHoldCount() == 1) {
      help(here.get(), done);
    }
    while (!done.getAsBoolean()) {
      condition.await();
    }
  }

  private void help(Dispatcher here, BooleanSupplier done) throws InterruptedException {
    Thread thread = Thread.currentThread();
    boolean entered = helping.add(thread);
    lock.unlock();
    try {
      here.helpUntil(awaited(done), Long.MAX_VALUE);
    } finally {
      lock.lock();
      if (entered) {
        helping.remove(thread);
      }
    }
  }

  private HelpingGroup.Awaited awaited(BooleanSupplier done) {
    return new HelpingGroup.Awaited() {
      @Override
      public boolean isDone() {
        lock.lock();
        try {
          return done.getAsBoolean();
        } finally {
          lock.unlock();
        }
      }

      @Override
      public long changes() {
        return wakes.get();
      }

      @Override
      public boolean isOfAnotherPool() {
        return !dispatcher.canHelp();
      }

      @Override
      public @Nullable Batch take(Object worker) {
        return take.apply(worker);
      }

      @Override
      public void interrupted() { // its thread may run one of these items
        Thread.ofVirtual().name("tutti-interrupt").start(giveUp);
      }
    };
  }

  /** Wakes who waits for this condition, and all who help, with the lock held. */
  void wake(Condition condition) {
    condition.signalAll();
    wakes.incrementAndGet(); // before helpers are unparked
    helping.forEach(LockSupport::unpark);
  }
}
