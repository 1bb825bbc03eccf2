package dev.tutti.engine;

import dev.tutti.plan.CallOptions;
import dev.tutti.plan.SubmitQueue;
import dev.tutti.spi.Item;
import dev.tutti.task.TaskFuture;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** The way of a single task from who submits it to the dispatcher. */
final class Submissions {
  /** Who is to run a task. */
  private enum Runs {
    WORKER,
    CALLER,
    NOBODY
  }

  private final Dispatcher dispatcher;
  private final SubmitGate gate = new SubmitGate();

  Submissions(Dispatcher dispatcher) {
    this.dispatcher = dispatcher;
  }

  /** {@return what counts the tasks} */
  SubmitGate gate() {
    return gate;
  }

  /** Takes a task in that is started later. */
  <R extends @Nullable Object> HeldTask<R> hold(HeldCall<R> call) {
    dispatcher.group().admit(call);
    dispatcher.deadlines().watch(call).ifPresent(alarm -> cancelAtEnd(call, alarm));
    return call;
  }

  /** Takes a task in whose end nobody waits for. */
  void execute(ExecutedCall call) {
    dispatcher.group().admit(call);
    try {
      offer(call, new Item(call, 0, null), enterGate(call.options(), Long.MAX_VALUE));
    } catch (RuntimeException | Error e) {
      dispatcher.group().forget(call);
      throw e;
    }
  }

  private static void cancelAtEnd(SubmittedCall<?> call, Future<?> alarm) {
    var _ = call.future().stopped().thenRun(() -> alarm.cancel(false));
  }

  /**
   * Takes a task in and hands it to the workers.
   *
   * @param nanos how long that may take; {@code Long.MAX_VALUE} for ever. A task for which there is
   *     no room by then is cancelled
   */
  <R extends @Nullable Object> TaskFuture<R> submit(SubmittedCall<R> call, long nanos) {
    dispatcher.group().admit(call);
    if (dispatcher.deadlines().isOver(call)) {
      return neverOffered(call, () -> dispatcher.deadlines().end(call));
    }
    Optional<Future<?>> deadline = Optional.empty();
    Runs runs;
    try {
      runs = nanos > 0 ? enterGate(call.options(), nanos) : Runs.NOBODY;
      if (runs != Runs.NOBODY) {
        call.isCounted();
        deadline = dispatcher.deadlines().watch(call);
        offer(call, call.item(), runs);
      }
    } catch (RuntimeException | Error e) {
      deadline.ifPresent(d -> d.cancel(false));
      dispatcher.group().forget(call);
      throw e;
    }
    if (runs == Runs.NOBODY) {
      return neverOffered(call, call::abandon);
    }
    deadline.ifPresent(alarm -> cancelAtEnd(call, alarm));
    return call.future();
  }

  /** A task whose time has come is not offered to anybody, so it never starts. */
  private <R extends @Nullable Object> TaskFuture<R> neverOffered(
      SubmittedCall<R> call, Runnable end) {
    dispatcher.group().forget(call);
    if (isClosed()) {
      throw new RejectedExecutionException("pool is closed: it takes no further tasks");
    }
    end.run();
    call.future().workHasStopped();
    return call.future();
  }

  private void offer(EngineCall call, Item item, Runs runs) {
    try {
      if (runs == Runs.CALLER) {
        dispatcher.runHere(call, List.of(item));
      } else {
        dispatcher.offer(item);
      }
    } catch (RejectedExecutionException e) {
      gate.leave();
      throw e;
    }
  }

  /**
   * Counts a task in, as its bound says.
   *
   * @param nanos how long it may wait for room
   * @return who is to run it; nobody if there was no room in time, and it is not counted then
   * @throws RejectedExecutionException if there is no room and it does not wait for any
   */
  private Runs enterGate(CallOptions options, long nanos) {
    if (options.queue().isEmpty() || dispatcher.callerRuns()) {
      gate.enter();
      return Runs.WORKER;
    }
    SubmitQueue queue = options.queue().get();
    if (gate.entersWithin(mostOpen(queue))) {
      return Runs.WORKER;
    }
    return switch (queue.whenFull()) {
      case CALLER_RUNS -> {
        gate.enter();
        yield Runs.CALLER;
      }
      case REJECT ->
          throw new RejectedExecutionException(
              "queue of the pool is full: capacity=%d workers=%d; submit less, wait, or take a"
                      .formatted(queue.capacity(), dispatcher.group().maxWorkers())
                  + " SubmitQueue that blocks");
      case BLOCK -> awaitRoom(queue, nanos) ? Runs.WORKER : Runs.NOBODY;
    };
  }

  private boolean awaitRoom(SubmitQueue queue, long nanos) {
    try {
      boolean entered = gate.awaitRoom(() -> mostOpen(queue), this::isClosed, nanos);
      if (!entered && isClosed()) {
        throw new RejectedExecutionException("pool is closed: it takes no further tasks");
      }
      return entered;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RejectedExecutionException("interrupted while it waited for room in the queue", e);
    }
  }

  private long mostOpen(SubmitQueue queue) {
    int workers = dispatcher.group().maxWorkers();
    return queue.capacity() + (workers == Integer.MAX_VALUE ? 0L : workers);
  }

  private boolean isClosed() {
    return !dispatcher.isOpen();
  }
}
