package dev.tutti.engine;

import dev.tutti.spi.Batch;
import dev.tutti.spi.Call;
import dev.tutti.spi.CallerGroup;
import dev.tutti.spi.ChoosingGroup;
import dev.tutti.spi.HelpingGroup;
import dev.tutti.spi.Item;
import dev.tutti.spi.OutcomeSink;
import dev.tutti.spi.PartOutcomes;
import dev.tutti.spi.Way;
import dev.tutti.spi.WorkSource;
import dev.tutti.spi.WorkerGroup;
import dev.tutti.task.Cancelled;
import dev.tutti.task.Failure;
import dev.tutti.task.Outcome;
import dev.tutti.task.WorkerLost;
import dev.tutti.task.WorkerLostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Brings waiting items to free workers, and outcomes to the calls that they belong to. */
final class Dispatcher implements WorkSource, OutcomeSink {
  /*
   * What waits and what runs is in `open`, under its lock. A call's own results are guarded by that call's lock. The two are
   * never held together, and neither while the group is called: each method here has a step made under the lock, which says
   * what follows, and then does that.
   *
   * An item is in exactly one place: in a lane, in a batch that a worker has, pausing before a further attempt
   * (Attempts), ended and about to be told (a link tells several together), or ended. It leaves a lane in one step of `open`; it leaves a batch by ended() or returned(), which
   * its worker calls once for each item that it claimed or gave back. Whoever takes an item back by its
   * claim (takeBack, stop) is the one who reports it. A retried or returned item goes back to its lane and
   * waits for a worker anew, unless nobody wants it any more: that is looked at in the same step. There a worker that still
   * has an older batch with it may claim it (OpenWork).
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

  private final SingleLanes singles = new SingleLanes();
  private final Attempts attempts = new Attempts(this);
  private final Deadlines deadlines = new Deadlines(this);
  private final OpenWork open;
  private @Nullable WorkerGroup group;
  private @Nullable Engine engine;

  Dispatcher(Keeper keeper) {
    this.open = new OpenWork(keeper, attempts);
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
    return singles.of(priority);
  }

  /** {@return whether new tasks are taken} */
  boolean isOpen() {
    return open.state() == OpenWork.State.OPEN;
  }

  /** {@return how many items wait or run} */
  long openItems() {
    return open.count();
  }

  /** {@return what ends calls at their deadline} */
  Deadlines deadlines() {
    return deadlines;
  }

  /** {@return the items of a call that wait, pause or run} */
  List<Item> openItems(EngineCall call) {
    return open.of(call);
  }

  /** Enters a call that is to be let go if the pool is stopped. */
  void enter(EngineCall call) {
    open.enter(call);
  }

  void leave(EngineCall call) {
    open.leave(call);
  }

  /** {@return whether the calling thread runs a task of this pool, and can run others meanwhile} */
  boolean canHelp() {
    return group() instanceof HelpingGroup helping && helping.isWorker();
  }

  /** Waits on a thread of this pool until something is so; see {@link HelpingGroup}. */
  void helpUntil(HelpingGroup.Awaited awaited, long nanos) throws InterruptedException {
    ((HelpingGroup) group()).helpUntil(awaited, nanos);
  }

  /**
   * {@return an item alone that waits, for the calling thread to run; null if it does not wait, or
   * if this is no thread of the pool or not one for such items}
   */
  @Nullable Batch take(Item item, Object worker) {
    return canHelp() ? open.take(item, onThreads(), worker) : null;
  }

  /** Has an item that waits go before the others of its priority, on a thread of this pool. */
  void hasten(Item item) {
    if (canHelp()) {
      open.hasten(item);
    }
  }

  /** {@return the next item of a call that waits, as the same} */
  @Nullable Batch take(EngineCall call, Object worker) {
    return canHelp() ? open.take(call, onThreads(), worker) : null;
  }

  private @Nullable Way onThreads() {
    return group() instanceof ChoosingGroup ? Way.THREADS : null;
  }

  /** {@return whether the thread that offers work runs it} */
  boolean callerRuns() {
    return group().capabilities().callerRuns();
  }

  /** Runs items on the calling thread, for a group whose caller runs its work. */
  void runHere(EngineCall call, List<Item> items) {
    runHere(new Batch(call, items));
  }

  /** The same for a batch that its caller may share out meanwhile. */
  void runHere(Batch batch) {
    open.addRunning(batch);
    ((CallerGroup) group()).run(batch);
  }

  /** What runs on a caller's thread is to be shared out: what has not begun waits for a worker. */
  void shareOut(Batch batch) {
    List<Item> rest = new ArrayList<>();
    List<Item> back = group().takeBack(batch, Integer.MAX_VALUE);
    while (!back.isEmpty()) {
      rest.addAll(back);
      back = group().takeBack(batch, Integer.MAX_VALUE);
    }
    rest.sort(Comparator.comparingLong(Item::index));
    rest.forEach(item -> returned(item, null));
  }

  /**
   * Says which workers of a {@link dev.tutti.spi.ChoosingGroup} are to run what of a call has not
   * begun, and how many items are to go to one of them together.
   */
  void send(EngineCall call, Way way, int batch) {
    Consumer<Lane> change =
        lane -> {
          lane.way(way);
          lane.chunker().choose(batch);
        };
    if (open.change(call, change, 0)) {
      callWorkers(group().maxWorkers());
    }
  }

