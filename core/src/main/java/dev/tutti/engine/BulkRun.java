package dev.tutti.engine;

import dev.tutti.event.Progress;
import dev.tutti.plan.CallOptions;
import dev.tutti.spi.Body;
import dev.tutti.spi.HelpingGroup;
import dev.tutti.spi.Item;
import dev.tutti.spi.OutcomeSink;
import dev.tutti.spi.PartOutcomes;
import dev.tutti.spi.Timer;
import dev.tutti.task.Cancelled;
import dev.tutti.task.Done;
import dev.tutti.task.Outcome;
import dev.tutti.task.Success;
import dev.tutti.task.TaskTimeoutException;
import dev.tutti.task.TimedOut;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One bulk call on its way: input to window to lane, and outcomes back in their order. */
final class BulkRun extends EngineCall {
  /*
   * Everything below is guarded by `lock`. The input belongs to the feeder, which one thread uses: the
   * caller for calls that return when all is done and for pools whose caller runs the work, a thread of the
   * call's own otherwise.
   *
   *   taken      items read from the input so far; item i is the i-th
   *   settled    items of them that have ended
   *   delivered  items of them that the consumer has got
   *
   *   bytes      what those take that have not ended, in their form for workers
   *   resultBytes  what large results take that the consumer has not got; while they are too many, no further
   *              item begins (Lane.room)
   *
   * The window is a bound on taken - delivered, and one on bytes unless nothing is open; the feeder waits for them, and
   * the consumer's getting of an item opens it. A call that keeps all results delivers an item by storing it.
   *
   * The run is over for its consumer when the input has ended and delivered == taken, or when it was
   * stopped. `stopped` is set once, by the consumer (closed, interrupted, or a failure that it does not
   * go on after) or by the pool (stopped). Afterwards outcomes are counted and dropped.
   *
   * `lock` is never held while the dispatcher or the user's input is called.
   */
  private static final long FAR_NANOS = Long.MAX_VALUE / 2;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private final Condition news = lock.newCondition();
  private final Dispatcher dispatcher;
  private final Feeder feeder;
  private final int window;
  private final int packWindow;
  private final long mostBytes;
  private final ResultBytes resultBytes;
  private final Resequencer results;
  private final boolean stopsAtFailure;
  private final @Nullable ProgressMeter meter;
  private final Optional<Future<?>> deadline;

  private long taken;
  private long settled;
  private long delivered;
  private long bytes;
  private boolean inputEnded;
  private boolean stopped;
  private boolean left;
  private @Nullable Throwable inputFailure;
  private @Nullable RuntimeException poolFailure;
  private long failedFrom = Long.MAX_VALUE;
  private @Nullable Duration expired;
  private final Set<Thread> helping = new HashSet<>();
  private final AtomicLong wakes = new AtomicLong();

  /**
   * @param stopsAtFailure whether the first item that fails ends the call
   */
  BulkRun(
      Dispatcher dispatcher,
      Body body,
      Object function,
      Iterable<?> items,
      BulkPlan plan,
      Resequencer results,
      boolean stopsAtFailure) {
    super(
        body,
        function,
        plan.options(),
        new Lane(
            new Chunker(
                plan.batching(),
                plan.packWindow(results.keepsAll()),
                dispatcher.group().capabilities().batches(),
                dispatcher.group().capabilities().packs() && mayPack(plan.options())),
            plan.options().priority()),
        dispatcher);
    this.dispatcher = dispatcher;
    this.window = plan.itemWindow();
    this.packWindow = plan.packWindow(results.keepsAll());
    this.mostBytes = plan.windowBytes().bytes();
    this.resultBytes = new ResultBytes(mostBytes, dispatcher.group().maxWorkers());
    this.results = results;
    this.stopsAtFailure = stopsAtFailure;
    dispatcher
        .group()
        .admit(this); // a function that cannot travel is refused before the input is read
    try {
      this.feeder = new Feeder(this, dispatcher, items);
      dispatcher.enter(this);
    } catch (RuntimeException | Error e) { // the input is the user's code
      dispatcher.group().forget(this);
      throw e;
    }
    this.meter = meter(plan.progress(), items);
    this.deadline =
        plan.options()
            .deadline()
            .map(limit -> Timer.after(TimeUnit.NANOSECONDS.convert(limit), () -> expire(limit)));
  }

