package dev.tutti.engine;

import dev.tutti.spi.ChoosingGroup;
import dev.tutti.spi.Item;
import dev.tutti.spi.OutcomeSink.Ended;
import dev.tutti.task.Failure;
import dev.tutti.task.NodeState;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Brings the nodes that can run into the pool. For who drains the work. */
final class NodeOffers {
  /*
   * An item is entered in the board just before the dispatcher gets it, so that what is given up from there is
   * the dispatcher's. `unstopped`, `pausing` and `here` are for any thread: the first counts items that may run somewhere, the second
   * those that pause before a further attempt, the third is the one that the caller himself runs. An item that pauses has no worker
   * and keeps out no other one.
   */
  private final GraphWork work;
  private final Dispatcher dispatcher;
  private final GraphCalls calls;
  private final ReadyNodes ready;
  private final GraphBoard board;
  private final AtomicInteger unstopped = new AtomicInteger();
  private final AtomicInteger pausing = new AtomicInteger();
  private volatile @Nullable Item here;
  private int inFlight;

  NodeOffers(
      GraphWork work, Dispatcher dispatcher, GraphCalls calls, ReadyNodes ready, GraphBoard board) {
    this.work = work;
    this.dispatcher = dispatcher;
    this.calls = calls;
    this.ready = ready;
    this.board = board;
  }

  /** {@return whether nothing is on its way and nothing can be} */
  boolean isIdle() {
    return inFlight == 0 && ready.isEmpty();
  }

  /** An item has ended. */
  void ended() {
    inFlight--;
  }

  /** An item runs nowhere any more. From any thread. */
  void stopped() {
    unstopped.decrementAndGet();
  }

  /** An item begins to pause, or does so no longer. From any thread. */
  void pauses(boolean begins) {
    pausing.addAndGet(begins ? 1 : -1);
  }

  /** {@return whether no item runs anywhere} From any thread. */
  boolean allStopped() {
    return unstopped.get() == 0;
  }

  /** {@return how many nodes may be on their way} They are in the pool's form then. */
  private int window() {
    int workers = dispatcher.group().maxWorkers();
    boolean runVirtually = dispatcher.group() instanceof ChoosingGroup; // whatever threads it has
    if (workers == Integer.MAX_VALUE || runVirtually) {
      return Integer.MAX_VALUE;
    }
    boolean batches = dispatcher.group().capabilities().batches();
    return workers + (batches ? GraphCalls.BATCH_WINDOW : workers + 8);
  }

  /** Offers what can run, as far as the window allows. */
  void offerReady() {
    List<Item> same = new ArrayList<>(); // items of one call
    int window = window();
    while (!work.isOver() && !ready.isEmpty() && inFlight - pausing.get() < window) {
      int node = ready.next();
      NodeCall call = calls.of(node);
      if (!same.isEmpty() && same.getFirst().call() != call) {
        offer(same);
        same.clear();
      }
      Item item = admitted(node, call);
      if (item != null) {
        same.add(item);
      }
    }
    if (!same.isEmpty()) {
      offer(same);
    }
  }

  /** Runs the next node on the calling thread; its end is queued then. */
  void runOne() {
    Item item = null;
    while (!work.isOver() && item == null && !ready.isEmpty()) {
      int node = ready.next();
      item = admitted(node, calls.of(node));
    }
    if (item != null) {
      here = item; // before it looks whether it is still wanted; stopHere() looks after that was
      // written
      if (work.isToStop()) {
        item.unwant();
      }
      offer(List.of(item));
      here = null;
    }
  }

  /**
   * Stops what the caller runs. Of these two, one finds the item: who looks for its place, or who
   * looks whether it is wanted. From any thread.
   */
  void stopHere() {
    Item item = here;
    if (item != null) {
      item.unwant();
      if (item.place() != null) {
        dispatcher.giveUp(item, true);
      }
    }
  }

  /** {@return the item of a node; null if it cannot go to a worker, which is its failure} */
  private @Nullable Item admitted(int node, NodeCall call) {
    Item item = new Item(call, node, ready.argument(node, board));
    inFlight++;
    try {
      dispatcher.group().admit(item);
      return item;
    } catch (RuntimeException | Error e) { // NotSendableException, or what a user's class throws
      work.settle(new Ended(item, new Failure<>(e), 0));
      return null;
    }
  }

  private void offer(List<Item> items) {
    if (work.isOver()) {
      drop(items);
      return;
    }
    unstopped.addAndGet(items.size());
    items.forEach(item -> board.begin((int) item.index(), item));
    NodeCall call = (NodeCall) items.getFirst().call();
    try {
      if (dispatcher.callerRuns()) {
        dispatcher.runHere(call, items);
      } else if (items.size() == 1) {
        dispatcher.offer(items.getFirst());
      } else {
        dispatcher.offer(call, List.copyOf(items));
      }
    } catch (RejectedExecutionException e) { // the pool was closed meanwhile
      unstopped.addAndGet(-items.size());
      drop(items);
      work.finish(() -> new RejectedExecutionException(e.getMessage(), e));
    }
  }

  private void drop(List<Item> items) {
    for (Item item : items) {
      inFlight--;
      board.end((int) item.index(), NodeState.CANCELLED);
      dispatcher.forget(item);
    }
  }

  /** {@return the items that are on their way} What is not never will be. */
  List<Item> close(GraphPlan plan) {
    ready.close();
    List<Item> open = new ArrayList<>();
    for (int node = 0; node < plan.size(); node++) {
      if (plan.isNeeded(node)) {
        board.giveUp(node, open);
      }
    }
    return open;
  }

  void giveUp(List<Item> open) {
    open.forEach(Item::unwant); // all, before the first is stopped: none of them is to begin
    open.forEach(item -> dispatcher.giveUp(item, true));
    calls.forgetAll();
  }
}
