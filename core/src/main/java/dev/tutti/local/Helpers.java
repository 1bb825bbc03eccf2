package dev.tutti.local;

import dev.tutti.spi.Batch;
import dev.tutti.spi.HelpingGroup.Awaited;
import dev.tutti.spi.WorkSource;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/** The threads of a pool whose tasks wait for it, and which run what waits there meanwhile. */
final class Helpers {
  /*
   * `threads` is guarded by the group's lock. `queued` is not: a helper reads it, then looks for work, then parks if it is as
   * read. Who queues work counts it up before he looks whom to wake, and a helper is entered before it looks for work;
   * so a helper that has not found the work does not park, or is unparked.
   */
  private final ReentrantLock lock;
  private final WorkSource source;
  private final Runnable workQueued;
  private final Set<Thread> threads = new HashSet<>();
  private final AtomicLong queued = new AtomicLong();

  /**
   * @param lock the group's
   * @param workQueued has the group bring what waits to a worker
   */
  Helpers(ReentrantLock lock, WorkSource source, Runnable workQueued) {
    this.lock = lock;
    this.source = source;
    this.workQueued = workQueued;
  }

  /** Work was queued; before {@link #unpark}. */
  void countQueued() {
    queued.incrementAndGet();
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
    boolean entered = enter(thread);
    waiting.beginsToHelp(awaited);
    try {
      while (true) {
        long changes = awaited.changes(); // before the looks: what changes after them is seen
        long queuedSoFar = queued.get();
        long left = deadlineNanos - System.nanoTime();
        if (awaited.isDone() || waiting.wasInterrupted() || left <= 0) {
          break;
        }
        Batch batch = source.poll(helper, false, 1);
        if (batch != null) {
          helper.run(batch);
        } else if (awaited.changes() == changes
            && queued.get() == queuedSoFar
            && !waiting.wasInterrupted()) {
          LockSupport.parkNanos(this, left);
        }
      }
    } finally {
      waiting.endsToHelp();
      if (entered) {
        leave(thread);
      }
    }
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  private boolean enter(Thread thread) {
    lock.lock();
    try {
      return threads.add(thread); // an outer task of this thread may be entered already
    } finally {
      lock.unlock();
    }
  }

  private void leave(Thread thread) {
    lock.lock();
    try {
      threads.remove(thread);
    } finally {
      lock.unlock();
    }
    if (source.hasWork()) {
      workQueued.run(); // it may have been unparked for this work, and not take it
    }
  }
}
