package dev.tutti.process.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A lock that is held for moments, or by one thread again and again, so that others hardly ever
 * wait for it. Not reentrant, and not bound to a thread: another one may give it back.
 */
final class RareLock {
  /*
   * `held` is taken by compare-and-set and given back by a release, which pairs with the next one's. A ReentrantLock is given back
   * with a fence, so that it sees who waits; that fence was a fifth of what a worker does for a short item. Here nobody is
   * woken: who waits looks again, which is no loss where the lock is held for less time than a wake-up takes.
   */
  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(20);
  private static final VarHandle HELD;

  static {
    try {
      HELD = MethodHandles.lookup().findVarHandle(RareLock.class, "held", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("unused") // by HELD
  private volatile boolean held;

  /** Waits until nobody else has it. An interrupt is kept for later. */
  @SuppressWarnings("ThreadPriorityCheck") // it is not relied on
  void lock() {
    while (!tryLock()) {
      Thread.yield(); // with an interrupt flag nobody can park
      LockSupport.parkNanos(this, PAUSE_NANOS);
    }
  }

  boolean tryLock() {
    return HELD.compareAndSet(this, false, true);
  }

  void unlock() {
    HELD.setRelease(this, false);
  }
}
