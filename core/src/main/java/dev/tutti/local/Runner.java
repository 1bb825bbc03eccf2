package dev.tutti.local;

import dev.tutti.spi.Batch;
import dev.tutti.spi.Belongings;
import dev.tutti.spi.CallContext;
import dev.tutti.spi.CpuTime;
import dev.tutti.spi.HelpingGroup;
import dev.tutti.spi.Item;
import dev.tutti.spi.Timer;
import dev.tutti.task.Cancelled;
import dev.tutti.task.Failure;
import dev.tutti.task.Outcome;
import dev.tutti.task.Success;
import dev.tutti.task.WorkerContext;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Runs batches on the thread that calls it, and can be told to stop the item that runs. */
final class Runner {
  /*
   * An interrupt is aimed at one item. `lock` makes "is it still this item" and "interrupt" one step, and
   * the flag is cleared when the item has ended, so no later item and no code of the pool sees it. When
   * the thread is the caller's own, an interrupt that was not aimed by stop() is the caller's and stays.
   *
   * While an item waits, its thread may run what it waits for by a further runner (`helper`, `awaited`). An interrupt of the
   * item that waits is kept meanwhile (`kept`), for it is not for the other one, and sent once, when the item goes on.
   *
   * A task that makes a call, of any pool, and runs items of it on its own thread does so by a further runner. Where an item of
   * that waits, all the tasks around it (`outer`) wait with it.
   */
  private final LocalGroup group;
  private final String worker;
  private final Belongings belongings;
  private final boolean ownsThread;
  private final Runnable nearlyFree;
  private final boolean onWorker; // of the group, and not on another thread
  private final @Nullable Runner outer;
  private final int depth;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Item current;
  private @Nullable Thread thread;
  private boolean interrupted; // by stop(), since the item has begun
  private volatile boolean kept; // written under the lock
  private HelpingGroup.@Nullable Awaited awaited; // while its item waits
  private @Nullable Future<?> stray;

  /** A runner on the caller's own thread. */
  static Runner onCaller(LocalGroup group, Belongings belongings) {
    String worker = "tutti-" + group.pool + "-caller";
    return new Runner(group, worker, belongings, false, () -> {}, false, here(), 0);
  }

  /**
   * A runner on a thread of the pool, on which an interrupt flag that a task leaves behind is of no
   * interest to anybody.
   *
   * @param nearlyFree called when the last item of a batch has run and before its outcome is told:
   *     who hears that outcome and queues further work finds this worker as good as free
   */
  static Runner onOwnThread(
      LocalGroup group, String worker, Belongings belongings, Runnable nearlyFree) {
    return new Runner(group, worker, belongings, true, nearlyFree, true, null, 0);
  }

  private Runner(
      LocalGroup group,
      String worker,
      Belongings belongings,
      boolean ownsThread,
      Runnable nearlyFree,
      boolean onWorker,
      @Nullable Runner outer,
      int depth) {
    this.onWorker = onWorker;
    this.outer = outer;
    this.depth = depth;
    this.group = group;
    this.worker = worker;
    this.belongings = belongings;
    this.ownsThread = ownsThread;
    this.nearlyFree = nearlyFree;
  }

  void run(Batch batch) {
    long cpu = group.measures ? CpuTime.here() : CpuTime.UNKNOWN;
    long start = System.nanoTime();
    Item last = batch.items().getLast();
    int ran = 0;
    for (Item item : batch.items()) {
      if (item.isUnwanted() && item.takeBack()) {
        group.sink.returned(item, null);
      } else if (item.claim()) {
        ran++;
        item.place(this); // before begin() looks whether the item is still wanted
        run(item, item == last);
      }
    }
    long elapsed = System.nanoTime() - start;
    if (group.measures) {
      group.sink.batchEnded(batch, ran, elapsed, CpuTime.between(cpu, CpuTime.here()));
    } else {
      group.sink.batchEnded(batch, elapsed);
    }
  }

  private void run(Item item, boolean last) {
    begin(item);
    long start = System.nanoTime();
    Optional<Future<?>> alarm = Optional.empty();
    boolean callersInterrupt = false;
    Outcome<?> outcome;
    try {
      alarm = alarm(item, start);
      outcome = new Success<@Nullable Object>(invoke(item));
    } catch (Throwable failure) { // an Error of a task is a failure like any other
      callersInterrupt = !ownsThread && failure instanceof InterruptedException;
      outcome = item.isUnwanted() ? new Cancelled<>() : new Failure<>(failure);
    }
    long elapsed = System.nanoTime() - start;
    alarm.ifPresent(a -> a.cancel(false));
    if (!end() && callersInterrupt) {
      Thread.currentThread().interrupt(); // it was the caller who was interrupted: he is to see it
    }
    if (last) {
      nearlyFree.run();
    }
    group.sink.ended(item, outcome, elapsed);
  }