  /** What is decided about an item while it runs needs an item of its own. */
  private static boolean mayPack(CallOptions options) {
    return options.timeout().isEmpty()
        && options.deadline().isEmpty()
        && options.retry().attempts() == 1;
  }

  @Override
  public boolean isTimed() {
    return !results.keepsAll();
  }

  /** The deadline has come. */
  private void expire(Duration limit) {
    lock.lock();
    try {
      if (left || stopped) {
        return;
      }
      expired = limit;
      if (!inputEnded) {
        inputEnded = true;
        inputFailure = new TaskTimeoutException(limit, true); // there was more
      }
      wake(room);
      wake(news);
    } finally {
      lock.unlock();
    }
    dispatcher.deadlines().expire(this, limit);
  }

  private static @Nullable ProgressMeter meter(@Nullable Progress listener, Iterable<?> items) {
    if (listener == null) {
      return null;
    }
    return new ProgressMeter(
        listener,
        items instanceof Collection<?> c && c.size() < Integer.MAX_VALUE
            ? OptionalLong.of(c.size())
            : OptionalLong.empty());
  }

  /** Reads the whole input on the calling thread. */
  void feedAll() {
    feeder.feedAll();
  }

  /** Brings one element, which the input has, into the pool, on the calling thread. */
  void feedOne() {
    feeder.feedOne();
  }

  // ---------------------------------------------------------------- for the feeder

  /** {@return whether an item may be read now} */
  boolean hasRoom() {
    lock.lock();
    try {
      return !stopped && isRoom();
    } finally {
      lock.unlock();
    }
  }

  /** {@return how many items may be read, after a wait; 0 if none is wanted any more} */
  long awaitRoom() throws InterruptedException {
    while (true) {
      long open;
      long ended;
      boolean full;
      lock.lock();
      try {
        open = taken - settled;
        ended = settled;
        full = !isRoom();
      } finally {
        lock.unlock();
      }
      if (full && open > 0) {
        dispatcher.windowIsFull(this, open);
      }
      lock.lockInterruptibly();
      try {
        // An end need not make room in bytes: what waits then may be all that is open, and less
        // than a batch.
        await(room, () -> isRoomOrOver() || settled != ended);
        if (isRoomOrOver()) {
          return isOver() ? 0 : Math.max(1, window() - (taken - delivered));
        }
      } finally {
        lock.unlock();
      }
    }
  }

  private boolean isRoomOrOver() {
    return stopped || inputEnded || failedFrom != Long.MAX_VALUE || isRoom();
  }

  private boolean isRoom() {
    return taken - delivered < window() && (bytes < mostBytes || taken == settled);
  }

  private int window() {
    return lane.chunker().packSize() == 0 ? window : packWindow;
  }

  /**
   * Waits, with `lock` held. A worker of the same pool runs what waits there meanwhile, without the
   * lock.
   */
  private void await(Condition condition, BooleanSupplier done) throws InterruptedException {
    if (!done.getAsBoolean() && lock.getHoldCount() == 1 && dispatcher.canHelp()) {
      help(done);
    }
    while (!done.getAsBoolean()) {
      condition.await();
    }
  }

  private void help(BooleanSupplier done) throws InterruptedException {
    Thread thread = Thread.currentThread();
    boolean entered = helping.add(thread);
    lock.unlock();
    try {
      dispatcher.helpUntil(awaited(done), System.nanoTime() + FAR_NANOS);
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
    };
  }

  private void wake(Condition condition) {
    condition.signalAll();
    wakes.incrementAndGet(); // before helpers are unparked
    helping.forEach(LockSupport::unpark);
  }

  /** {@return whether no more input is wanted} */
  boolean isOver() {
    lock.lock();
    try {
      return stopped || inputEnded || failedFrom != Long.MAX_VALUE;
    } finally {
      lock.unlock();
    }
  }

