package dev.tutti.engine;

import dev.tutti.plan.Choice;
import dev.tutti.spi.Batch;
import dev.tutti.spi.CpuTime;
import dev.tutti.spi.Item;
import dev.tutti.spi.ServiceThread;
import dev.tutti.spi.Way;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Reads the input of a call of which nobody has said where it is to run, runs items itself until
 * that is clear, and again when they change.
 */
final class ChoosingFeed {
  /*
   * One thread at a time reads the input (`reader`): first the caller of a call that waits for all its results, else a thread of the call's
   * own, as the consumer of lazy results must get those that are there. It runs what it has read (`chunk`) while there is a trial or where
   * sharing out does not pay. The reader changes in one step under `lock`, at a moment when the old one does not read:
   *
   *   by the caller itself, when work is shared out and the input may make it wait, or when it would have to run anything after
   *   that: from then on it waits for the results, so that a failure reaches it at once
   *   by look(), on the timer's thread, while the old reader runs a chunk that takes long. What it has not begun of that goes
   *   to workers; when it comes back it finds that it is not the reader any more
   *
   * What the old reader wrote into the feeder happens-before the new one's reading: it took `lock` after it had read, to enter
   * its chunk, and the new thread is started under `lock`.
   *
   * Everything below `lock` is guarded by it. It is not held while the call, the dispatcher or the input is called.
   */
  private static final Object FIRST = new Object();

  /** A chunk that runs for longer is looked at. Far below the 50 ms that callers may be used. */
  private static final long LOOK_NANOS = FeedWatch.PERIOD_NANOS;

  /** One whose thread is parked, and hardly had a processor, is looked at earlier. */
  private static final long PARKED_NANOS = FeedWatch.FIRST_NANOS;

  /** What takes less does not wait, and its CPU time is not asked for. */
  private static final long SHORT_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

  /** A thread that has no CPU time for so long, and is not parked, waits for something outside. */
  private static final long SURE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /**
   * Virtual threads are many, and each has one item: so many of them count as the one that is
   * looked at.
   */
  private static final int ONE_OF = 8;

  private final BulkRun run;
  private final Dispatcher dispatcher;
  private final Feeder feeder;
  private final Kind kind;
  private boolean hasBegun; // of the thread that gives items one by one
  private boolean sharesOut; // the caller's, who reads

  private final AtomicInteger virtuals = new AtomicInteger();
  private final ReentrantLock lock = new ReentrantLock();
  private final Chooser chooser;
  private Object reader = FIRST;
  private @Nullable Thread thread; // of the call's own, which reads
  private boolean stopped;
  private @Nullable Chunk chunk;
  private boolean watched;
  private int ranHere; // items of `chunk` that have run, once it has ended

  /** What threads still run that were relieved for it. It was counted then. */
  private final Set<Batch> relieved = new HashSet<>();

  /**
   * What of a call does not change.
   *
   * @param pool its pool's name
   * @param isPushed whether items are given one by one by somebody who cannot be replaced
   * @param isNested whether a task made the call
   * @param callerWaits whether the caller is to run nothing, because he waits for a deadline
   */
  record Kind(String pool, boolean isPushed, boolean isNested, boolean callerWaits) {}

  /** What the reader runs itself. */
  private record Chunk(
      Batch batch, Thread thread, long sinceNanos, long sinceCpu, long settledBefore) {}

  ChoosingFeed(BulkRun run, Dispatcher dispatcher, Feeder feeder, Chooser chooser, Kind kind) {
    this.run = run;
    this.dispatcher = dispatcher;
    this.feeder = feeder;
    this.chooser = chooser;
    this.kind = kind;
  }

