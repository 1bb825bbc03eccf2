package dev.tutti.memory.sync;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** An event for the threads of one process. */
final class JvmEvent implements Event {
  /* `turns` counts how often it was set, so that who waits sees that it was, also when it is cleared. */
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private long turns; // guarded by lock
  private volatile boolean set; // written under lock

  @Override
  public void set() {
    lock.lock();
    try {
      if (!set) {
        set = true;
        turns++;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void clear() {
    lock.lock();
    try {
      set = false;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean isSet() {
    return set;
  }

  @Override
  public void await() throws InterruptedException {
    await(Nanos.FOREVER);
  }

  @Override
  public boolean await(Duration timeout) throws InterruptedException {
    return await(Nanos.of(timeout));
  }

  private boolean await(long nanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long before = turns;
      long left = nanos;
      while (!set && turns == before && left > 0) {
        left = nanos == Nanos.FOREVER ? forEver() : changed.awaitNanos(left);
      }
      return set || turns != before;
    } finally {
      lock.unlock();
    }
  }

  @SuppressWarnings("WaitNotInLoop") // in that of the caller
  private long forEver() throws InterruptedException {
    changed.await();
    return Nanos.FOREVER;
  }

  @Override
  public String toString() {
    return "Event[%s]".formatted(set ? "set" : "unset");
  }
}