  /** {@return the index of the item that is read next} */
  long nextIndex() {
    lock.lock();
    try {
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /**
   * {@return how many bytes may be read now; one item may have more, where nothing else is open}
   */
  long roomBytes() {
    lock.lock();
    try {
      return mostBytes - bytes;
    } finally {
      lock.unlock();
    }
  }

  /** Counts items that have been read. Before any of them can end. */
  void countTaken(int items, long inBytes) {
    lock.lock();
    try {
      taken += items;
      bytes += inBytes;
    } finally {
      lock.unlock();
    }
  }

  /** Items that were read did not get into the pool. */
  void dropTaken(List<Item> items) {
    lock.lock();
    try {
      for (Item item : items) {
        taken -= item.count();
        bytes -= item.bytes();
      }
    } finally {
      lock.unlock();
    }
    items.forEach(dispatcher::forget);
  }

  /** No further item will be read. */
  void endInput(@Nullable Throwable failure) {
    lock.lock();
    try {
      if (!inputEnded) {
        inputEnded = true;
        inputFailure = failure;
      }
      wake(news);
    } finally {
      lock.unlock();
    }
    dispatcher.endOfInput(this);
    dispatcher.group().forget(this);
  }

  // ---------------------------------------------------------------- outcomes, from the dispatcher

  @Override
  boolean isSingle() {
    return false;
  }

  @Override
  void ended(Item item, Outcome<?> outcome, long elapsedNanos) {
    settle(item, outcome, elapsedNanos);
  }

  void settle(Item item, Outcome<?> outcome, long elapsedNanos) {
    ended(List.of(new OutcomeSink.Ended(item, outcome, elapsedNanos)));
  }

  @Override
  void ended(List<OutcomeSink.Ended> all) {
    List<Done<?, ?>> dones = new ArrayList<>();
    for (OutcomeSink.Ended one : all) {
      Outcome<?> outcome =
          one.outcome() instanceof Cancelled ? cancelledOrExpired() : one.outcome();
      if (!results.keepsAll() || !outcome.succeeded()) { // who keeps all wants values only
        dones.add(doneOf(one.item(), outcome, one.elapsedNanos()));
      }
      if (meter != null) {
        meter.count(outcome.succeeded());
      }
    }
    long inBytes = 0;
    for (OutcomeSink.Ended one : all) {
      inBytes += one.item().bytes();
    }
    Runnable keep =
        results.keepsAll()
            ? () -> all.forEach(this::keepValue)
            : () -> all.forEach(this::countResultBytes);
    settle(all.size(), inBytes, dones, keep);
  }

  private void countResultBytes(OutcomeSink.Ended ended) {
    resultBytes.add(ended.item().index(), ended.item().resultBytes());
  }

  private void settle(int count, long inBytes, List<Done<?, ?>> dones, Runnable keepValues) {
    boolean stopsRest;
    long failed;
    lock.lock();
    try {
      long failedBefore = failedFrom;
      settled += count;
      bytes -= inBytes;
      if (!stopped) {
        dones.forEach(this::keep);
        keepValues.run();
        if (results.keepsAll()) {
          delivered += count;
        } else {
          lane.room(resultBytes.room());
        }
      }
      failed = failedFrom;
      stopsRest = failed < failedBefore;
      wake(room);
      if (isNews() || isAllDone()) {
        wake(news);
      }
    } finally {
      lock.unlock();
    }
    if (stopsRest) {
      dispatcher.giveUp(this, results.inOrder() ? failed + 1 : 0);
    }
  }

  private void keepValue(OutcomeSink.Ended ended) {
    keepValue(ended.item().index(), ended.outcome());
  }

  private void keepValue(long index, Outcome<?> outcome) {
    if (outcome instanceof Success<?>(Object value)) {
      results.keepValue(index, value);
    }
  }

  @Override
  void endedPart(Item pack, int from, PartOutcomes outcomes) {
    List<Done<?, ?>> dones = donesOf(pack, from, outcomes);
    if (meter != null) {
      outcomes.forEach(outcome -> meter.count(outcome.succeeded()));
    }
    settle(
        outcomes.size(),
        pack.bytes(from, from + outcomes.size()),
        dones,
        () -> keepValues(pack.index() + from, outcomes));
  }

  private void keepValues(long index, PartOutcomes outcomes) {
    if (outcomes.succeeded()) {
      results.keepValues(index, outcomes);
      return;
    }
    for (int i = 0; i < outcomes.size(); i++) {
      keepValue(index + i, outcomes.get(i));
    }
  }

  private List<Done<?, ?>> donesOf(Item pack, int from, PartOutcomes outcomes) {
    if (results.keepsAll() && outcomes.succeeded()) {
      return List.of(); // who keeps all wants values only
    }
    List<Done<?, ?>> dones = new ArrayList<>();
    for (int i = 0; i < outcomes.size(); i++) {
      Outcome<?> outcome = outcomes.get(i);
      if (!results.keepsAll() || !outcome.succeeded()) {
        dones.add(doneOf(pack, from + i, outcome, outcomes.elapsedNanos(i)));
      }
    }
    return dones;
  }

  private void keep(Done<?, ?> done) {
    results.add(done);
    if (stopsAtFailure && !done.outcome().succeeded()) {
      failedFrom = Math.min(failedFrom, done.index());
    }
  }

  /** An item that the deadline met on its way into the pool comes back as cancelled. */
  private Outcome<?> cancelledOrExpired() {
    lock.lock();
    try {
      return expired == null
          ? new Cancelled<>()
          : new TimedOut<>(new TaskTimeoutException(expired, true));
    } finally {
      lock.unlock();
    }
  }

  private static <R extends @Nullable Object> Done<?, R> doneOf(
      Item pack, int element, Outcome<R> outcome, long elapsedNanos) {
    return new Done<@Nullable Object, R>(
        pack.index() + element,
        pack.argument(element),
        outcome,
        Duration.ofNanos(elapsedNanos),
        outcome instanceof Cancelled ? 0 : 1);
  }

  private static <R extends @Nullable Object> Done<?, R> doneOf(
      Item item, Outcome<R> outcome, long elapsedNanos) {
    return new Done<@Nullable Object, R>(
        item.index(), item.argument(), outcome, Duration.ofNanos(elapsedNanos), item.attempts());
  }

  /** The pool is being stopped. */
  @Override
  void abandon() {
    lock.lock();
    try {
      if (poolFailure == null) {
        poolFailure = new CancellationException("pool was closed before the call had ended");
      }
      inputEnded = true;
      stopped = true;
      wake(news);
      wake(room);
    } finally {
      lock.unlock();
    }
  }

  // ---------------------------------------------------------------- consumer

  /**
   * Waits for the next result.
   *
   * @param feeds whether this thread reads the input, because it runs the work
   * @return the next item that has ended; null when there is none left
   */
  @Nullable Done<?, ?> next(boolean feeds) {
    Done<?, ?> done = nextEnded(feeds);
    if (done != null && stopsAtFailure && !done.outcome().succeeded()) {
      throw ItemFailure.of(done);
    }
    return done;
  }

  /** The same, but gives an item that ends the call as well; the call is stopped then. */
  @Nullable Done<?, ?> nextEnded(boolean feeds) {
    Done<?, ?> done;
    try {
      done = feeds ? runUntilNews() : awaitNews();
    } catch (InterruptedException e) {
      interrupted();
      done = null;
    }
    if (done == null) {
      leave();
      throwFailure();
      return null;
    }
    if (stopsAtFailure && !done.outcome().succeeded()) {
      stop();
    }
    return done;
  }

  /** {@return whether the consumer need not wait for the next result} */
  boolean isReady() {
    lock.lock();
    try {
      return stopped || results.isReady();
    } finally {
      lock.unlock();
    }
  }

  /** The consumer is about to wait: if all open items wait for a batch to be full, they go out. */
  void flush() {
    long open;
    lock.lock();
    try {
      open = taken - settled;
    } finally {
      lock.unlock();
    }
    if (open > 0) {
      dispatcher.windowIsFull(this, open);
    }
  }

  private @Nullable Done<?, ?> runUntilNews() throws InterruptedException {
    while (true) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedException();
      }
      lock.lock();
      try {
        if (isNews() || inputEnded) {
          return awaitNews();
        }
      } finally {
        lock.unlock();
      }
      feeder.feedBatch();
    }
  }

