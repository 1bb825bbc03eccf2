package dev.tutti.engine;

import dev.tutti.spi.Batch;
import dev.tutti.spi.CompletionPath;
import dev.tutti.spi.HelpingGroup;
import dev.tutti.spi.Item;
import dev.tutti.task.Cancelled;
import dev.tutti.task.Failure;
import dev.tutti.task.Outcome;
import dev.tutti.task.Success;
import dev.tutti.task.TaskFuture;
import dev.tutti.task.TimedOut;
import dev.tutti.task.WorkerLost;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The future of a submitted task, and the way back from it to the work. */
final class SubmittedFuture<R extends @Nullable Object> extends TaskFuture<R> {
  /*
   * The thread that brings an outcome is one that the pool needs, so it must not run what users hang
   * on the future: a CompletionPath sees to that.
   *
   * Waiting threads would be dependents too, if they waited as CompletableFuture does. So get and join
   * wait here: `waiters` is filled before isDone() is looked at, and emptied after the completion. The listener
   * is told there as well: it is set before isDone() is looked at, and taken out by who calls it, so it is called once.
   *
   * Who keeps a future does not keep its task, with all that it has captured: `item` leads to it until the work has ended,
   * after which nobody has to be told anything.
   */
  /** More than a group looks out. */
  private static final long LOOK_OUT_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private static final CompletableFuture<@Nullable Void> STOPPED =
      CompletableFuture.completedFuture(null);

  private final Dispatcher dispatcher;
  private volatile @Nullable Item item;
  private final AtomicReference<@Nullable CompletableFuture<@Nullable Void>> stopped =
      new AtomicReference<>();
  private final CompletionPath path = new CompletionPath(this);
  private final ConcurrentLinkedQueue<Thread> waiters = new ConcurrentLinkedQueue<>();
  private final AtomicReference<@Nullable Runnable> listener = new AtomicReference<>();

  SubmittedFuture(Dispatcher dispatcher, Item item) {
    this.dispatcher = dispatcher;
    this.item = item;
  }

  @Override
  public CompletableFuture<@Nullable Void> stopped() {
    CompletableFuture<@Nullable Void> now = stopped.get();
    if (now == null) {
      CompletableFuture<@Nullable Void> asked = new HelpingFuture<>();
      now = stopped.compareAndSet(null, asked) ? asked : stopped.get();
    }
    return Objects.requireNonNull(now, "stopped").copy();
  }

  // ---------------------------------------------------------------- from the engine

  /** It is known how the task has ended. The work may still be ending. */
  void settle(Outcome<R> outcome) {
    completeFor(() -> complete(outcome));
  }

  /** The work has ended. */
  void workHasStopped() {
    item = null;
    CompletableFuture<@Nullable Void> asked = stopped.getAndSet(STOPPED); // made only if asked for
    if (asked != null) {
      CompletionPath.CALLBACKS.execute(() -> asked.complete(null));
    }
  }

  /** The pool is being stopped. The work may still be ending. */
  void abandon() {
    completeFor(() -> super.cancel(true));
  }

  private void completeFor(Runnable completion) {
    if (isDone()) {
      return;
    }
    if (path.isDirect()) {
      completion.run();
      wakeWaiters();
    } else {
      CompletionPath.CALLBACKS.execute(() -> {
        CompletionPath.CALLBACKS.execute(this::wakeWaitersWhenDone);
        completion.run(); // and then the dependents, for as long as they take
      });
    }
  }

  private void complete(Outcome<R> outcome) {
    switch (outcome) {
      case Success<R>(R value) -> super.complete(value);
      case Failure<R>(Throwable cause) ->
          super.completeExceptionally(CompletionPath.failure(cause));
      case TimedOut<R>(Throwable cause) -> super.completeExceptionally(cause);
      case WorkerLost<R>(Throwable cause) -> super.completeExceptionally(cause);
      case Cancelled<R> _ -> super.cancel(true);
    }
  }

  private void wakeWaitersWhenDone() {
    CompletionPath.awaitCompletion(this);
    wakeWaiters();
  }

  /** Calls something once, when this has ended, however long dependents take. */
  void whenEnded(Runnable heard) {
    path.expectDependent(); // so that it is not called by who brings the outcome
    listener.set(heard);
    if (isDone()) {
      tellListener();
    }
  }

  private void tellListener() {
    Runnable heard = listener.getAndSet(null);
    if (heard != null) {
      heard.run();
    }
  }

  private void wakeWaiters() {
    tellListener();
    for (Thread t = waiters.poll(); t != null; t = waiters.poll()) {
      LockSupport.unpark(t);
    }
  }

