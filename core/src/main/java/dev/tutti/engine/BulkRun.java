package dev.tutti.engine;

import dev.tutti.event.Progress;
import dev.tutti.spi.Body;
import dev.tutti.spi.Item;
import dev.tutti.task.Cancelled;
import dev.tutti.task.Done;
import dev.tutti.task.Failure;
import dev.tutti.task.Outcome;
import dev.tutti.task.TaskFailedException;
import dev.tutti.task.WorkerLost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** One bulk call on its way: input to window to lane, and outcomes back in their order. */
final class BulkRun extends EngineCall {
  /*
   * Everything below is guarded by `lock`, but for `input`, which belongs to the feeder: the one thread
   * that reads the user's input. That is the caller for calls that return when all is done and for
   * pools whose caller runs the work, a thread of the call's own otherwise.
   *
   *   taken      items read from the input so far; item i is the i-th
   *   settled    items of them that have ended
   *   delivered  items of them that the consumer has got
   *
   * The window is a bound on taken - delivered; the feeder waits for it, and the consumer's getting of
   * an item opens it. A call that keeps all results delivers an item by storing it.
   *
   * The run is over for its consumer when the input has ended and delivered == taken, or when it was
   * stopped. `stopped` is set once, by the consumer (closed, interrupted, or a failure that it does not
   * go on after) or by the pool (stopped). Afterwards outcomes are counted and dropped.
   *
   * `lock` is never held while the dispatcher or the user's input is called.
   */
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private final Condition news = lock.newCondition();
  private final Dispatcher dispatcher;
  private final Iterator<?> input;
  private final int window;
  private final Resequencer results;
  private final boolean stopsAtFailure;
  private final @Nullable ProgressMeter meter;