  private @Nullable Done<?, ?> awaitNews() throws InterruptedException {
    Done<?, ?> done;
    boolean wasBounded = false;
    lock.lockInterruptibly();
    try {
      await(news, this::isNews);
      if (stopped) {
        return null;
      }
      done = results.take();
      if (done != null) {
        delivered++;
        wasBounded = resultBytes.room() != Integer.MAX_VALUE;
        resultBytes.remove(done.index());
        lane.room(resultBytes.room());
        wake(room);
      }
    } finally {
      lock.unlock();
    }
    if (wasBounded) { // not where this thread runs the work: nobody says there how large results
      // are
      dispatcher.roomAgain(this);
    }
    return done;
  }

  /** {@return whether the consumer can go on: there is a result for it, or there will be none} */
  private boolean isNews() {
    return stopped || results.isReady() || (inputEnded && delivered == taken);
  }

  /**
   * Reads the input on this thread and waits until all items have ended, or one has failed.
   *
   * @param runsWork whether this thread also runs the work
   */
  void runAll(boolean runsWork) {
    if (runsWork) {
      while (!inputHasEnded()) {
        if (Thread.currentThread().isInterrupted()) {
          interrupted();
          break;
        }
        feeder.feedBatch();
      }
    } else {
      feeder.feedAll();
    }
    awaitAll();
    leave();
    throwPoolFailure();
    Done<?, ?> failure = results.firstFailure();
    if (stopsAtFailure && failure != null) {
      throw ItemFailure.of(failure);
    }
    if (failure != null) {
      throw ItemFailure.ofAll(results.failures());
    }
    throwFailure();
  }

