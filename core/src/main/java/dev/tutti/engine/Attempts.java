package dev.tutti.engine;

import dev.tutti.plan.RetryPolicy;
import dev.tutti.spi.Batch;
import dev.tutti.spi.CallerGroup;
import dev.tutti.spi.Item;
import dev.tutti.spi.Timer;
import dev.tutti.task.Cancelled;
import dev.tutti.task.Outcome;
import dev.tutti.task.TaskTimeoutException;
import dev.tutti.task.TimedOut;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Says whether an item is attempted again, and keeps those that pause before that. */
final class Attempts {
  /*
   * An item in `pausing` is in no lane and in no batch. Whoever removes it is the one who goes on with it:
   * the timer at the end of the pause, or who gives the item up. It is entered before somebody looks whether
   * it is still wanted, and it is made unwanted before somebody looks for it here, so one of the two finds it. Its future is completed when it is removed, which
   * takes back the timer.
   *
   * An item in `here` pauses on its caller's thread, which goes on with it. Who makes it unwanted looks for it here too, and
   * unparks that thread, which looks whether it is wanted before it parks.
   */
  private final Dispatcher dispatcher;
  private final Map<Item, CompletableFuture<@Nullable Void>> pausing = new ConcurrentHashMap<>();

  /** Items that are attempted again on their caller's thread. */
  private final Map<Item, Here> here = new ConcurrentHashMap<>();

  /** The thread that attempts an item again, and the pause before the next attempt. */
  private static final class Here {
    private final Thread thread = Thread.currentThread();
    private @Nullable Duration next; // of that thread

    Here(Duration first) {
      this.next = first;
    }

    @Nullable Duration take() {
      Duration taken = next;
      next = null;
      return taken;
    }
  }

  Attempts(Dispatcher dispatcher) {
    this.dispatcher = dispatcher;
  }

  /** {@return how the attempt that has ended is told} */
  static Outcome<?> told(Item item, Outcome<?> outcome) {
    // What is stopped for its time-out has that outcome, also if it succeeded in its grace time.
    return item.isOverdue() ? timedOut(item) : outcome;
  }

  private static TimedOut<Object> timedOut(Item item) {
    Duration limit = item.call().options().timeout().orElse(Duration.ZERO);
    return new TimedOut<>(new TaskTimeoutException(limit, false));
  }

  /** {@return whether there is a further attempt after one that has ended; then it is under way} */
  boolean goesOnAfter(Item item, Outcome<?> told) {
    RetryPolicy retry = item.call().options().retry();
    if (item.isUnwanted() || item.isDecided() || !retry.retries(told, item.attempts())) {
      return false;
    }
    item.avoidLastWorker();
    Duration pause = retry.pauseAfter(item.attempts(), ThreadLocalRandom.current().nextDouble());
    if (dispatcher.callerRuns()) {
      goOnHere(item, pause);
    } else if (pause.isZero()) {
      dispatcher.requeueOrEnd(item);
    } else {
      pauseBefore(item, pause);
    }
    return true;
  }

  private void pauseBefore(Item item, Duration pause) {
    ((EngineCall) item.call()).pauses(item, true); // before anybody can end the pause
    CompletableFuture<@Nullable Void> end = new CompletableFuture<>();
    pausing.put(item, end);
    if (dispatcher.isWanted(item)) {
      Future<?> timer = Timer.after(pause.toNanos(), () -> endPause(item));
      var _ = end.thenRun(() -> timer.cancel(false)); // at once, if it has ended meanwhile
    } else if (remove(item)) {
      dispatcher.end(item, new Cancelled<>(), 0);
    }
  }

  private void endPause(Item item) {
    if (remove(item)) {
      dispatcher.requeueOrEnd(item);
    }
  }

  /**
   * The caller is the worker, so it is also the one who pauses. The end of a further attempt, on
   * the same thread, comes here again and leaves the next one to the loop.
   */
  private void goOnHere(Item item, Duration pause) {
    Here known = here.get(item);
    if (known != null) {
      known.next = pause;
      return;
    }
    Here mine = new Here(pause);
    here.put(item, mine);
    try {
      for (Duration next = mine.take(); next != null; next = mine.take()) {
        pauseHere(item, next);
        Batch batch = dispatcher.takeOver(item.call(), List.of(item), this);
        ((CallerGroup) dispatcher.group()).run(batch);
      }
    } finally {
      here.remove(item);
    }
  }

  private void pauseHere(Item item, Duration pause) {
    long end = System.nanoTime() + pause.toNanos();
    while (!Thread.currentThread().isInterrupted()
        && end - System.nanoTime() > 0
        && dispatcher.isWanted(item)) {
      LockSupport.parkNanos(this, end - System.nanoTime());
    }
  }

  /**
   * The attempt that runs has had its time.
   *
   * @return whether it is to be stopped
   */
  boolean isOverdue(Item item, long elapsedNanos) {
    if (!item.markOverdue()) {
      return false;
    }
    TimedOut<?> outcome = timedOut(item);
    boolean again = item.call().options().retry().retries(outcome, item.attempts() + 1);
    if (!again && item.decide()) {
      item.unwant();
      item.countAttempt();
      ((EngineCall) item.call()).ended(item, outcome, elapsedNanos);
    }
    return true;
  }

  /** {@return whether the item paused; then it is the caller's} */
  boolean remove(Item item) {
    Here pauses = here.get(item);
    if (pauses != null) {
      LockSupport.unpark(pauses.thread);
    }
    CompletableFuture<@Nullable Void> end = pausing.remove(item);
    if (end == null) {
      return false;
    }
    end.complete(null);
    ((EngineCall) item.call()).pauses(item, false);
    return true;
  }

  /** Takes out the items of one call that pause, from an index on. */
  List<Item> remove(EngineCall call, long fromIndex) {
    return removeIf(item -> item.call() == call && item.index() >= fromIndex);
  }

  /** Takes out all items that pause. */
  List<Item> removeAll() {
    return removeIf(_ -> true);
  }

  private List<Item> removeIf(Predicate<Item> picked) {
    here.forEach((item, pauses) -> {
      if (picked.test(item)) {
        LockSupport.unpark(pauses.thread);
      }
    });
    return List.copyOf(pausing.keySet()).stream()
        .filter(item -> picked.test(item) && remove(item))
        .toList();
  }

  /** {@return the items of a call that pause now} */
  List<Item> of(EngineCall call) {
    return pausing.keySet().stream().filter(item -> item.call() == call).toList();
  }
}
