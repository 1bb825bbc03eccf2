package dev.tutti.process.worker;

import java.util.concurrent.locks.ReentrantLock;

/** The item that runs now, as something that can be interrupted. */
final class Attempt {
  /*
   * `lock` makes "is it still this item" and "interrupt" one step. The flag is cleared when the item has
   * ended, so neither the next item nor the worker's own code sees it. An interrupt may come between the
   * claim of an item and its begin(): it is kept for that item.
   */
  static final long NONE = -1;

  private final Thread runner;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile long current = NONE;
  private volatile long wanted = NONE;

  Attempt(Thread runner) {
    this.runner = runner;
  }

  Thread runner() {
    return runner;
  }

  /** {@return the number of the item that runs, or {@link #NONE}} */
  long current() {
    return current;
  }

  /** {@return whether an item is to stop} */
  boolean isToStop(long item) {
    return wanted == item;
  }

  void begin(long item) {
    lock.lock();
    try {
      current = item;
      if (wanted == item) {
        runner.interrupt();
      }
    } finally {
      lock.unlock();
    }
  }

  /** The item's own code has ended; what follows is the worker's. */
  void end() {
    lock.lock();
    try {
      current = NONE;
      Thread.interrupted();
    } finally {
      lock.unlock();
    }
  }

  void interrupt(long item) {
    lock.lock();
    try {
      wanted = item;
      if (current == item) {
        runner.interrupt();
      }
    } finally {
      lock.unlock();
    }
  }
}
