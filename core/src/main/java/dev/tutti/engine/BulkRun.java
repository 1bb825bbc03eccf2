package dev.tutti.engine;

import dev.tutti.event.Progress;
import dev.tutti.plan.CallOptions;
import dev.tutti.spi.Batch;
import dev.tutti.spi.Body;
import dev.tutti.spi.ChoosingGroup;
import dev.tutti.spi.Item;
import dev.tutti.spi.OutcomeSink;
import dev.tutti.spi.PartOutcomes;
import dev.tutti.spi.Timer;
import dev.tutti.task.Cancelled;
import dev.tutti.task.Done;
import dev.tutti.task.Outcome;
import dev.tutti.task.Success;
import dev.tutti.task.WorkerContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** One bulk call on its way: input to window to lane, and outcomes back in their order. */
final class BulkRun extends EngineCall {
  /*
   * `window`, `end`, `results` and `resultBytes` are guarded by `lock`. The input belongs to the feeder, which one thread uses: the
   * caller for calls that return when all is done and for pools whose caller runs the work, a thread of the
   * call's own otherwise.
   *
   * The feeder waits for room in the window, which the consumer's getting of an item opens. While large results that the
   * consumer has not got are too many (`resultBytes`), no further item begins (Lane.room).
   *
   * The run is over for its consumer when the input has ended and all that was taken is delivered, or when it was
   * stopped.
   *
   * `lock` is never held while the dispatcher or the user's input is called.
   */
  private static final long TRICKLE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

  private final CallMonitor lock;
  private final Condition room;
  private final Condition news;
  private final Dispatcher dispatcher;
  private final Feeder feeder;
  private final Window window;
  private final CallEnd end = new CallEnd();
  private final ResultBytes resultBytes;
  private final Resequencer results;
  private final boolean stopsAtFailure;
  private final @Nullable ProgressMeter meter;
  private final Optional<Future<?>> deadline;
  private final Explanation explanation;