  // ---------------------------------------------------------------- from the user

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    if (isDone()) {
      return isCancelled();
    }
    return endFromOutside(() -> super.cancel(mayInterruptIfRunning), mayInterruptIfRunning)
        || isCancelled();
  }

  @Override
  public boolean complete(R value) {
    return endFromOutside(() -> super.complete(value), true);
  }

  @Override
  public boolean completeExceptionally(Throwable failure) {
    return endFromOutside(() -> super.completeExceptionally(failure), true);
  }

  @Override
  public void obtrudeValue(R value) {
    boolean _ = endFromOutside(() -> wasOpen(() -> super.obtrudeValue(value)), true);
  }

  @Override
  public void obtrudeException(Throwable failure) {
    boolean _ = endFromOutside(() -> wasOpen(() -> super.obtrudeException(failure)), true);
  }

  private boolean wasOpen(Runnable change) {
    boolean wasOpen = !isDone();
    change.run();
    return wasOpen;
  }

  private boolean endFromOutside(BooleanSupplier end, boolean interrupt) {
    return CompletionPath.endFromOutside(
        this,
        end,
        () -> {
          wakeWaiters();
          Item open = item;
          if (open != null) {
            ((EngineCall) open.call()).giveUp(open, interrupt);
          }
        });
  }

  /** Called by the JDK before it adds a dependent to this future. */
  @Override
  public <U extends @Nullable Object> CompletableFuture<U> newIncompleteFuture() {
    path.expectDependent();
    return new HelpingFuture<>();
  }

  /** Called by the JDK before it adds a dependent to this future as the second or inner one. */
  @Override
  public CompletableFuture<R> toCompletableFuture() {
    path.expectDependent();
    return this;
  }

  // ---------------------------------------------------------------- waiting

  @Override
  public R get() throws InterruptedException, ExecutionException {
    await(true, Long.MAX_VALUE);
    return super.get();
  }

  @Override
  public R get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    if (!await(true, Math.max(0, unit.toNanos(timeout)))) {
      throw new TimeoutException();
    }
    return super.get();
  }

  @Override
  public R join() {
    try {
      await(false, Long.MAX_VALUE);
    } catch (InterruptedException e) {
      throw new AssertionError("an uninterruptible wait was interrupted", e);
    }
    return super.join();
  }

  /** {@return the task alone, if it waits in the pool whose thread this is; else null} */
  @Nullable Batch take(Object worker) {
    Item open = item;
    return open == null ? null : dispatcher.take(open, worker);
  }

  /** Has the task go before the others, if it waits in the pool whose thread this is. */
  void hasten() {
    Item open = item;
    if (open != null) {
      dispatcher.hasten(open);
    }
  }

  private boolean await(boolean interruptible, long nanos) throws InterruptedException {
    if (isDone()) {
      return true;
    }
    if (interruptible && Thread.interrupted()) {
      throw new InterruptedException();
    }
    Wait wait = new Wait(interruptible, nanos);
    waiters.add(wait.thread);
    try {
      Optional<Dispatcher> here = Engine.helped();
      if (nanos > LOOK_OUT_NANOS && (here.isEmpty() || here.get() != dispatcher)) {
        lookOut();
      }
      if (here.isPresent()) {
        wait.help(here.get());
      }
      ForkJoinPool.managedBlock(wait); // lets a fork-join pool replace its waiting worker
    } finally {
      waiters.remove(wait.thread);
      if (wait.wasInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
    return isDone();
  }

  private void lookOut() {
    Item open = item;
    if (open != null) {
      dispatcher.group().lookOut(open);
    }
  }

  private final class Wait implements ForkJoinPool.ManagedBlocker, HelpingGroup.Awaited {
    private final Thread thread = Thread.currentThread();
    private final boolean interruptible;
    private final boolean timed;
    private final long deadline;
    private boolean wasInterrupted;

    Wait(boolean interruptible, long nanos) {
      this.interruptible = interruptible;
      this.timed = nanos != Long.MAX_VALUE;
      this.deadline = timed ? System.nanoTime() + nanos : 0;
    }

    /** The thread is a worker of a pool, which is to know that it waits. */
    void help(Dispatcher here) throws InterruptedException {
      while (!isReleasable()) {
        try {
          here.helpUntil(this, timed ? deadline - System.nanoTime() : Long.MAX_VALUE);
        } catch (InterruptedException e) {
          if (interruptible) {
            throw e;
          }
          wasInterrupted = true;
        }
      }
    }

    @Override
    public long changes() {
      return SubmittedFuture.this.isDone() ? 1 : 0;
    }

    @Override
    public boolean isOfAnotherPool() {
      return !dispatcher.canHelp();
    }

    @Override
    public @Nullable Batch take(Object worker) {
      return SubmittedFuture.this.take(worker);
    }

    @Override
    public void hasten() {
      SubmittedFuture.this.hasten();
    }

    @Override
    public boolean block() throws InterruptedException {
      while (!isReleasable()) {
        if (timed) {
          LockSupport.parkNanos(SubmittedFuture.this, deadline - System.nanoTime());
        } else {
          LockSupport.park(SubmittedFuture.this);
        }
        if (Thread.interrupted()) {
          if (interruptible) {
            throw new InterruptedException();
          }
          wasInterrupted = true;
        }
      }
      return true;
    }

    @Override
    public boolean isDone() {
      return isReleasable();
    }

    @Override
    public boolean isReleasable() {
      return SubmittedFuture.this.isDone() || (timed && deadline - System.nanoTime() <= 0);
    }
  }
}