  private Optional<Future<?>> alarm(Item item, long start) {
    return item.call()
        .options()
        .timeout()
        .map(limit ->
            Timer.after(TimeUnit.NANOSECONDS.convert(limit), () -> checkTime(item, start)));
  }

  private @Nullable Object invoke(Item item) throws Exception {
    LocalContext context =
        new LocalContext(
            group.pool,
            worker,
            item,
            item.attempts() + 1,
            belongings,
            group.events,
            this,
            WorkerContext.CURRENT.isBound()
                    && WorkerContext.CURRENT.get() instanceof CallContext around
                ? around
                : null);
    return ScopedValue.where(WorkerContext.CURRENT, context)
        .call(() -> item.call().body().invoke(item.call().function(), item.argument()));
  }

  private void checkTime(Item item, long start) {
    boolean runs;
    lock.lock();
    try {
      runs = current == item && item.place() == this;
    } finally {
      lock.unlock();
    }
    if (runs) {
      group.sink.overdue(item, System.nanoTime() - start);
    }
  }

  private void begin(Item item) {
    lock.lock();
    try {
      current = item;
      thread = Thread.currentThread();
      interrupted = false;
      kept = false;
      if (item.isUnwanted()) { // stop() came after the claim and before this
        interruptCurrent();
      }
    } finally {
      lock.unlock();
    }
  }

  /** {@return whether the item was interrupted by stop()} */
  private boolean end() {
    lock.lock();
    try {
      current = null;
      thread = null;
      if (stray != null) {
        stray.cancel(false);
        stray = null;
      }
      if (interrupted || ownsThread) {
        Thread.interrupted();
      }
      return interrupted;
    } finally {
      lock.unlock();
    }
  }

  /** Interrupts an item if it is the one that runs here. */
  void stop(Item item) {
    lock.lock();
    try {
      if (current == item) {
        interruptCurrent();
        if (stray == null) {
          stray = group.strays.watch(this, item);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** {@return whether an item still runs here} */
  boolean runs(Item item) {
    lock.lock();
    try {
      return current == item;
    } finally {
      lock.unlock();
    }
  }

  /** Interrupts whatever runs here. */
  void stopCurrent() {
    lock.lock();
    try {
      interruptCurrent();
    } finally {
      lock.unlock();
    }
  }

  private void interruptCurrent() {
    if (thread != null) {
      interrupted = true;
      if (awaited != null) {
        kept = true;
        LockSupport.unpark(thread); // between two items it sees that it is to stop
        awaited.interrupted();
      } else {
        thread.interrupt();
      }
    }
  }

  /** The item that runs waits, and its thread may run others from now on. */
  void beginsToHelp(HelpingGroup.Awaited until) {
    lock.lock();
    try {
      awaited = until;
    } finally {
      lock.unlock();
    }
    if (outer != null) {
      outer.beginsToHelp(until);
    }
  }

  /** {@return whether the item that waits is to see an interrupt} Takes no lock. */
  boolean isToStop() {
    return kept || (outer != null && outer.isToStop());
  }

  /** The item that runs goes on, with the interrupt that it was sent meanwhile. */
  void endsToHelp() {
    lock.lock();
    try {
      awaited = null;
      if (kept) {
        kept = false;
        Thread.currentThread().interrupt();
      }
    } finally {
      lock.unlock();
    }
    if (outer != null) {
      outer.endsToHelp();
    }
  }

  /** {@return what runs the innermost task of the calling thread; null if none} */
  static @Nullable Runner here() {
    return WorkerContext.CURRENT.isBound()
            && WorkerContext.CURRENT.get() instanceof LocalContext context
            && context.runner().isHere()
        ? context.runner()
        : null;
  }

  /**
   * {@return what runs a task of that group on the calling thread, maybe around others; null if
   * none, or if the thread is no worker of the group}
   */
  static @Nullable Runner here(LocalGroup group) {
    Runner runner = here();
    while (runner != null && !(runner.group == group && runner.onWorker)) {
      runner = runner.outer;
    }
    return runner;
  }

  /**
   * {@return whether this runs on the calling thread} A thread may inherit a context; it reads no
   * thread here but that of somebody else.
   */
  private boolean isHere() {
    return thread == Thread.currentThread();
  }

  /** {@return how many items wait below those that run here, on the same thread} */
  int depth() {
    return depth;
  }

  /** {@return a runner for items of a call that the task of this one makes, on its thread} */
  Runner inner() {
    return new Runner(group, worker, belongings, false, () -> {}, true, here(), depth);
  }

  /** {@return a runner for what the item of this one waits for, on its thread} */
  Runner helper() {
    return new Runner(group, worker, belongings, true, () -> {}, true, null, depth + 1);
  }
}
