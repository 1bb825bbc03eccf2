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
import dev.tutti.task.WorkerContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One bulk call on its way: input to window to lane, and outcomes back in their order. */
final class BulkRun extends EngineCall {
  /*
   * What changes is in `state`, whose lock is never held while the dispatcher or the user's input is called. The input belongs to the feeder,
   * which one thread uses: the caller for calls that return when all is done and for pools whose caller runs the work, a thread of the
   * call's own otherwise.
   */
  private final Dispatcher dispatcher;
  private final Feeder feeder;
  private final BulkState state;
  private final boolean keepsAll;
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
    long mostBytes = plan.windowBytes().bytes();
    this.state =
        new BulkState(
            new CallMonitor(
                dispatcher,
                worker -> dispatcher.take(this, worker),
                () -> dispatcher.giveUp(this, 0)),
            lane,
            new Window(
                lane.chunker(), plan.itemWindow(), plan.packWindow(results.keepsAll()), mostBytes),
            new ResultBytes(mostBytes, dispatcher.group().maxWorkers()),
            results,
            stopsAtFailure);
    this.keepsAll = results.keepsAll();
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
    return !keepsAll;
  }

  /** The deadline has come. */
  private void expire(Duration limit) {
    if (state.expire(limit)) {
      dispatcher.deadlines().expire(this, limit);
    }
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
    state.endInput(failure);
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

  /** {@return what has been read, has ended and has been got} */
  BulkState state() {
    return state;
  }

  /** {@return how many items may be read, after a wait; 0 if none is wanted any more} */
  long awaitRoom() throws InterruptedException {
    long room = BulkState.LOOK_AGAIN;
    while (room == BulkState.LOOK_AGAIN) {
      BulkState.Fill fill = state.fill();
      if (fill.isFull() && fill.open() > 0) {
        dispatcher.windowIsFull(this, fill.open() - (choosing == null ? 0 : choosing.left()));
      }
      room = state.awaitRoom(fill);
    }
    return room;
  }

  /** Items that were read did not get into the pool. */
  void dropTaken(List<Item> items) {
    state.dropTaken(items);
    items.forEach(dispatcher::forget);
  }

  /** No further item will be read. */
  void endInput(@Nullable Throwable failure) {
    state.endInput(failure);
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
    OutcomeSink.Ended one = new OutcomeSink.Ended(item, outcome, elapsedNanos);
    giveUpRest(state.settle(one, count(one)));
  }

  @Override
  void ended(List<OutcomeSink.Ended> all) {
    List<Done<?, ?>> dones = new ArrayList<>();
    for (OutcomeSink.Ended one : all) {
      Done<?, ?> done = count(one);
      if (done != null) {
        dones.add(done);
      }
    }
    giveUpRest(state.settle(all, dones));
  }

  /** {@return what the consumer gets of it; null for who keeps all and wants values only} */
  private @Nullable Done<?, ?> count(OutcomeSink.Ended one) {
    Outcome<?> outcome = one.outcome() instanceof Cancelled ? state.ofCancelled() : one.outcome();
    if (meter != null) {
      meter.count(outcome.succeeded());
    }
    return keepsAll && outcome.succeeded() ? null : Dones.of(one, outcome);
  }

  @Override
  void endedPart(Item pack, int from, PartOutcomes outcomes) {
    List<Done<?, ?>> dones =
        Dones.of(pack, from, outcomes, keepsAll); // who keeps all wants values only
    if (meter != null) {
      outcomes.forEach(outcome -> meter.count(outcome.succeeded()));
    }
    giveUpRest(state.settlePart(pack, from, outcomes, dones));
  }

  private void giveUpRest(long from) {
    if (from != BulkState.NOTHING) {
      dispatcher.giveUp(this, from);
    }
  }

  /** The pool is being stopped. */
  @Override
  void abandon() {
    state.abandon();
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

  /** The consumer is about to wait: if all open items wait for a batch to be full, they go out. */
  void flush() {
    long open = state.open();
    if (open > 0) {
      dispatcher.windowIsFull(this, open);
    }
  }

  private @Nullable Done<?, ?> runUntilNews() throws InterruptedException {
    while (true) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedException();
      }
      if (state.hasNewsOrAllInput()) {
        return awaitNews();
      }
      feeder.feedBatch();
    }
  }

  private @Nullable Done<?, ?> awaitNews() throws InterruptedException {
    BulkState.Taken taken = state.awaitNews();
    if (taken == null) {
      return null;
    }
    if (taken.wasBounded()) { // not where this thread runs the work: nobody says there how large
      // results are
      dispatcher.roomAgain(this);
    }
    return taken.done();
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
      if (!state
          .hasLeft()) { // it was no item and no input, which end the call before they are thrown
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
      while (!state.hasInputEnded()) {
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
    List<Done<?, ?>> failures = state.failures();
    if (!failures.isEmpty()) {
      throw withInputFailure(
          stopsAtFailure ? ItemFailure.of(failures.getFirst()) : ItemFailure.ofAll(failures));
    }
    throwFailure();
  }

  /** The input may have failed too, after that. */
  private RuntimeException withInputFailure(RuntimeException ofItems) {
    Throwable in = state.takeInputFailure();
    if (in != null && in != ofItems) {
      ofItems.addSuppressed(in);
    }
    return ofItems;
  }

  private void awaitAll() {
    try {
      state.awaitAll();
    } catch (InterruptedException e) {
      interrupted();
    }
  }

  /** The pool was stopped, or the caller was interrupted. */
  private void throwPoolFailure() {
    RuntimeException pool = state.poolFailure();
    if (pool != null) {
      throw pool;
    }
  }

  private void throwFailure() {
    throwPoolFailure();
    Throwable in = state.takeInputFailure();
    if (in != null) {
      throw Unchecked.<RuntimeException>same(in);
    }
  }

  /** The calling thread was interrupted: it stops its items and keeps the flag. */
  void interrupted() {
    Thread.currentThread().interrupt();
    state.interrupt();
    stop();
  }

  /** The consumer wants no more: its items are given up, those that run are stopped. */
  void stop() {
    state.stop();
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

  private void leave() {
    if (!state.leave()) {
      return;
    }
    dispatcher.leave(this);
    dispatcher.group().forget(this);
    if (choosing != null) { // at a deadline the input has ended for the call, not for who reads it
      choosing.stop(); // it may wait for more
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
