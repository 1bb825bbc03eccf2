package dev.tutti.local;

import dev.tutti.spi.Batch;
import dev.tutti.spi.HelpingGroup.Awaited;
import dev.tutti.spi.WorkSource;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;

/** The threads of a pool whose tasks wait for it, and which run what waits there meanwhile. */
final class Helpers {
  /*
   * `threads` and `aside` are guarded by the group's lock. `queued` is not: a helper reads it, then looks for work, then parks
   * if it is as read. Who queues work counts it up before he looks whom to wake, and a helper is entered before it looks for work;
   * so a helper that has not found the work does not park, or is unparked.
   *
   * What a helper runs may wait as well, and so on. A thread that has MOST_DEPTH tasks that wait, one upon the other, stands
   * aside: it only waits, and is in `aside` and not in `threads`. Meanwhile the group may have one thread more. Where that
   * cannot be had (`alone`, which the group sets before it unparks), those who stand aside help all the same: a task that fails
   * for its depth is better than a pool that stands still.
   */
  private static final int MOST_DEPTH = 32;

  private final ReentrantLock lock;
  private final Condition tooMany;
  private final WorkSource source;
  private final Runnable workQueued;
  private final BiConsumer<Runner, Batch> runOn;
  private final Set<Thread> threads = new HashSet<>();
  private final AtomicLong queued = new AtomicLong();
  private final Set<Thread> aside = new HashSet<>();
  private volatile boolean alone;

  /**
   * @param lock the group's
   * @param tooMany is signalled when the group may have a thread less
   * @param workQueued has the group bring what waits to a worker
   * @param runOn runs a batch, which the group can stop
   */
  Helpers(
      ReentrantLock lock,
      Condition tooMany,
      WorkSource source,
      Runnable workQueued,
      BiConsumer<Runner, Batch> runOn) {
    this.lock = lock;
    this.tooMany = tooMany;
    this.source = source;
    this.workQueued = workQueued;
    this.runOn = runOn;
  }

  /** Work was queued; before {@link #unpark}. */
  void countQueued() {
    queued.incrementAndGet();
  }

  /** {@return how many threads only wait, with `lock` held} */
  int aside() {
    return aside.size();
  }

  /** Says whether the group can have no further thread, with `lock` held. */
  void alone(boolean isSo) {
    alone = isSo;
    if (isSo) {
      unpark(); // after its work was counted as queued
      aside.forEach(LockSupport::unpark);
    }
  }

  /** Has all of them look for work, with `lock` held. */
  void unpark() {
    threads.forEach(LockSupport::unpark);
  }

  /**
   * Runs what waits, on the calling thread, until something is so.
   *
   * @param waiting runs the task that waits for it
   */
  void help(Runner waiting, Awaited awaited, long deadlineNanos) throws InterruptedException {
    Runner helper = waiting.helper();
    Thread thread = Thread.currentThread();
    boolean isDeep = helper.depth() > MOST_DEPTH;
    boolean entered = enter(thread, isDeep);
    waiting.beginsToHelp(awaited);
    if (isDeep && source.hasWork()) {
      workQueued.run(); // for the thread that may be there now
    }
    try {
      while (true) {
        long changes = awaited.changes(); // before the looks: what changes after them is seen
        long queuedSoFar = queued.get();
        long left = deadlineNanos - System.nanoTime();
        if (awaited.isDone() || isToStop(waiting) || left <= 0) {
          break;
        }
        Batch batch = isDeep && !alone ? null : source.poll(helper, false, 1);
        if (batch != null) {
          runOn.accept(helper, batch);
        } else if (awaited.changes() == changes
            && queued.get() == queuedSoFar
            && !isToStop(waiting)) {
          LockSupport.parkNanos(this, left);
        }
      }
    } finally {
      waiting.endsToHelp();
      if (entered) {
        leave(thread, isDeep);
      }
    }
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  /** Or somebody else has interrupted the thread. */
  private static boolean isToStop(Runner waiting) {
    return waiting.isToStop() || Thread.currentThread().isInterrupted();
  }

  private boolean enter(Thread thread, boolean isDeep) {
    lock.lock();
    try {
      if (isDeep) {
        threads.remove(thread);
        return aside.add(thread);
      }
      return threads.add(thread); // an outer task of this thread may be entered already
    } finally {
      lock.unlock();
    }
  }

  private void leave(Thread thread, boolean isDeep) {
    lock.lock();
    try {
      if (isDeep) {
        aside.remove(thread);
        threads.add(thread); // it goes on in a task for which one below it waits, and helps
        tooMany.signalAll();
      } else {
        threads.remove(thread);
      }
    } finally {
      lock.unlock();
    }
    if (source.hasWork()) {
      workQueued.run(); // it may have been unparked for this work, and not take it
    }
  }
}