  private long taken;
  private long settled;
  private long delivered;
  private boolean inputEnded;
  private boolean stopped;
  private boolean left;
  private @Nullable Throwable inputFailure;
  private @Nullable RuntimeException poolFailure;
  private long failedFrom = Long.MAX_VALUE;

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
        new Lane(
            new Chunker(
                plan.batching(), plan.window(), dispatcher.group().capabilities().batches())));
    this.dispatcher = dispatcher;
    this.window = plan.window();
    this.results = results;
    this.stopsAtFailure = stopsAtFailure;
    dispatcher
        .group()
        .admit(this); // a function that cannot travel is refused before the input is read
    this.input = items.iterator();
    dispatcher.enter(this);
    this.meter = meter(plan.progress(), items);
  }

  private static @Nullable ProgressMeter meter(@Nullable Progress listener, Iterable<?> items) {
    if (listener == null) {
      return null;
    }
    return new ProgressMeter(
        listener,
        items instanceof Collection<?> c ? OptionalLong.of(c.size()) : OptionalLong.empty());
  }

  // ---------------------------------------------------------------- feeder

  /** Reads the whole input, as fast as the window allows. */
  void feedAll() {
    try {
      boolean more = true;
      while (more) {
        more = awaitRoom() && feedOne();
      }
    } catch (InterruptedException e) {
      interrupted();
    }
  }

  /** {@return whether there may be more input} */
  private boolean feedOne() {
    Item item = readOne();
    if (item == null) {
      return false;
    }
    if (isAdmitted(item)) {
      offer(1, () -> dispatcher.offer(item));
    }
    return true;
  }

  /** Reads as much of the input as fits in one batch, without waiting, and runs it. */
  private void feedBatch() {
    List<Item> items = new ArrayList<>();
    for (int i = lane.chunker().size(); i > 0 && hasRoom(); i--) {
      Item item = readOne();
      if (item == null) {
        break;
      }
      if (isAdmitted(item)) {
        items.add(item);
      }
    }
    if (!items.isEmpty()) {
      offer(items.size(), () -> dispatcher.runHere(this, items));
    }
  }

  private void offer(int items, Runnable offer) {
    try {
      offer.run();
    } catch (RejectedExecutionException e) { // the pool was closed while the input was read
      dropTaken(items);
      endInput(e);
    }
  }

  private boolean hasRoom() {
    lock.lock();
    try {
      return !stopped && taken - delivered < window;
    } finally {
      lock.unlock();
    }
  }

  private boolean awaitRoom() throws InterruptedException {
    long open;
    boolean full;
    lock.lock();
    try {
      open = taken - settled;
      full = taken - delivered >= window;
    } finally {
      lock.unlock();
    }
    if (full && open > 0) {
      dispatcher.windowIsFull(this, open);
    }
    lock.lockInterruptibly();
    try {
      while (!stopped && failedFrom == Long.MAX_VALUE && taken - delivered >= window) {
        room.await();
      }
      return !stopped;
    } finally {
      lock.unlock();
    }
  }

  /** {@return the next element of the input; null if there is none or none is wanted} */
  private @Nullable Item readOne() {
    try {
      if (!isOver() && input.hasNext()) {
        Object argument = input.next();
        return new Item(this, countTaken(), argument);
      }
      endInput(null);
    } catch (Throwable failure) { // the input is the user's code: what it throws is what he gets
      endInput(failure);
    }
    return null;
  }

  private boolean isAdmitted(Item item) {
    try {
      dispatcher.group().admit(item);
      return true;
    } catch (RuntimeException | Error e) { // NotSendableException, or what a user's class throws
      settle(item, new Failure<>(e), 0);
      return false;
    }
  }

  /** {@return whether no more input is wanted} */
  private boolean isOver() {
    lock.lock();
    try {
      return stopped || inputEnded || failedFrom != Long.MAX_VALUE;
    } finally {
      lock.unlock();
    }
  }

  private long countTaken() {
    lock.lock();
    try {
      return taken++;
    } finally {
      lock.unlock();
    }
  }

  private void dropTaken(int items) {
    lock.lock();
    try {
      taken -= items;
    } finally {
      lock.unlock();
    }
  }

  private void endInput(@Nullable Throwable failure) {
    lock.lock();
    try {
      if (!inputEnded) {
        inputEnded = true;
        inputFailure = failure;
      }
      news.signalAll();
    } finally {
      lock.unlock();
    }
    dispatcher.endOfInput(this);
  }

  // ---------------------------------------------------------------- outcomes, from the dispatcher

  @Override
  void ended(Item item, Outcome<?> outcome, long elapsedNanos) {
    settle(item, outcome, elapsedNanos);
  }

  private void settle(Item item, Outcome<?> outcome, long elapsedNanos) {
    Done<?, ?> done = doneOf(item, outcome, elapsedNanos);
    boolean stopsRest = false;
    if (meter != null) {
      meter.count(outcome.succeeded());
    }
    lock.lock();
    try {
      settled++;
      if (!stopped) {
        results.add(done);
        if (stopsAtFailure && !outcome.succeeded() && item.index() < failedFrom) {
          failedFrom = item.index();
          stopsRest = true;
        }
        if (results.keepsAll()) {
          delivered++;
          room.signal();
        }
      }
      if (stopsRest) {
        room.signalAll();
      }
      if (isNews() || isAllDone()) {
        news.signalAll();
      }
    } finally {
      lock.unlock();
    }
    if (stopsRest) {
      dispatcher.giveUp(this, results.inOrder() ? item.index() + 1 : 0);
    }
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
      news.signalAll();
      room.signalAll();
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
      throw failed(done);
    }
    return done;
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
      feedBatch();
    }
  }

  private @Nullable Done<?, ?> awaitNews() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!isNews()) {
        news.await();
      }
      if (stopped) {
        return null;
      }
      Done<?, ?> done = results.take();
      if (done != null) {
        delivered++;
        room.signal();
      }
      return done;
    } finally {
      lock.unlock();
    }
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
        feedBatch();
      }
    } else {
      feedAll();
    }
    awaitAll();
    leave();
    throwPoolFailure();
    Done<?, ?> failure = results.firstFailure();
    if (stopsAtFailure && failure != null) {
      throw failed(failure);
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
        while (!isAllDone()) {
          news.await();
        }
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

  private static RuntimeException failed(Done<?, ?> done) {
    return switch (done.outcome()) {
      case Failure<?>(Throwable cause) -> failed(done, cause);
      case WorkerLost<?>(Throwable cause) -> failed(done, cause);
      case Cancelled<?> _ ->
          new CancellationException("item %d was cancelled".formatted(done.index()));
      default -> throw new IllegalStateException("an item that succeeded did not fail: " + done);
    };
  }

  private static TaskFailedException failed(Done<?, ?> done, Throwable cause) {
    String item;
    try {
      item = String.valueOf(done.item());
    } catch (RuntimeException e) { // toString of a user's class, in a message about another failure
      item = "(its toString failed: " + e.getClass().getName() + ")";
    }
    return new TaskFailedException(done.index(), item, Math.max(1, done.attempts()), cause);
  }

  /** The calling thread was interrupted: it stops its items and keeps the flag. */
  private void interrupted() {
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
      news.signalAll();
      room.signalAll();
    } finally {
      lock.unlock();
    }
    dispatcher.giveUp(this, 0);
    leave();
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
    if (meter != null) {
      meter.finish();
    }
  }
}
