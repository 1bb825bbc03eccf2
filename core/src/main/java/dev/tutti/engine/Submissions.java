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
      offer(call, new Item(call, 0, null), !enterGate(call.options()));
    } catch (RuntimeException | Error e) {
      dispatcher.group().forget(call);
      throw e;
    }
  }

  private static void cancelAtEnd(SubmittedCall<?> call, Future<?> alarm) {
    var _ = call.future().stopped().thenRun(() -> alarm.cancel(false));
  }

  /** Takes a task in and hands it to the workers. */
  <R extends @Nullable Object> TaskFuture<R> submit(SubmittedCall<R> call) {
    dispatcher.group().admit(call);
    if (dispatcher.deadlines().isOver(call)) {
      return ended(call);
    }
    Optional<Future<?>> deadline = Optional.empty();
    try {
      boolean runsHere = !enterGate(call.options());
      call.isCounted();
      deadline = dispatcher.deadlines().watch(call);
      offer(call, call.item(), runsHere);
    } catch (RuntimeException | Error e) {
      deadline.ifPresent(d -> d.cancel(false));
      dispatcher.group().forget(call);
      throw e;
    }
    deadline.ifPresent(alarm -> cancelAtEnd(call, alarm));
    return call.future();
  }

  /** A task whose deadline has come is not offered to anybody, so it never starts. */
  private <R extends @Nullable Object> TaskFuture<R> ended(SubmittedCall<R> call) {
    dispatcher.group().forget(call);
    if (isClosed()) {
      throw new RejectedExecutionException("pool is closed: it takes no further tasks");
    }
    dispatcher.deadlines().end(call);
    call.future().workHasStopped();
    return call.future();
  }

  private void offer(EngineCall call, Item item, boolean runsHere) {
    try {
      if (runsHere) {
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
   * @return whether a worker is to run it, not the caller
   * @throws RejectedExecutionException if there is no room and it does not wait for any
   */
  private boolean enterGate(CallOptions options) {
    if (options.queue().isEmpty() || dispatcher.callerRuns()) {
      gate.enter();
      return true;
    }
    SubmitQueue queue = options.queue().get();
    if (gate.entersWithin(mostOpen(queue))) {
      return true;
    }
    switch (queue.whenFull()) {
      case CALLER_RUNS -> {
        gate.enter();
        return false;
      }
      case REJECT ->
          throw new RejectedExecutionException(
              "queue of the pool is full: capacity=%d workers=%d; submit less, wait, or take a"
                      .formatted(queue.capacity(), dispatcher.group().maxWorkers())
                  + " SubmitQueue that blocks");
      case BLOCK -> awaitRoom(queue);
    }
    return true;
  }

  private void awaitRoom(SubmitQueue queue) {
    try {
      if (!gate.awaitRoom(() -> mostOpen(queue), this::isClosed)) {
        throw new RejectedExecutionException("pool is closed: it takes no further tasks");
      }
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