  /** Queues an item and lets a worker know; runs it if the caller is the worker. */
  void offer(Item item) {
    if (callerRuns()) {
      runHere((EngineCall) item.call(), List.of(item));
      return;
    }
    EngineCall call = (EngineCall) item.call();
    if (open.add(call, item)) {
      callWorkerFor(item);
    } else {
      call.ended(item, new Cancelled<>(), 0);
      forget(item);
    }
  }

  /** An item that has no worker, and whose caller is told that there is none, is not to wait. */
  private void callWorkerFor(Item item) {
    try {
      group().workQueued();
    } catch (RuntimeException | Error e) { // such as no memory for the first thread
      if (open.remove(item)) {
        end(item, new Failure<>(e), 0);
      }
      throw e;
    }
  }

  /**
   * Queues items of one call and lets the workers know. Not for a group whose caller runs its work.
   */
  void offer(EngineCall call, List<Item> items) {
    List<Item> unwanted = open.add(call, items);
    callWorkers(Math.min(items.size(), group().maxWorkers()));
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
    if (open.schedule(call)) {
      callWorkers(group().maxWorkers());
    }
  }

  private void callWorkers(int most) {
    for (int i = 0; i < most && (i == 0 || hasWork()); i++) {
      group().workQueued(); // each call is for one worker
    }
  }

  private void send(EngineCall call, Consumer<Lane> change, long leastWaiting) {
    if (open.change(call, change, leastWaiting)) {
      group().workQueued();
    }
  }

  // ---------------------------------------------------------------- WorkSource

  @Override
  public @Nullable Batch poll(Object worker, boolean othersFree, int most) {
    return poll(null, worker, othersFree, most);
  }

  private @Nullable Batch poll(@Nullable Way only, Object worker, boolean othersFree, int most) {
    Batch batch = open.next(only, worker, othersFree, most);
    boolean takesOver = only != Way.VIRTUAL_THREADS; // of those there are always enough
    return batch != null || !takesOver ? batch : takeOver(open.shareable(only), worker, most);
  }

  @Override
  public WorkSource only(Way way) {
    return new WorkSource() {
      @Override
      public @Nullable Batch poll(Object worker, boolean othersFree, int most) {
        return Dispatcher.this.poll(way, worker, othersFree, most);
      }

      @Override
      public boolean hasWork() {
        return Dispatcher.this.hasWork(way);
      }
    };
  }

  /** {@return whether items wait that go one way} */
  boolean hasWork(Way way) {
    return open.hasWaiting(way);
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
    open.addTakenOver(batch);
    return batch;
  }

  @Override
  public boolean hasWork() {
    return open.hasWaiting(null);
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
    if (open.requeue(item)) {
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

  /** {@return whether an item that is in nobody's hands may go on} */
  boolean isWanted(Item item) {
    return open.isWanted(item);
  }

  @Override
  public void batchEnded(Batch batch, long elapsedNanos) {
    open.remove(batch, elapsedNanos);
  }

  @Override
  public void batchEnded(Batch batch, int ran, long elapsedNanos, long cpuNanos) {
    batchEnded(batch, elapsedNanos);
    ((EngineCall) batch.call()).measured(batch, ran, elapsedNanos, cpuNanos);
  }

  @Override
  public void startFailed(Throwable cause) {
    open.drain().forEach(item -> end(item, new Failure<>(cause), 0));
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
    if (open.end(ended)) {
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
    if (open.remove(item)) {
      end(item, new Cancelled<>(), 0);
    } else if (interrupt) {
      group().stop(item);
    }
  }

  /** Gives up all items of a call from an index on, and stops those that run. */
  void giveUp(EngineCall call, long fromIndex) {
    OpenWork.GivenUp givenUp = open.giveUp(call, fromIndex);
    for (Item item : givenUp.waited()) {
      item.unwant();
      end(item, new Cancelled<>(), 0);
    }
    List<Item> held = givenUp.held();
    for (Item item : held) { // all, before the first is stopped: none of them is to begin
      item.unwantFrom((int) Math.max(0, fromIndex - item.index()));
    }
    held.forEach(group()::stop);
  }

  /** Nothing new from now on; the group is closed when what waits and runs has ended. */
  void close() {
    if (open.close()) {
      group().close();
    }
  }

  /** Nobody can submit anything any more, but tasks that run: closes when nothing waits or runs. */
  void closeWhenQuiet() {
    if (open.drop()) {
      close();
    }
  }

  /**
   * Ends everything.
   *
   * @return the items that had not started
   */
  List<Item> closeNow() {
    OpenWork.Stopped stopped = open.stop();
    stopped.calls().forEach(EngineCall::abandon);
    for (Item item : stopped.waited()) {
      item.unwant();
      end(item, new Cancelled<>(), 0);
    }
    group().closeNow();
    return stopped.waited();
  }

  /** Waits until the pool is closed and nothing waits or runs. */
  boolean awaitQuiet(Duration timeout) throws InterruptedException {
    return open.awaitQuiet(timeout);
  }
}