  /** Where nobody has said where the call is to run. */
  private final @Nullable ChoosingFeed choosing;

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
    this.lock = new CallMonitor(dispatcher);
    this.room = lock.newCondition();
    this.news = lock.newCondition();
    long mostBytes = plan.windowBytes().bytes();
    this.window =
        new Window(
            lane.chunker(), plan.itemWindow(), plan.packWindow(results.keepsAll()), mostBytes);
    this.resultBytes = new ResultBytes(mostBytes, dispatcher.group().maxWorkers());
    this.results = results;
    this.stopsAtFailure = stopsAtFailure;
    dispatcher
        .group()
        .admit(this); // a function that cannot travel is refused before the input is read
    try { // first what asks the input, which is the user's code; who is entered has to leave
      this.feeder = new Feeder(this, dispatcher, items);
      Progress listener = plan.progress();
      OptionalLong total = listener == null ? OptionalLong.empty() : InputSize.of(items);
      this.choosing =
          dispatcher.group() instanceof ChoosingGroup
              ? choosing(plan, items, function instanceof Fold)
              : null;
      dispatcher.enter(this);
      this.meter = listener == null ? null : new ProgressMeter(listener, total);
    } catch (RuntimeException | Error e) {
      dispatcher.leave(this);
      dispatcher.group().forget(this);
      throw e;
    }
    this.explanation = new Explanation(plan.explain(), dispatcher, choosing);
    this.deadline =
        plan.options()
            .deadline()
            .map(limit -> Timer.after(TimeUnit.NANOSECONDS.convert(limit), () -> expire(limit)));
  }

  private ChoosingFeed choosing(BulkPlan plan, Iterable<?> items, boolean isReduction) {
    int most = plan.itemWindow();
    int threads = Math.min(dispatcher.group().maxWorkers(), most);
    Costs costs = new Costs(threads, Math.max(1, most / 4), most, isReduction);
    ChoosingFeed.Kind kind =
        new ChoosingFeed.Kind(
            dispatcher.engine().name(),
            items instanceof PushedRun.Input,
            WorkerContext.CURRENT.isBound(),
            plan.options().deadline().isPresent());
    Chooser chooser = new Chooser(costs, InputSize.of(items), isReduction);
    return new ChoosingFeed(this, dispatcher, feeder, chooser, kind);
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
      if (!end.expire(limit)) {
        return;
      }
      lock.wake(room);
      lock.wake(news);
    } finally {
      lock.unlock();
    }
    dispatcher.deadlines().expire(this, limit);
  }

  /** Reads the whole input on the calling thread, which is the call's own. */
  void feedAll() {
    if (choosing != null) {
      choosing.feedAll(true);
      return;
    }
    try {
      feeder.feedAll();
    } catch (RuntimeException | Error e) {
      readerDied(e);
    }
  }

  /**
   * A thread of the call's own that reads the input has failed otherwise than by that, for want of
   * memory for example. The consumer is told so; nobody else would ever say that the input ends.
   */
  void readerDied(Throwable failure) {
    lock.lock();
    try {
      end.endInput(failure);
    } finally {
      lock.unlock();
    }
    stop();
  }

  /** Brings one element, which the input has, into the pool, on the calling thread. */
  void feedOne() {
    if (choosing != null) {
      choosing.feedOne();
    } else {
      feeder.feedOne();
    }
  }

  // ---------------------------------------------------------------- for the feeder

  /** {@return whether an item may be read now} */
  boolean hasRoom() {
    lock.lock();
    try {
      return !end.isStopped() && window.isRoom();
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
      boolean trickles;
      lock.lock();
      try {
        open = window.open();
        ended = window.settled();
        full = !window.isRoom();
      } finally {
        lock.unlock();
      }
      if (full && open > 0) {
        dispatcher.windowIsFull(this, open - (choosing == null ? 0 : choosing.left()));
      }
      lock.lockInterruptibly();
      try {
        // An end need not make room in bytes: what waits then may be all that is open, and less
        // than a batch.
        lock.await(room, () -> isRoomOrOver() || window.settled() != ended);
        trickles = full && window.isTrickle();
        if (isRoomOrOver() && !trickles) {
          return end.isInputOver() ? 0 : window.room();
        }
      } finally {
        lock.unlock();
      }
      if (trickles) {
        LockSupport.parkNanos(this, TRICKLE_NANOS); // an interrupt ends it, and is seen above
      }
    }
  }

  private boolean isRoomOrOver() {
    return end.isInputOver() || window.isRoom();
  }

  /** {@return whether no more input is wanted} */
  boolean isOver() {
    lock.lock();
    try {
      return end.isInputOver();
    } finally {
      lock.unlock();
    }
  }

  /** {@return how many items have ended} */
  long settled() {
    lock.lock();
    try {
      return window.settled();
    } finally {
      lock.unlock();
    }
  }

  /** {@return the index of the item that is read next} */
  long nextIndex() {
    lock.lock();
    try {
      return window.taken();
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
      return window.roomBytes();
    } finally {
      lock.unlock();
    }
  }

  /** Counts items that have been read. Before any of them can end. */
  void countTaken(int items, long inBytes) {
    lock.lock();
    try {
      window.take(items, inBytes);
    } finally {
      lock.unlock();
    }
  }

  /** Items that were read did not get into the pool. */
  void dropTaken(List<Item> items) {
    lock.lock();
    try {
      window.drop(items);
    } finally {
      lock.unlock();
    }
    items.forEach(dispatcher::forget);
  }

  /** No further item will be read. */
  void endInput(@Nullable Throwable failure) {
    lock.lock();
    try {
      end.endInput(failure);
      lock.wake(news);
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
  void measured(Batch batch, int ran, long elapsedNanos, long cpuNanos) {
    if (choosing != null) {
      choosing.measured(batch, ran, elapsedNanos, cpuNanos);
    }
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
        dones.add(Dones.of(one, outcome));
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
      long failedBefore = end.failedFrom();
      window.settle(count, inBytes);
      if (!end.isStopped()) {
        dones.forEach(this::keep);
        keepValues.run();
        if (results.keepsAll()) {
          window.deliver(count);
        } else {
          lane.room(resultBytes.room());
        }
      }
      failed = end.failedFrom();
      stopsRest = failed < failedBefore;
      if (!window.isFedAhead(lane.size()) || end.isInputOver()) {
        lock.wake(room);
      }
      if (isNews() || isAllDone()) {
        lock.wake(news);
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
    List<Done<?, ?>> dones =
        Dones.of(pack, from, outcomes, results.keepsAll()); // who keeps all wants values only
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

  private void keep(Done<?, ?> done) {
    results.add(done);
    if (stopsAtFailure && !done.outcome().succeeded()) {
      end.fail(done.index());
    }
  }

  /** An item that the deadline met on its way into the pool comes back as cancelled. */
  private Outcome<?> cancelledOrExpired() {
    lock.lock();
    try {
      return end.ofCancelled();
    } finally {
      lock.unlock();
    }
  }

  /** The pool is being stopped. */
  @Override
  void abandon() {
    lock.lock();
    try {
      end.abandon();
      lock.wake(news);
      lock.wake(room);
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
      return end.isStopped() || results.isReady();
    } finally {
      lock.unlock();
    }
  }

  /** The consumer is about to wait: if all open items wait for a batch to be full, they go out. */
  void flush() {
    long open;
    lock.lock();
    try {
      open = window.open();
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
        if (isNews() || end.hasInputEnded()) {
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
      lock.await(news, this::isNews);
      if (end.isStopped()) {
        return null;
      }
      done = results.take();
      if (done != null) {
        window.deliver(1);
        wasBounded = resultBytes.room() != Integer.MAX_VALUE;
        resultBytes.remove(done.index());
        lane.room(resultBytes.room());
        lock.wake(room);
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
    return end.isStopped() || results.isReady() || (end.hasInputEnded() && window.allDelivered());
  }

  /**
   * Reads the input on this thread and waits until all items have ended, or one has failed.
   *
   * @param runsWork whether this thread also runs the work
   */
  void runAll(boolean runsWork) {
    try {
      runToEnd(runsWork);
    } catch (RuntimeException | Error e) {
      if (!hasLeft()) { // it was no item and no input, which end the call before they are thrown
        stop();
      }
      throw e;
    } finally {
      explanation.tell();
    }
  }

  private void runToEnd(boolean runsWork) {
    if (choosing != null) {
      choosing.feedAll(false);
    } else if (runsWork) {
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
    if (failure != null) {
      throw withInputFailure(
          stopsAtFailure ? ItemFailure.of(failure) : ItemFailure.ofAll(results.failures()));
    }
    throwFailure();
  }

  /** The input may have failed too, after that. */
  private RuntimeException withInputFailure(RuntimeException ofItems) {
    Throwable in = takeInputFailure();
    if (in != null && in != ofItems) {
      ofItems.addSuppressed(in);
    }
    return ofItems;
  }

  private boolean inputHasEnded() {
    lock.lock();
    try {
      return end.hasInputEnded();
    } finally {
      lock.unlock();
    }
  }

  private void awaitAll() {
    try {
      lock.lockInterruptibly();
      try {
        lock.await(news, this::isAllDone);
      } finally {
        lock.unlock();
      }
    } catch (InterruptedException e) {
      interrupted();
    }
  }

  private boolean isAllDone() {
    return end.isStopped() || (end.hasInputEnded() && window.allSettled()) || end.hasFailed();
  }

  /** The pool was stopped, or the caller was interrupted. */
  private void throwPoolFailure() {
    RuntimeException pool;
    lock.lock();
    try {
      pool = end.poolFailure();
    } finally {
      lock.unlock();
    }
    if (pool != null) {
      throw pool;
    }
  }

  private void throwFailure() {
    throwPoolFailure();
    Throwable in = takeInputFailure();
    if (in != null) {
      throw Unchecked.<RuntimeException>same(in);
    }
  }

  private @Nullable Throwable takeInputFailure() {
    lock.lock();
    try {
      return end.takeInputFailure();
    } finally {
      lock.unlock();
    }
  }

  /** The calling thread was interrupted: it stops its items and keeps the flag. */
  void interrupted() {
    Thread.currentThread().interrupt();
    lock.lock();
    try {
      end.interrupt();
    } finally {
      lock.unlock();
    }
    stop();
  }

  /** The consumer wants no more: its items are given up, those that run are stopped. */
  void stop() {
    lock.lock();
    try {
      end.stop();
      lock.wake(news);
      lock.wake(room);
    } finally {
      lock.unlock();
    }
    dispatcher.giveUp(this, 0);
    if (choosing != null) {
      choosing.stop();
    }
    leave();
  }

  /** The consumer has what it wanted: it is told where the call has run, if it has asked. */
  void explain() {
    explanation.tell();
  }

  /** {@return whether the call has ended for its consumer} */
  boolean hasLeft() {
    lock.lock();
    try {
      return end.hasLeft();
    } finally {
      lock.unlock();
    }
  }

  private void leave() {
    lock.lock();
    try {
      if (!end.leave()) {
        return;
      }
    } finally {
      lock.unlock();
    }
    dispatcher.leave(this);
    dispatcher.group().forget(this);
    if (choosing != null && !inputHasEnded()) {
      choosing.stop(); // who reads may wait for input that nobody wants any more
    }
    deadline.ifPresent(d -> d.cancel(false));
    if (dispatcher.callerRuns()) {
      feeder.close(); // elsewhere the thread that reads closes it
    }
    if (meter != null) {
      meter.finish();
    }
  }
}
