package dev.tutti.engine;

import dev.tutti.spi.Item;
import dev.tutti.spi.OutcomeSink.Ended;
import dev.tutti.spi.Timer;
import dev.tutti.task.Cancelled;
import dev.tutti.task.Failure;
import dev.tutti.task.NodeState;
import dev.tutti.task.NotSendableException;
import dev.tutti.task.Success;
import dev.tutti.task.TaskTimeoutException;
import dev.tutti.task.TimedOut;
import dev.tutti.task.WorkerLost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One computation of a graph: offers each node when its inputs are there, and keeps the values that
 * somebody still needs.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread, but {@link #run} and {@link
 * #drive}, one of which is called once.
 */
public final class GraphWork {
  /*
   * Events are ends of items (`ended`) and the wish to stop (`stop`). Who handles them in step(), one thread at a time, says
   * the loop; what is not said to be otherwise is his. Where workers share memory it is any thread that brings an event: a worker
   * that has ended a node offers the next one itself, without a hop. Elsewhere items are encoded, which is code of
   * users and must not run on a thread that brings outcomes, and where the caller runs the tasks he runs them there: then
   * the caller, or a thread of the work's own, is the driver.
   *
   * After finish() values, failures and `endedBy` do not change any more; the loop's end publishes them. What ends later
   * is only crossed off.
   */
  private static final String INTERRUPTED = "interrupted while the graph was computed";
  private static final String STOPPED = "pool was closed before the graph was computed";

  private final GraphPlan plan;
  private final boolean callerRuns;
  private final boolean driven;
  private final EventLoop loop;
  private final GraphBoard board;
  private final ReadyNodes ready;
  private final NodeOffers offers;

  @SuppressWarnings("unused") // it is only to stay reachable
  private final Object owner;

  private final Queue<Ended> ended = new ConcurrentLinkedQueue<>();
  private final AtomicReference<@Nullable Supplier<RuntimeException>> stop =
      new AtomicReference<>();
  private final AtomicBoolean toldStopped = new AtomicBoolean();
  private final List<Integer> failures = new ArrayList<>();
  private volatile @Nullable Runnable whenOver;
  private volatile @Nullable Runnable whenStopped;
  private volatile @Nullable Future<?> alarm;
  private @Nullable Supplier<RuntimeException> endedBy;

  /**
   * Makes a computation, which has not begun.
   *
   * @param engine what runs it
   * @param plan what is to be done
   * @param names the name of a node, for messages
   * @param owner what is to stay reachable while it runs
   * @throws NotSendableException if the function of a node cannot go to a worker
   */
  public GraphWork(Engine engine, GraphPlan plan, IntFunction<String> names, Object owner) {
    Dispatcher dispatcher = engine.dispatcher();
    this.plan = plan;
    this.owner = owner;
    this.callerRuns = dispatcher.callerRuns();
    this.driven = callerRuns || !engine.sharesMemory();
    this.loop = new EventLoop(this::step, callerRuns);
    this.board = new GraphBoard(plan.size());
    this.ready = new ReadyNodes(plan);
    try {
      GraphCalls calls = new GraphCalls(dispatcher, this, plan);
      this.offers = new NodeOffers(this, dispatcher, calls, ready, board);
    } catch (GraphCalls.Refused e) {
      throw refusal(e, names);
    }
  }

  private static RuntimeException refusal(GraphCalls.Refused e, IntFunction<String> names) {
    Throwable why = e.why();
    if (why instanceof NotSendableException) {
      return new NotSendableException(
          "node '%s': %s".formatted(names.apply(e.node()), why.getMessage()), why);
    }
    return Unchecked.<RuntimeException>same(why);
  }

  // ---------------------------------------------------------------- from the caller

  /** {@return whether it needs a thread in {@link #drive}} */
  public boolean isDriven() {
    return driven;
  }

  /**
   * Says what to do at the end, once; before the begin.
   *
   * @param atEnd when it is over; it must be short and run no code of a user
   * @param atStop when nothing of it runs any more, after that; the same
   */
  public void hear(Runnable atEnd, Runnable atStop) {
    whenOver = atEnd;
    whenStopped = atStop;
  }

  /** Begins. Where it is not driven it needs nobody from here on. */
  public void begin() {
    Optional<Duration> limit = plan.options().deadline();
    if (limit.isPresent()) {
      Duration allowed = limit.get();
      Supplier<RuntimeException> late = () -> new TaskTimeoutException(allowed, true);
      if (allowed.isZero()) {
        stop.compareAndSet(null, late); // so that nothing starts
      } else {
        alarm = Timer.after(TimeUnit.NANOSECONDS.convert(allowed), () -> stop(late));
      }
    }
    if (driven) {
      loop.take();
    }
    loop.tell();
    if (loop.isOver()) { // it may have been stopped before it began
      cancelAlarm();
    }
  }

  /** Begins, and does what is to be done between two nodes, until it is over. */
  public void drive() {
    begin();
    loop.drive(this::interrupt);
  }

  /** Begins, and waits until it is over. If the thread is interrupted it stops; the flag stays. */
  public void run() {
    if (Thread.currentThread().isInterrupted()) {
      interrupt(); // so that nothing starts
    }
    if (driven) {
      drive();
    } else {
      begin();
      loop.awaitEnd(this::interrupt);
    }
  }

  /**
   * Waits until it is over.
   *
   * @param nanos how long at most
   * @return whether it is over
   * @throws InterruptedException if the calling thread is interrupted; the computation goes on
   */
  public boolean await(long nanos) throws InterruptedException {
    return loop.await(nanos, () -> {});
  }

  private void interrupt() {
    stop(() -> new CancellationException(INTERRUPTED));
  }

  /**
   * Ends it, unless it is over: what waits never starts, what runs is stopped.
   *
   * @param why makes what its caller is told
   */
  public void stop(Supplier<RuntimeException> why) {
    if (stop.compareAndSet(null, why)) {
      loop.tell();
      offers.stopHere();
    }
  }

  /** {@return whether somebody wants it to stop} */
  boolean isToStop() {
    return stop.get() != null;
  }

  // ---------------------------------------------------------------- from the dispatcher

  void ended(Ended one) {
    ended.add(one);
    loop.tell();
  }

  void ended(List<Ended> all) {
    ended.addAll(all);
    loop.tell();
  }

  /** An item begins to pause, or does so no longer. */
  void pauses(boolean begins) {
    offers.pauses(begins);
    if (begins) {
      loop.tell(); // there is room for another one
    }
  }

  void abandon() {
    stop(() -> new CancellationException(STOPPED));
  }

  void stopped() {
    offers.stopped();
    tellIfStopped();
  }

  /** Items are counted down and the loop ends in either order: who sees both first tells it. */
  private void tellIfStopped() {
    if (loop.isOver() && offers.allStopped() && toldStopped.compareAndSet(false, true)) {
      tell(whenStopped);
    }
  }

  private static void tell(@Nullable Runnable listener) {
    if (listener != null) {
      listener.run();
    }
  }

  // ---------------------------------------------------------------- one thread at a time

  private void step() {
    for (Ended e = ended.poll(); e != null; e = ended.poll()) {
      settle(e);
    }
    if (loop.isOver()) {
      return;
    }
    if (callerRuns && Thread.currentThread().isInterrupted()) {
      interrupt();
    }
    Supplier<RuntimeException> why = stop.get();
    if (why != null) {
      finish(why);
      return;
    }
    if (callerRuns) {
      offers.runOne();
    } else {
      offers.offerReady();
    }
    if (ended.isEmpty() && offers.isIdle()) {
      finish(null);
    }
  }

  void settle(Ended e) {
    Item item = e.item();
    int node = (int) item.index();
    offers.ended();
    board.time(node, e.elapsedNanos(), item.attempts());
    if (loop.isOver()) {
      board.end(node, NodeState.CANCELLED); // whatever it was, nobody waits for it
      return;
    }
    switch (e.outcome()) {
      case Success<?>(Object value) -> {
        ready.succeeded(node, value);
        board.end(node, NodeState.DONE);
      }
      case Failure<?>(Throwable cause) -> failed(node, cause);
      case TimedOut<?>(Throwable cause) -> failed(node, cause);
      case WorkerLost<?>(Throwable cause) -> failed(node, cause);
      case Cancelled<?> _ -> {
        board.end(node, NodeState.CANCELLED);
        abandon(); // it was cancelled by nobody here, so the pool is being stopped
      }
    }
  }

  private void failed(int node, Throwable cause) {
    failures.add(node);
    ready.failed(node, cause, board);
    board.end(node, NodeState.FAILED);
    if (plan.stopsAtFailure()) {
      finish(null);
    }
  }

  /** It is over; what is still on its way is stopped. */
  void finish(@Nullable Supplier<RuntimeException> why) {
    if (loop.isOver()) {
      return;
    }
    endedBy = why;
    List<Item> open = offers.close(plan);
    loop.end();
    cancelAlarm();
    offers.giveUp(open);
    tell(whenOver);
    tellIfStopped();
  }

  private void cancelAlarm() {
    Future<?> timer = alarm;
    if (timer != null) {
      timer.cancel(false);
    }
  }

  // ---------------------------------------------------------------- how it stands

  /** {@return what was to be done} */
  public GraphPlan plan() {
    return plan;
  }

  /** {@return whether it is over} Items may still be about to stop. */
  public boolean isOver() {
    return loop.isOver();
  }

  /** {@return where each node stands} */
  public GraphBoard board() {
    return board;
  }

  /** {@return the nodes that have failed, in the order in which they did; once it is over} */
  public List<Integer> failures() {
    return List.copyOf(failures);
  }

  /**
   * {@return what ended it before all that could run had ended; null if nothing did, or a failure;
   * once it is over}
   */
  public @Nullable Supplier<RuntimeException> endedBy() {
    return endedBy;
  }

  /**
   * {@return the value of a node that is done, or why it has failed; once it is over}
   *
   * @param node its number
   */
  public @Nullable Object value(int node) {
    return ready.value(node);
  }

  /**
   * {@return the node because of which another one was skipped, one step towards the failure; once
   * it is over}
   *
   * @param node its number
   */
  public int because(int node) {
    return ready.because(node);
  }
}
