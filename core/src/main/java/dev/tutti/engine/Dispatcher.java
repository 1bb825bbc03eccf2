package dev.tutti.engine;

import dev.tutti.plan.RetryPolicy;
import dev.tutti.spi.Batch;
import dev.tutti.spi.CallerGroup;
import dev.tutti.spi.Item;
import dev.tutti.spi.OutcomeSink;
import dev.tutti.spi.Timer;
import dev.tutti.spi.WorkSource;
import dev.tutti.spi.WorkerGroup;
import dev.tutti.task.Cancelled;
import dev.tutti.task.Failure;
import dev.tutti.task.Outcome;
import dev.tutti.task.TaskTimeoutException;
import dev.tutti.task.TimedOut;
import dev.tutti.task.WorkerLost;
import dev.tutti.task.WorkerLostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Holds what waits and what runs, and pairs free workers with waiting items. */
final class Dispatcher implements WorkSource, OutcomeSink {
  /*
   * Who owns what. The lanes, the set of batches that workers have, the count of open items and the
   * state are guarded by `lock`. A call's own results are guarded by that call's lock. The two are
   * never held together: everything here that ends an item collects it first and tells its call after
   * `lock` is released. The group is called without `lock` too.
   *
   *   OPEN -> CLOSING      close(): nothing new, what waits and runs goes on
   *   OPEN, CLOSING -> STOPPED   closeNow(): what waits ends as cancelled, what runs is stopped
   *
   * An item is in exactly one place: in a lane, in a batch of `active`, pausing before a further attempt,
   * or ended. It leaves a lane
   * under `lock`; it leaves a batch by ended() or returned(), which its worker calls once for each item
   * that it claimed or gave back. Whoever takes an item back by its claim (takeBack, stop) is the one
   * who reports it. A retried or returned item goes back to its lane and waits for a worker anew.
   *
   * When the last open item of a closing pool has ended, the group is closed, by the thread that
   * reported it.
   */

  /** An item that was in the hands of this many dying workers, unclaimed, is the one that kills. */
  private static final int FATAL_DEATHS = 4;

  enum State {
    OPEN,
    CLOSING,
    STOPPED
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition quiet = lock.newCondition();
  private final Lanes lanes = new Lanes();
  private final Set<Batch> active = new LinkedHashSet<>();
  private final Set<EngineCall> calls = new LinkedHashSet<>();
  private final Set<Item> pausing = new LinkedHashSet<>();
  private final Lane singles = Lane.ofSingles();
  private final Keeper keeper;
  private @Nullable WorkerGroup group;
  private State state = State.OPEN;
  private long open;

  Dispatcher(Keeper keeper) {
    this.keeper = keeper;
  }

  void group(WorkerGroup group) {
    this.group = group;
  }

  WorkerGroup group() {
    WorkerGroup g = group;
    if (g == null) {
      throw new IllegalStateException("the group of workers is not open yet");
    }
    return g;
  }

  /** {@return the lane of submitted tasks} */
  Lane singles() {
    return singles;
  }

  State state() {
    lock.lock();
    try {
      return state;
    } finally {
      lock.unlock();
    }
  }

  /** {@return how many items wait or run} */
  long openItems() {
    lock.lock();
    try {
      return open;
    } finally {
      lock.unlock();
    }
  }

  /** Enters a call that is to be let go if the pool is stopped. */
  void enter(EngineCall call) {
    lock.lock();
    try {
      refuseUnlessOpen();
      calls.add(call);
    } finally {
      lock.unlock();
    }
  }

  void leave(EngineCall call) {
    lock.lock();
    try {
      calls.remove(call);
    } finally {
      lock.unlock();
    }
  }

  /** {@return whether the thread that offers work runs it} */
  boolean callerRuns() {
    return group().capabilities().callerRuns();
  }

  /** Runs items on the calling thread, for a group whose caller runs its work. */
  void runHere(EngineCall call, List<Item> items) {
    Batch batch = new Batch(call, items);
    lock.lock();
    try {
      refuseUnlessOpen();
      handOut(batch);
      open += items.size();
      if (open == items.size()) {
        keeper.workBegins();
      }
    } finally {
      lock.unlock();
    }
    ((CallerGroup) group()).run(batch);
  }

