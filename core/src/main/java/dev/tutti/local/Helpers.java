package dev.tutti.local;

import dev.tutti.spi.Batch;
import dev.tutti.spi.HelpingGroup.Awaited;
import dev.tutti.spi.WorkSource;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.IntSupplier;

/** The threads of a pool whose tasks wait. */
final class Helpers {
  /*
   * A thread whose task waits runs what that waits for, where it finds it in a lane, and nothing else: what runs on top of a
   * task that does not wait for it may itself wait for that task, and sees its locks and scoped values. Where it finds
   * nothing, or the wait is bounded, it stands aside: it parks, is in `aside`, and the group has another thread run tasks.
   *
   * What it runs may wait as well, and so on. A thread that has MOST_DEPTH tasks that wait, one upon the other, stands aside
   * at once: its stack has an end.
   *
   * Who waits for another pool keeps its place, but for as many as the group has workers (`strangers`): else all tasks of a pool
   * that wait for another one would begin.
   *
   * Where a further thread cannot be had (`alone`, which the group sets before it unparks), those who stand aside run whatever
   * waits: a pool in which that may go wrong is better than one that stands still. `aside` and `strangers` are guarded by the group's lock.
   * `queued` is not: such a thread reads it, then looks for work, then parks if it is as read. Who queues work counts it up
   * before he looks whom to wake, so a thread that has not found the work does not park, or is unparked.
   */
  private static final int MOST_DEPTH = 32;

  private static final long FAR_NANOS = Long.MAX_VALUE / 2;

  private final ReentrantLock lock;
  private final IntSupplier most;
  private final WorkSource source;
  private final Runnable workQueued;
  private final BiConsumer<Runner, Batch> runOn;
  private final AtomicLong queued = new AtomicLong();
  private final Set<Thread> aside = new HashSet<>();
  private int strangers;
  private volatile boolean alone;

  /**
   * @param lock the group's
   * @param most how many workers the group has, with the lock held
   * @param workQueued has the group bring what waits to a worker
   * @param runOn runs a batch, which the group can stop
   */
  Helpers(
      ReentrantLock lock,
      IntSupplier most,
      WorkSource source,
      Runnable workQueued,
      BiConsumer<Runner, Batch> runOn) {
    this.lock = lock;
    this.most = most;
    this.source = source;
    this.workQueued = workQueued;
    this.runOn = runOn;
  }

  /** Work was queued; before {@link #alone}. */
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
      aside.forEach(LockSupport::unpark); // after its work was counted as queued
    }
  }

  /**
   * Waits on the calling thread until something is so.
   *
   * @param innermost runs the task that waits
   * @param mine runs a task of the group, that one or one around it
   * @param nanos how long at most; {@code Long.MAX_VALUE} for ever
   */
  void help(Runner innermost, Runner mine, Awaited awaited, long nanos)
      throws InterruptedException {
    long deadlineNanos = System.nanoTime() + Math.min(nanos, FAR_NANOS);
    Runner helper = mine.helper();
    innermost.beginsToHelp(awaited);
    try {
      if (nanos == Long.MAX_VALUE && helper.depth() <= MOST_DEPTH) {
        runAwaited(innermost, helper, awaited);
      }
      if (!isOver(innermost, awaited)) {
        standAside(innermost, helper, awaited, deadlineNanos);
      }
    } finally {
      innermost.endsToHelp();
    }
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  private void runAwaited(Runner innermost, Runner helper, Awaited awaited) {
    boolean found = true;
    while (found && !isOver(innermost, awaited)) {
      Batch batch = awaited.take(helper);
      found = batch != null;
      if (batch != null) {
        runOn.accept(helper, batch);
      }
    }
  }

  private void standAside(Runner innermost, Runner helper, Awaited awaited, long deadlineNanos) {
    awaited.hasten();
    boolean stranger = awaited.isOfAnotherPool();
    boolean entered = enter(stranger);
    try {
      long left = deadlineNanos - System.nanoTime();
      while (left > 0) {
        long changes = awaited.changes(); // before the looks: what changes after them is seen
        long queuedSoFar = queued.get();
        if (isOver(innermost, awaited)) {
          break;
        }
        Batch batch = alone ? source.poll(helper, false, 1) : null;
        if (batch != null) {
          runOn.accept(helper, batch);
        } else if (awaited.changes() == changes
            && (!alone || queued.get() == queuedSoFar)
            && !isToStop(innermost)) {
          LockSupport.parkNanos(this, left);
        }
        left = deadlineNanos - System.nanoTime();
      }
    } finally {
      if (entered) {
        leave(stranger);
      }
    }
  }

  private static boolean isOver(Runner innermost, Awaited awaited) {
    return awaited.isDone() || isToStop(innermost);
  }

  /** Or somebody else has interrupted the thread. */
  private static boolean isToStop(Runner innermost) {
    return innermost.isToStop() || Thread.currentThread().isInterrupted();
  }

  private boolean enter(boolean stranger) {
    boolean entered;
    lock.lock();
    try {
      entered =
          !(stranger && strangers >= most.getAsInt())
              && aside.add(Thread.currentThread()); // or it stands aside for an outer task already
      if (entered && stranger) {
        strangers++;
      }
    } finally {
      lock.unlock();
    }
    if (source.hasWork()) {
      workQueued.run(); // for the thread that there may be now
    }
    return entered;
  }

  private void leave(boolean stranger) {
    lock.lock();
    try {
      aside.remove(Thread.currentThread());
      if (stranger) {
        strangers--;
      }
    } finally {
      lock.unlock();
    }
    if (alone && source.hasWork()) {
      workQueued.run(); // it may have been unparked for this work, and not take it
    }
  }
}
