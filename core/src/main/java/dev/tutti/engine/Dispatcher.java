package dev.tutti.engine;

import dev.tutti.spi.Batch;
import dev.tutti.spi.Call;
import dev.tutti.spi.CallerGroup;
import dev.tutti.spi.HelpingGroup;
import dev.tutti.spi.Item;
import dev.tutti.spi.OutcomeSink;
import dev.tutti.spi.PartOutcomes;
import dev.tutti.spi.WorkSource;
import dev.tutti.spi.WorkerGroup;
import dev.tutti.task.Cancelled;
import dev.tutti.task.Failure;
import dev.tutti.task.Outcome;
import dev.tutti.task.WorkerLost;
import dev.tutti.task.WorkerLostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
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
   * An item is in exactly one place: in a lane, in a batch of `active`, pausing before a further attempt
   * (Attempts), ended and about to be told (a link tells several together), or ended. It leaves a lane under `lock`; it leaves a batch by ended() or returned(), which
   * its worker calls once for each item that it claimed or gave back. Whoever takes an item back by its
   * claim (takeBack, stop) is the one who reports it. A retried or returned item goes back to its lane and
   * waits for a worker anew, unless nobody wants it any more: that is looked at under `lock`. There a worker that still
   * has an older batch with it may claim it; so who takes an item out of a lane to end it takes it back by its claim first,
   * and leaves it to that worker if that was quicker.
   *
   * A pack is one item that counts as many as it has elements. Its elements end one after the other (endedPart), and what is
   * left of it may come back as an item of its own. So each element is told once: by who ends it, or by who has what came back.
   * Calls that decide about an item while it runs (time-outs, deadlines, retries) have no packs.
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
  private final Map<Integer, Lane> singles = new ConcurrentHashMap<>();
  private final Attempts attempts = new Attempts(this);
  private final Deadlines deadlines = new Deadlines(this);
  private final Keeper keeper;
  private @Nullable WorkerGroup group;
  private @Nullable Engine engine;
  private State state = State.OPEN;
  private boolean dropped;
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

  void engine(Engine owner) {
    this.engine = owner;
  }

  Engine engine() {
    return Objects.requireNonNull(engine, "engine");
  }

  /**
   * {@return the lane of submitted tasks}
   *
   * @param priority of this priority
   */
  Lane singles(int priority) {
    return singles.computeIfAbsent(priority, Lane::ofSingles);
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

  /** {@return what ends calls at their deadline} */
  Deadlines deadlines() {
    return deadlines;
  }

  /** {@return the items of a call that wait, pause or run} */
  List<Item> openItems(EngineCall call) {
    List<Item> open = new ArrayList<>();
    lock.lock();
    try {
      call.lane.forEach(open::add);
      active.stream()
          .filter(batch -> batch.call() == call)
          .forEach(batch -> open.addAll(batch.items()));
    } finally {
      lock.unlock();
    }
    open.addAll(attempts.of(call));
    return open;
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

  /** {@return whether the calling thread runs a task of this pool, and can run others meanwhile} */
  boolean canHelp() {
    return group() instanceof HelpingGroup helping && helping.isWorker();
  }

  /** Runs waiting items on the calling thread until something is so; see {@link HelpingGroup}. */
  void helpUntil(HelpingGroup.Awaited awaited, long deadlineNanos) throws InterruptedException {
    ((HelpingGroup) group()).helpUntil(awaited, deadlineNanos);
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
      handOut(batch, Thread.currentThread());
      open += batch.count();
      if (open == batch.count()) {
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
      forget(item);
    }
  }

  /**
   * Queues items of one call and lets the workers know. Not for a group whose caller runs its work.
   */
  void offer(EngineCall call, List<Item> items) {
    List<Item> unwanted = new ArrayList<>();
    lock.lock();
    try {
      refuseUnlessOpen();
      if (open == 0) {
        keeper.workBegins();
      }
      for (Item item : items) {
        if (call.hasGivenUp(item)) {
          unwanted.add(item);
        } else {
          call.lane.add(item);
        }
        open += item.count();
      }
      lanes.schedule(call.lane);
    } finally {
      lock.unlock();
    }
    int most = Math.min(items.size(), group().maxWorkers());
    for (int i = 0; i < most && (i == 0 || hasWork()); i++) {
      group().workQueued(); // each call is for one worker
    }
    unwanted.forEach(item -> end(item, new Cancelled<>(), 0));
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

  /** What was held back in the lane of a call may go out again. */
  void roomAgain(EngineCall call) {
    boolean ready;
    lock.lock();
    try {
      ready = call.lane.isReady();
      if (ready) {
        lanes.schedule(call.lane);
      }
    } finally {
      lock.unlock();
    }
    int most = ready ? group().maxWorkers() : 0;
    for (int i = 0; i < most && (i == 0 || hasWork()); i++) {
      group().workQueued(); // each call is for one worker
    }
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
  public @Nullable Batch poll(Object worker, boolean othersFree, int most) {
    List<Batch> running;
    lock.lock();
    try {
      Batch batch = lanes.next(othersFree ? worker : null, most);
      if (batch != null) {
        handOut(batch, worker);
        return batch;
      }
      if (!lanes.isEmpty()) {
        return null; // what waits is for another worker
      }
      running = active.stream().filter(b -> b.count() > 1).toList();
    } finally {
      lock.unlock();
    }
    return running.isEmpty() ? null : takeOver(running, worker, most);
  }

  private void handOut(Batch batch, Object worker) {
    batch.items().forEach(item -> item.handOut(batch, worker));
    active.add(batch);
  }

  /** Nothing waits, so a free worker takes over what another one has not begun. */
  private @Nullable Batch takeOver(List<Batch> running, Object worker, int most) {
    for (Batch from : running) {
      List<Item> items = group().takeBack(from, most);
      if (!items.isEmpty()) {
        return takeOver(from.call(), items, worker);
      }
    }
    return null;
  }

  /** {@return a batch of items that were in nobody's hands} */
  Batch takeOver(Call call, List<Item> items, Object worker) {
    Batch batch = new Batch(call, items);
    items.forEach(item -> item.requeue(batch, worker));
    enter(batch);
    return batch;
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
    Outcome<?> told = Attempts.told(item, outcome);
    if (!attempts.goesOnAfter(item, told)) {
      end(item, told, elapsedNanos);
    }
  }

  @Override
  public void ended(List<Ended> all) {
    List<Ended> same = new ArrayList<>(all.size()); // of one call, one behind the other
    for (Ended one : all) {
      if (!same.isEmpty() && same.getFirst().item().call() != one.item().call()) {
        end(same);
        same.clear();
      }
      if (!one.item().isDecided()) {
        one.item().countAttempt();
      }
      Outcome<?> told = Attempts.told(one.item(), one.outcome());
      if (!attempts.goesOnAfter(one.item(), told)) {
        same.add(told == one.outcome() ? one : new Ended(one.item(), told, one.elapsedNanos()));
      }
    }
    end(same);
  }

  /** Items of one call have ended, and run nowhere any more. */
  private void end(List<Ended> all) {
    if (all.isEmpty()) {
      return;
    }
    EngineCall call = (EngineCall) all.getFirst().item().call();
    List<Ended> decided = new ArrayList<>(all.size());
    for (Ended one : all) {
      if (one.item().decide()) {
        decided.add(one);
      }
    }
    call.ended(decided);
    all.forEach(one -> stopped(call, one.item()));
    count(all.size());
  }

  @Override
  public void endedPart(Item pack, int from, PartOutcomes outcomes) {
    ((EngineCall) pack.call()).endedPart(pack, from, outcomes);
    count(outcomes.size());
  }

  @Override
  public void overdue(Item item, long elapsedNanos) {
    if (attempts.isOverdue(item, elapsedNanos)) {
      group().stop(item);
    }
  }

  /** An item that is in nobody's hands waits for a worker anew, or ends if nobody wants it. */
  void requeueOrEnd(Item item) {
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
    } else if (item.isPack() && Lane.isSuspect(item)) {
      for (int i = 0; i < item.count(); i++) {
        requeueOrEnd(item.part(i, i + 1));
      }
    } else {
      requeueOrEnd(item);
    }
  }

  private boolean requeue(Item item) {
    lock.lock();
    try {
      if (!isWanted(item)) {
        return false;
      }
      EngineCall call = (EngineCall) item.call();
      item.requeue(null, null);
      call.lane.addReturned(item);
      lanes.schedule(call.lane);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** {@return whether an item that is in nobody's hands may go on} */
  boolean isWanted(Item item) {
    lock.lock();
    try {
      EngineCall call = (EngineCall) item.call();
      return state != State.STOPPED && !call.hasGivenUp(item) && !item.isUnwanted();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void batchEnded(Batch batch, long elapsedNanos) {
    lock.lock();
    try {
      active.remove(batch);
      ((EngineCall) batch.call()).lane.chunker().ended(batch.count(), elapsedNanos);
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
    items.removeIf(item -> !item.takeBack()); // those run, out of an older batch
    items.addAll(attempts.removeAll());
    return items;
  }

  /** An item has ended, and runs nowhere any more. */
  void end(Item item, Outcome<?> outcome, long elapsedNanos) {
    if (item.isPack()) {
      endedPart(item, 0, PartOutcomes.copies(item.count(), outcome));
      return;
    }
    EngineCall call = (EngineCall) item.call();
    if (item.decide()) {
      call.ended(item, outcome, elapsedNanos);
    }
    stopped(call, item);
    count(1);
  }

  private void stopped(EngineCall call, Item item) {
    call.stopped(item);
    forget(item);
  }

  /** The group need not keep an item any longer that runs nowhere, and will not. */
  void forget(Item item) {
    EngineCall call = (EngineCall) item.call();
    group().forget(item);
    if (call.isSingle()) {
      group().forget(call);
    }
  }

  /** So many items are not open any more. */
  private void count(int ended) {
    boolean last = false;
    lock.lock();
    try {
      open -= ended;
      if (open == 0) {
        if (dropped && state == State.OPEN) {
          state = State.CLOSING;
        }
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
      waited = (laneOf(item).remove(item) && item.takeBack()) || attempts.remove(item);
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
      waited.removeIf(item -> !item.takeBack() && held.add(item));
      waited.addAll(attempts.remove(call, fromIndex));
      for (Batch batch : active) {
        if (batch.call() == call) {
          batch.items().stream().filter(i -> i.index() + i.count() > fromIndex).forEach(held::add);
        }
      }
    } finally {
      lock.unlock();
    }
    for (Item item : waited) {
      item.unwant();
      end(item, new Cancelled<>(), 0);
    }
    for (Item item : held) { // all, before the first is stopped: none of them is to begin
      item.unwantFrom((int) Math.max(0, fromIndex - item.index()));
    }
    held.forEach(group()::stop);
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

  /** Nobody can submit anything any more, but tasks that run: closes when nothing waits or runs. */
  void closeWhenQuiet() {
    boolean quietNow;
    lock.lock();
    try {
      dropped = true;
      quietNow = open == 0;
    } finally {
      lock.unlock();
    }
    if (quietNow) {
      close();
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
