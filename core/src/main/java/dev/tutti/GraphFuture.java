package dev.tutti;

import dev.tutti.engine.HelpingFuture;
import dev.tutti.spi.CompletionPath;
import dev.tutti.task.TaskFuture;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The future of the value of one node. */
final class GraphFuture<R extends @Nullable Object> extends TaskFuture<R> {
  /*
   * The thread that ends the run may be one that the pool needs, so a virtual thread completes this. Who waits here
   * waits for the run first, because a worker of the pool runs other tasks meanwhile.
   */
  private final GraphRun run;
  private final Node<R> node;
  private final CompletableFuture<@Nullable Void> stopped = new HelpingFuture<>();

  GraphFuture(GraphRun run, Node<R> node) {
    this.run = run;
    this.node = node;
  }

  @Override
  public CompletableFuture<@Nullable Void> stopped() {
    return stopped.copy();
  }

  // ---------------------------------------------------------------- from the run

  void runIsOver() {
    CompletionPath.CALLBACKS.execute(() -> {
      try {
        super.complete(run.value(node));
      } catch (CancellationException e) {
        super.cancel(true);
      } catch (RuntimeException | Error e) {
        super.completeExceptionally(e);
      }
    });
  }

  void workHasStopped() {
    CompletionPath.CALLBACKS.execute(() -> stopped.complete(null));
  }

  // ---------------------------------------------------------------- from the user

  private boolean endFromOutside(BooleanSupplier end) {
    return CompletionPath.endFromOutside(this, end, run::cancel);
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    return (!isDone() && endFromOutside(() -> super.cancel(mayInterruptIfRunning)))
        || isCancelled();
  }

  @Override
  public boolean complete(R value) {
    return endFromOutside(() -> super.complete(value));
  }

  @Override
  public boolean completeExceptionally(Throwable failure) {
    return endFromOutside(() -> super.completeExceptionally(failure));
  }

  @Override
  public void obtrudeValue(R value) {
    super.obtrudeValue(value);
    run.cancel();
  }

  @Override
  public void obtrudeException(Throwable failure) {
    super.obtrudeException(failure);
    run.cancel();
  }

  @Override
  public <U extends @Nullable Object> CompletableFuture<U> newIncompleteFuture() {
    return new HelpingFuture<>();
  }

  // ---------------------------------------------------------------- waiting

  @Override
  public R get() throws InterruptedException, ExecutionException {
    if (!isDone()) {
      run.await();
    }
    return super.get();
  }

  @Override
  public R get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    long nanos = Math.max(0, unit.toNanos(timeout));
    long begin = System.nanoTime();
    if (!isDone()) {
      run.work().await(nanos);
    }
    return super.get(Math.max(0, nanos - (System.nanoTime() - begin)), TimeUnit.NANOSECONDS);
  }

  @Override
  public R join() {
    boolean interrupted = false;
    while (!isDone() && !run.isOver()) {
      try {
        run.await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    try {
      return super.join();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