  private boolean inputHasEnded() {
    lock.lock();
    try {
      return inputEnded || stopped;
    } finally {
      lock.unlock();
    }
  }

  private void awaitAll() {
    try {
      lock.lockInterruptibly();
      try {
        await(news, this::isAllDone);
      } finally {
        lock.unlock();
      }
    } catch (InterruptedException e) {
      interrupted();
    }
  }

  private boolean isAllDone() {
    return stopped || (inputEnded && settled == taken) || failedFrom != Long.MAX_VALUE;
  }

  /** The pool was stopped, or the caller was interrupted. */
  private void throwPoolFailure() {
    RuntimeException pool;
    lock.lock();
    try {
      pool = poolFailure;
    } finally {
      lock.unlock();
    }
    if (pool != null) {
      throw pool;
    }
  }

  private void throwFailure() {
    throwPoolFailure();
    Throwable in;
    lock.lock();
    try {
      in = inputFailure;
      inputFailure = null; // told once; a stream that is asked again has simply ended
    } finally {
      lock.unlock();
    }
    if (in != null) {
      throw Unchecked.<RuntimeException>same(in);
    }
  }

  /** The calling thread was interrupted: it stops its items and keeps the flag. */
  void interrupted() {
    Thread.currentThread().interrupt();
    lock.lock();
    try {
      if (poolFailure == null && !stopped) {
        poolFailure = new CancellationException("interrupted while waiting for results");
      }
    } finally {
      lock.unlock();
    }
    stop();
  }

  /** The consumer wants no more: its items are given up, those that run are stopped. */
  void stop() {
    lock.lock();
    try {
      inputEnded = true;
      stopped = true;
      wake(news);
      wake(room);
    } finally {
      lock.unlock();
    }
    dispatcher.giveUp(this, 0);
    leave();
  }

  /** {@return whether the call has ended for its consumer} */
  boolean hasLeft() {
    lock.lock();
    try {
      return left;
    } finally {
      lock.unlock();
    }
  }

  private void leave() {
    lock.lock();
    try {
      if (left) {
        return;
      }
      left = true;
    } finally {
      lock.unlock();
    }
    dispatcher.leave(this);
    dispatcher.group().forget(this);
    deadline.ifPresent(d -> d.cancel(false));
    if (dispatcher.callerRuns()) {
      feeder.close(); // elsewhere the thread that reads closes it
    }
    if (meter != null) {
      meter.finish();
    }
  }
}