  private boolean reads(Object who) {
    lock.lock();
    try {
      return reader == who;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Reads the whole input on the calling thread, or until another one goes on with it.
   *
   * @param isOwn whether this is the call's own thread, not the caller's
   */
  void feedAll(boolean isOwn) {
    feedAll(FIRST, !isOwn);
  }

  private void feedAll(Object me, boolean isCaller) {
    try {
      boolean more = true;
      while (more && reads(me)) {
        if (isCaller && Thread.currentThread().isInterrupted()) {
          throw new InterruptedException();
        }
        if (!isCaller) {
          clearFlag();
        }
        more = feedSome(isCaller);
      }
    } catch (InterruptedException e) {
      if (isCaller) {
        run.interrupted();
      } else { // by stop(): the call is over, and has its reason
        run.endInput(null);
      }
    } catch (RuntimeException | Error e) {
      if (isCaller) {
        throw e;
      }
      run.readerDied(e);
    } finally {
      if (reads(me)) {
        feeder.close();
      }
    }
  }

  /** A flag that an item has left on a thread of the call's own means nothing. */
  private void clearFlag() {
    lock.lock();
    try {
      if (!stopped) { // stop() interrupts under the lock, after it has said so
        Thread.interrupted();
      }
    } finally {
      lock.unlock();
    }
  }

  /** {@return whether there may be more for this reader} */
  private boolean feedSome(boolean isCaller) throws InterruptedException {
    int here = itemsHere(isCaller);
    if (isCaller) {
      boolean mustWait = here > 0 ? sharesOut : feeder.mayWait();
      if (kind.callerWaits() || mustWait) {
        handOver();
        return true;
      }
      sharesOut = here == 0;
    }
    long room = run.awaitRoom();
    if (room == 0) {
      run.endInput(null);
      return false;
    }
    return here > 0
        ? feeder.feedHere((int) Math.min(room, here), this::runHere)
        : feeder.feedNext(room);
  }

  /** {@return how many items this thread is to run itself; 0 if they go to workers} */
  private int itemsHere(boolean isCaller) {
    Way way;
    int here;
    lock.lock();
    try {
      way = chooser.way();
      here = chooser.here();
    } finally {
      lock.unlock();
    }
    boolean allBusy =
        way == Way.THREADS && isCaller && kind.isNested() && dispatcher.hasWork(Way.THREADS);
    return way == Way.CALLER || allBusy ? here : 0; // else more work would only wait there too
  }

  /** Brings the one item that was given into the pool, or runs it. */
  void feedOne() {
    if (!hasBegun) {
      hasBegun = true;
      beginElsewhere();
    }
    if (itemsHere(true) > 0) {
      feeder.feedHere(1, this::runHere);
    } else {
      feeder.feedOne();
    }
  }

  /** Who gives items one by one is not to wait for the first of them. */
  private void beginElsewhere() {
    lock.lock();
    try {
      chooser.tryElsewhere();
    } finally {
      lock.unlock();
    }
    apply();
  }

  private void runHere(Batch batch) {
    Chunk mine =
        new Chunk(
            batch,
            Thread.currentThread(),
            System.nanoTime(),
            CpuTime.here(),
            run.state().settled());
    enter(mine);
    try {
      dispatcher.runHere(batch);
    } finally {
      long elapsed = System.nanoTime() - mine.sinceNanos;
      long cpu = elapsed < SHORT_NANOS ? elapsed : CpuTime.between(mine.sinceCpu, CpuTime.here());
      leave(mine, elapsed, cpu);
    }
  }

  private void enter(Chunk mine) {
    boolean watch;
    lock.lock();
    try {
      chunk = mine;
      ranHere = mine.batch.count(); // if nobody says otherwise
      watch = !watched;
      watched = true;
    } finally {
      lock.unlock();
    }
    if (watch) {
      FeedWatch.add(this);
    }
  }

  private void leave(Chunk mine, long elapsedNanos, long cpuNanos) {
    boolean changed;
    lock.lock();
    try {
      if (chunk != mine) {
        relieved.remove(mine.batch);
        return;
      }
      chunk = null;
      Sample sample = new Sample(weight(mine.batch, ranHere), elapsedNanos, cpuNanos);
      changed = chooser.ranHere(sample, mine.batch.count());
    } finally {
      lock.unlock();
    }
    if (changed) {
      apply();
    }
  }

  /** Has workers take what goes to them from now on. */
  private void apply() {
    Way way;
    int batch;
    lock.lock();
    try {
      way = chooser.way();
      batch = chooser.batch();
    } finally {
      lock.unlock();
    }
    if (way != Way.CALLER) {
      dispatcher.send(run, way, batch);
    }
  }

  /** A batch has ended on a worker. */
  void measured(Batch batch, int ran, long elapsedNanos, long cpuNanos) {
    boolean isVirtual = cpuNanos == CpuTime.UNKNOWN;
    if (isVirtual && virtuals.incrementAndGet() % ONE_OF != 0) {
      return;
    }
    boolean changed;
    lock.lock();
    try {
      if (chunk != null && chunk.batch == batch) {
        ranHere = ran; // its reader measures it
        return;
      }
      if (ran == 0 || relieved.contains(batch)) {
        return;
      }
      Sample sample = new Sample(weight(batch, ran), elapsedNanos, cpuNanos);
      changed = chooser.ranElsewhere(sample, System.nanoTime());
      chooser.count(isVirtual ? (ONE_OF - 1) * sample.items() : 0);
    } finally {
      lock.unlock();
    }
    if (changed) {
      apply();
    }
  }

  /**
   * {@return how many elements of the input have run} Those of a reduction are in portions, one a
   * batch; of other batches some items may have been taken back.
   */
  private static long weight(Batch batch, int ran) {
    if (!(batch.call().function() instanceof Fold)) {
      return ran;
    }
    long count = 0;
    for (Item item : batch.items()) {
      Object portion = item.argument();
      count += portion == null ? 1 : Fold.count(portion);
    }
    return count;
  }

  // ---------------------------------------------------------------- what takes long

  /** {@return whether it is to be looked at; if not, it says so when it is again} */
  boolean isWatched() {
    lock.lock();
    try {
      watched = chunk != null && !stopped;
      return watched;
    } finally {
      lock.unlock();
    }
  }

  /** {@return how many items may run on threads that have been relieved as readers} */
  int left() {
    lock.lock();
    try {
      return relieved.size();
    } finally {
      lock.unlock();
    }
  }

  /** On the timer's thread, while the reader runs something. */
  void look() {
    long settled = run.state().settled();
    Chunk shared = null;
    lock.lock();
    try {
      Chunk now = chunk;
      long elapsed = now == null ? 0 : System.nanoTime() - now.sinceNanos;
      if (now != null && elapsed >= PARKED_NANOS && isSharedOut(now, elapsed, settled)) {
        if (!kind.isPushed()) {
          startReader(now.thread.isVirtual());
        }
        shared = now;
        chunk = null;
        relieved.add(now.batch);
      }
    } finally {
      lock.unlock();
    }
    if (shared != null) {
      apply();
      dispatcher.shareOut(shared.batch);
    }
  }

  /** {@return whether what the reader runs is to be shared out now} */
  private boolean isSharedOut(Chunk now, long elapsed, long settled) {
    long cpu = CpuTime.between(now.sinceCpu, CpuTime.of(now.thread));
    boolean isParked =
        switch (now.thread.getState()) {
          case WAITING, TIMED_WAITING, BLOCKED -> true;
          default -> false;
        };
    boolean waits = isParked && new Sample(1, elapsed, cpu).hardlyComputes();
    if (elapsed < LOOK_NANOS && !waits) {
      return false;
    }
    boolean isUnclear = cpu != CpuTime.UNKNOWN && cpu < elapsed / 2 && !isParked;
    if (isUnclear && elapsed < SURE_NANOS) {
      return false; // it may only have lost its processor for a while
    }
    long ended = Math.clamp(settled - now.settledBefore, 0, now.batch.count() - 1L);
    boolean singleItem = now.batch.count() == 1;
    long items = singleItem ? weight(now.batch, 1) : ended + 1;
    boolean changed = chooser.stillRunsHere(new Sample(items, elapsed, cpu));
    if (changed) {
      chooser.count(singleItem ? items : ended + 1);
    }
    return changed && chooser.way() != Way.CALLER;
  }

  // ---------------------------------------------------------------- another reader

  private void handOver() {
    lock.lock();
    try {
      if (reader == FIRST) {
        startReader(Thread.currentThread().isVirtual());
      }
    } finally {
      lock.unlock();
    }
  }

  /** With the lock held, so that the new thread finds itself as the reader. */
  private void startReader(boolean virtual) {
    Object seat = new Object();
    Thread.Builder builder = virtual ? Thread.ofVirtual() : ServiceThread.builder();
    Thread next =
        builder.name("tutti-" + kind.pool() + "-feeder").start(() -> feedAll(seat, false));
    reader = seat;
    thread = next;
    if (stopped) {
      next.interrupt();
    }
  }

  /** Nobody wants anything any more: whoever reads is to end. */
  void stop() {
    lock.lock();
    try {
      stopped = true;
      if (thread != null) {
        thread.interrupt(); // it may be waiting for input that nobody wants any more
      }
    } finally {
      lock.unlock();
    }
  }

  /** {@return what was decided so far} */
  Choice choice() {
    lock.lock();
    try {
      return chooser.choice();
    } finally {
      lock.unlock();
    }
  }
}