  /** Queues an item and lets a worker know; runs it if the caller is the worker. */
  void offer(Item item) {
    if (callerRuns()) {
      runHere((EngineCall) item.call(), List.of(item));
      return;
    }
    EngineCall call = (EngineCall) item.call();
    boolean wanted;
    lock.lock();
    try {
      refuseUnlessOpen();
      wanted = !call.hasGivenUp(item);
      if (wanted) {
        call.lane.add(item);
        lanes.schedule(call.lane);
        if (open++ == 0) {
          keeper.workBegins();
        }
      }
    } finally {
      lock.unlock();
    }
    if (wanted) {
      group().workQueued();
    } else {
      call.ended(item, new Cancelled<>(), 0);
    }
  }

  /** No further item of this call will come: a batch that is not full goes out now. */
  void endOfInput(EngineCall call) {
    send(call, Lane::end, 0);
  }

  /**
   * The window is full. If all open items of the call are in its lane, nothing would ever make
   * room: a batch that is not full goes out now.
   *
   * @param openItems how many items of the call have been read and have not ended
   */
  void windowIsFull(EngineCall call, long openItems) {
    send(call, Lane::flush, openItems);
  }

  private void send(EngineCall call, Consumer<Lane> change, long leastWaiting) {
    boolean ready;
    lock.lock();
    try {
      ready = !call.lane.isEmpty() && call.lane.size() >= leastWaiting;
      if (ready || leastWaiting == 0) {
        change.accept(call.lane);
      }
      if (ready) {
        lanes.schedule(call.lane);
      }
    } finally {
      lock.unlock();
    }
    if (ready) {
      group().workQueued();
    }
  }

  private void refuseUnlessOpen() {
    if (state != State.OPEN) {
      throw new RejectedExecutionException("pool is closed: it takes no further tasks");
    }
  }

  private static Lane laneOf(Item item) {
    return ((EngineCall) item.call()).lane;
  }

  // ---------------------------------------------------------------- WorkSource

  @Override
  public @Nullable Batch poll() {
    List<Batch> running;
    lock.lock();
    try {
      Batch batch = lanes.next();
      if (batch != null) {
        handOut(batch);
        return batch;
      }
      running = active.stream().filter(b -> b.items().size() > 1).toList();
    } finally {
      lock.unlock();
    }
    return running.isEmpty() ? null : takeOver(running);
  }

  private void handOut(Batch batch) {
    batch.items().forEach(item -> item.handOut(batch));
    active.add(batch);
  }

  /** Nothing waits, so a free worker takes over what another one has not begun. */
  private @Nullable Batch takeOver(List<Batch> running) {
    for (Batch from : running) {
      List<Item> items = group().takeBack(from);
      if (!items.isEmpty()) {
        Batch batch = new Batch(from.call(), items);
        items.forEach(item -> item.requeue(batch));
        enter(batch);
        return batch;
      }
    }
    return null;
  }

