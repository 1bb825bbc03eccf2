package dev.tutti.engine;

import dev.tutti.plan.CallOptions;
import dev.tutti.spi.Body;
import dev.tutti.spi.Item;
import dev.tutti.task.TaskFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A submitted task that its owner starts later. */
final class HeldCall<R extends @Nullable Object> extends SubmittedCall<R> implements HeldTask<R> {
  /*
   *   HELD -> STARTED      start(): from here on the dispatcher has the item
   *   HELD -> DROPPED      giveUp(): it never starts
   *   STARTED -> DROPPED   start(), when the dispatcher has refused it
   *
   * The dispatcher must not be asked to give up an item that it has not got yet. So an item is offered under
   * `lock`, and giveUp() asks the dispatcher only after it. A group whose caller runs the task may take as long as
   * it wants with that, and does it without the lock: there giveUp() says that the item is unwanted (1) and then
   * looks for its place (2), while the caller sets the place (3) and then looks whether it is wanted (4), before it
   * begins. So either (2) finds it, or (4) does.
   */
  private enum State {
    HELD,
    STARTED,
    DROPPED
  }

  private final Dispatcher dispatcher;
  private final ReentrantLock lock = new ReentrantLock();
  private State state = State.HELD;

  HeldCall(Body body, Object function, CallOptions options, Dispatcher dispatcher) {
    super(body, function, options, dispatcher);
    this.dispatcher = dispatcher;
  }

  @Override
  public TaskFuture<R> asFuture() {
    return future();
  }

  @Override
  public void whenEnded(Runnable listener) {
    future().whenEnded(listener);
  }

  @Override
  public int attempts() {
    return item().attempts();
  }

  @Override
  public void start() {
    try {
      if (dispatcher.callerRuns()) {
        if (changes(State.HELD, State.STARTED)) {
          dispatcher.offer(item());
        }
      } else {
        offerUnlessDropped();
      }
    } catch (RejectedExecutionException e) {
      boolean _ = changes(State.STARTED, State.DROPPED);
      dispatcher.group().forget(this);
      future().completeExceptionally(e);
      future().workHasStopped();
    }
  }

  @Override
  public void drop() {
    if (!future().isDone()) {
      giveUp(item(), false);
    }
  }

  private void offerUnlessDropped() {
    lock.lock();
    try {
      if (state == State.HELD) {
        state = State.STARTED;
        dispatcher.offer(item());
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean changes(State from, State to) {
    lock.lock();
    try {
      boolean changes = state == from;
      if (changes) {
        state = to;
      }
      return changes;
    } finally {
      lock.unlock();
    }
  }

  @Override
  void giveUp(Item item, boolean interrupt) {
    if (changes(State.HELD, State.DROPPED)) {
      dispatcher.group().forget(this);
      future().workHasStopped();
    } else if (changes(State.STARTED, State.STARTED)) {
      item.unwant();
      if (!dispatcher.callerRuns() || item.place() != null) {
        super.giveUp(item, interrupt);
      }
    }
  }
}
