package dev.tutti.process.worker;

import dev.tutti.codec.Filters;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

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
  private @Nullable Control control; // the runner's
  private volatile boolean cannotBeReached;

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

  /**
   * What is to begin to listen when the first code of a user runs.
   *
   * @param late which has not begun
   */
  void control(Control late) {
    control = late;
  }

  /** Code of a user is about to run. */
  void userCodeBegins() {
    Filters.programMayHaveOne();
    Control late = control;
    if (late != null) {
      control = null;
      late.beginSoon();
    }
  }

  /** There will be no way to tell this worker to stop something: it is to leave. */
  void cannotBeReached() {
    cannotBeReached = true;
  }

  boolean isToLeave() {
    return cannotBeReached;
  }

  void begin(long item) {
    userCodeBegins();
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
