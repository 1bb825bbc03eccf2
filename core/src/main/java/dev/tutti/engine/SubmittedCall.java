package dev.tutti.engine;

import dev.tutti.plan.CallOptions;
import dev.tutti.spi.Body;
import dev.tutti.spi.Item;
import dev.tutti.task.Outcome;
import dev.tutti.task.Success;
import org.jspecify.annotations.Nullable;

/** A task that was submitted by itself, and its future. */
class SubmittedCall<R extends @Nullable Object> extends EngineCall {
  private final SubmittedFuture<R> future;
  private final Item item = new Item(this, 0, null);
  private boolean counted; // published with the item

  SubmittedCall(Body body, Object function, CallOptions options, Dispatcher dispatcher) {
    super(body, function, options, dispatcher.singles(options.priority()), dispatcher);
    this.future = new SubmittedFuture<>(dispatcher, item);
  }

  /** The pool's gate has counted it in. To be said before it is offered. */
  final void isCounted() {
    counted = true;
  }

  final Item item() {
    return item;
  }

  final SubmittedFuture<R> future() {
    return future;
  }

  @Override
  @SuppressWarnings("unchecked") // the function of this call returns an R
  void ended(Item ended, Outcome<?> outcome, long elapsedNanos) {
    future.settle((Outcome<R>) outcome);
  }

  @Override
  final void stopped(Item ended) {
    if (counted) {
      engine().gate().leave(); // first: who waits for the stop finds room
    }
    future.workHasStopped();
  }

  @Override
  final void abandon() {
    future.abandon();
  }

  /** A task whose future has a result that was given when it was submitted. */
  static final class WithResult<R extends @Nullable Object> extends SubmittedCall<R> {
    private final R result;

    WithResult(Runnable task, R result, CallOptions options, Dispatcher dispatcher) {
      super(Body.RUNNABLE, task, options, dispatcher);
      this.result = result;
    }

    @Override
    void ended(Item ended, Outcome<?> outcome, long elapsedNanos) {
      super.ended(ended, outcome.succeeded() ? new Success<>(result) : outcome, elapsedNanos);
    }
  }
}