  /** The call may have been given up while its items were in nobody's hands. */
  private void enter(Batch batch) {
    lock.lock();
    try {
      EngineCall call = (EngineCall) batch.call();
      batch.items().stream()
          .filter(item -> state == State.STOPPED || call.hasGivenUp(item))
          .forEach(Item::unwant);
      active.add(batch);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean hasWork() {
    lock.lock();
    try {
      return !lanes.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  // ---------------------------------------------------------------- OutcomeSink

  @Override
  public void ended(Item item, Outcome<?> outcome, long elapsedNanos) {
    if (!item.isDecided()) {
      item.countAttempt();
    }
    // What is stopped for its time-out has that outcome, also if it succeeded in its grace time.
    Outcome<?> told = item.isOverdue() ? timedOut(item) : outcome;
    RetryPolicy retry = item.call().options().retry();
    if (!item.isUnwanted() && !item.isDecided() && retry.retries(told, item.attempts())) {
      Duration pause = retry.pauseAfter(item.attempts(), ThreadLocalRandom.current().nextDouble());
      tryAgain(item, pause);
    } else {
      end(item, told, elapsedNanos);
    }
  }

  private static TimedOut<Object> timedOut(Item item) {
    Duration limit = item.call().options().timeout().orElse(Duration.ZERO);
    return new TimedOut<>(new TaskTimeoutException(limit, false));
  }

  @Override
  public void overdue(Item item, long elapsedNanos) {
    if (!item.markOverdue()) {
      return;
    }
    TimedOut<?> outcome = timedOut(item);
    boolean again = item.call().options().retry().retries(outcome, item.attempts() + 1);
    if (!again && item.decide()) {
      item.unwant();
      item.countAttempt();
      ((EngineCall) item.call()).ended(item, outcome, elapsedNanos);
    }
    group().stop(item);
  }

  /** A further attempt of an item, after a pause in which nobody has it. */
  private void tryAgain(Item item, Duration pause) {
    if (callerRuns()) {
      tryAgainHere(item, pause);
      return;
    }
    if (pause.isZero()) {
      requeueOrEnd(item);
      return;
    }
    lock.lock();
    try {
      pausing.add(item);
    } finally {
      lock.unlock();
    }
    var _ = Timer.after(pause.toNanos(), () -> endPause(item));
  }

  /** The caller is the worker, so it is also the one who pauses. */
  private void tryAgainHere(Item item, Duration pause) {
    long end = System.nanoTime() + pause.toNanos();
    while (!Thread.currentThread().isInterrupted() && end - System.nanoTime() > 0) {
      LockSupport.parkNanos(this, end - System.nanoTime());
    }
    Batch batch = new Batch(item.call(), List.of(item));
    item.requeue(batch);
    enter(batch);
    ((CallerGroup) group()).run(batch);
  }

  private void endPause(Item item) {
    boolean still;
    lock.lock();
    try {
      still = pausing.remove(item);
    } finally {
      lock.unlock();
    }
    if (still) {
      requeueOrEnd(item);
    }
  }

  private void requeueOrEnd(Item item) {
    if (requeue(item)) {
      group().workQueued();
    } else {
      end(item, new Cancelled<>(), 0);
    }
  }

  @Override
  public void returned(Item item, @Nullable WorkerLostException death) {
    if (death != null) {
      item.countDeath();
    }
    if (item.isUnwanted()) {
      end(item, new Cancelled<>(), 0);
    } else if (death != null && item.deaths() >= FATAL_DEATHS) {
      end(item, new WorkerLost<>(death), 0);
    } else {
      requeueOrEnd(item);
    }
  }

  private boolean requeue(Item item) {
    lock.lock();
    try {
      EngineCall call = (EngineCall) item.call();
      if (state == State.STOPPED || call.hasGivenUp(item)) {
        return false;
      }
      item.requeue(null);
      call.lane.addReturned(item);
      lanes.schedule(call.lane);
      return true;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void batchEnded(Batch batch, long elapsedNanos) {
    lock.lock();
    try {
      active.remove(batch);
      ((EngineCall) batch.call()).lane.chunker().ended(batch.items().size(), elapsedNanos);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void startFailed(Throwable cause) {
    List<Item> items;
    lock.lock();
    try {
      items = drainAll();
    } finally {
      lock.unlock();
    }
    items.forEach(item -> end(item, new Failure<>(cause), 0));
  }

  private List<Item> drainAll() {
    List<Item> items = lanes.drain();
    calls.forEach(call -> items.addAll(call.lane.drain(0))); // batches that are not full yet
    items.addAll(pausing);
    pausing.clear();
    return items;
  }

  private void end(Item item, Outcome<?> outcome, long elapsedNanos) {
    EngineCall call = (EngineCall) item.call();
    if (item.decide()) {
      call.ended(item, outcome, elapsedNanos);
    }
    call.stopped(item);
    boolean last = false;
    lock.lock();
    try {
      if (--open == 0) {
        quiet.signalAll();
        last = state != State.OPEN;
      }
    } finally {
      lock.unlock();
    }
    if (last) {
      group().close();
    }
  }

  // ---------------------------------------------------------------- stopping

  /**
   * Nobody wants the result of an item any more.
   *
   * @param interrupt whether it is also stopped where it runs
   */
  void giveUp(Item item, boolean interrupt) {
    item.unwant();
    boolean waited;
    lock.lock();
    try {
      waited = laneOf(item).remove(item) || pausing.remove(item);
    } finally {
      lock.unlock();
    }
    if (waited) {
      end(item, new Cancelled<>(), 0);
    } else if (interrupt) {
      group().stop(item);
    }
  }

  /** Gives up all items of a call from an index on, and stops those that run. */
  void giveUp(EngineCall call, long fromIndex) {
    List<Item> waited;
    List<Item> held = new ArrayList<>();
    lock.lock();
    try {
      call.giveUpFrom(fromIndex);
      waited = call.lane.drain(fromIndex);
      pausing.removeIf(i -> i.call() == call && i.index() >= fromIndex && waited.add(i));
      for (Batch batch : active) {
        if (batch.call() == call) {
          batch.items().stream().filter(i -> i.index() >= fromIndex).forEach(held::add);
        }
      }
    } finally {
      lock.unlock();
    }
    for (Item item : waited) {
      item.unwant();
      end(item, new Cancelled<>(), 0);
    }
    held.forEach(Item::unwant); // all, before the first is stopped: none of them is to begin
    held.forEach(group()::stop);
  }

  /** Watches the deadline of a call, if it has one. */
  Optional<Future<?>> watchDeadline(SubmittedCall<?> call) {
    return call.options()
        .deadline()
        .map(limit -> Timer.after(limit.toNanos(), () -> expire(call.item(), limit)));
  }

  private void expire(Item item, Duration deadline) {
    if (item.decide()) {
      ((EngineCall) item.call()).ended(item, expired(deadline), 0);
      giveUp(item, true);
    }
  }

  private static TimedOut<Object> expired(Duration deadline) {
    return new TimedOut<>(new TaskTimeoutException(deadline, true));
  }

  /**
   * The deadline of a bulk call has come: all its items that have not ended end so, and are
   * stopped.
   */
  void expire(EngineCall call, Duration deadline) {
    List<Item> open = new ArrayList<>();
    lock.lock();
    try {
      call.lane.forEach(open::add);
      pausing.stream().filter(item -> item.call() == call).forEach(open::add);
      active.stream()
          .filter(batch -> batch.call() == call)
          .forEach(batch -> open.addAll(batch.items()));
    } finally {
      lock.unlock();
    }
    open.stream().filter(Item::decide).forEach(item -> call.ended(item, expired(deadline), 0));
    giveUp(call, 0);
  }

  /** Nothing new from now on; the group is closed when what waits and runs has ended. */
  void close() {
    boolean quietNow;
    lock.lock();
    try {
      if (state != State.OPEN) {
        return;
      }
      state = State.CLOSING;
      quiet.signalAll();
      quietNow = open == 0;
    } finally {
      lock.unlock();
    }
    if (quietNow) {
      group().close();
    }
  }

  /**
   * Ends everything.
   *
   * @return the items that had not started
   */
  List<Item> closeNow() {
    List<Item> waited;
    Set<EngineCall> waiting;
    lock.lock();
    try {
      state = State.STOPPED;
      quiet.signalAll();
      waited = drainAll();
      waiting = new LinkedHashSet<>(calls);
      active.forEach(batch -> waiting.add((EngineCall) batch.call()));
      waited.forEach(item -> waiting.add((EngineCall) item.call()));
      active.forEach(batch -> batch.items().forEach(Item::unwant));
    } finally {
      lock.unlock();
    }
    waiting.forEach(EngineCall::abandon);
    for (Item item : waited) {
      item.unwant();
      end(item, new Cancelled<>(), 0);
    }
    group().closeNow();
    return waited;
  }

  /** Waits until the pool is closed and nothing waits or runs. */
  boolean awaitQuiet(Duration timeout) throws InterruptedException {
    long left = timeout.toNanos();
    lock.lockInterruptibly();
    try {
      while (open > 0 || state == State.OPEN) {
        if (left <= 0) {
          return false;
        }
        left = quiet.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }
}
