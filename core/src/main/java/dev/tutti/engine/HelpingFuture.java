package dev.tutti.engine;

import dev.tutti.spi.CompletionPath;
import dev.tutti.spi.HelpingGroup;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A future that is made of others. In the place of a thread of a pool whose task waits for it
 * another one runs tasks meanwhile; else a pool whose threads all wait would stand still.
 *
 * @param <R> the type of its result
 */
public final class HelpingFuture<R extends @Nullable Object> extends CompletableFuture<R> {
  /*
   * The JDK runs what hangs on a future in the opposite order, so what stops the work of this one would come behind all that
   * a user has hung on it, and one of those may wait for the stop. So it is no dependent. It is set in `atEnd` before isDone()
   * is looked at, and taken out by who calls it, after the end.
   */
  private final AtomicReference<@Nullable Runnable> atEnd = new AtomicReference<>();

  private volatile @Nullable Runnable hasten; // until the end

  /** Makes a future that has not ended. */
  public HelpingFuture() {}

  /**
   * Calls something once, when this has ended, however long dependents take.
   *
   * @param heard what to call; it must not throw
   */
  public void whenEnded(Runnable heard) {
    atEnd.set(heard);
    if (isDone()) {
      tellEnd();
    }
  }

  /**
   * Before {@link #whenEnded}: what to do while a task of a pool waits for this.
   *
   * @param sooner has what this is made of end sooner
   */
  public void whenWaitedFor(Runnable sooner) {
    hasten = sooner;
  }

  private void tellEnd() {
    hasten = null;
    Runnable heard = atEnd.getAndSet(null);
    if (heard != null) {
      heard.run();
    }
  }

  private boolean end(BooleanSupplier end) {
    if (atEnd.get() != null) {
      return CompletionPath.endFromOutside(this, end, this::tellEnd);
    }
    boolean ended = end.getAsBoolean();
    tellEnd(); // it may have been set meanwhile
    return ended;
  }

  @Override
  public boolean complete(R value) {
    return end(() -> super.complete(value));
  }

  @Override
  public boolean completeExceptionally(Throwable failure) {
    return end(() -> super.completeExceptionally(failure));
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    return end(() -> super.cancel(mayInterruptIfRunning));
  }

  @Override
  public void obtrudeValue(R value) {
    boolean _ =
        end(() -> {
          super.obtrudeValue(value);
          return true;
        });
  }

  @Override
  public void obtrudeException(Throwable failure) {
    boolean _ =
        end(() -> {
          super.obtrudeException(failure);
          return true;
        });
  }

  /** The JDK's own does not come by {@link #complete}. */
  @Override
  public CompletableFuture<R> completeAsync(Supplier<? extends R> supplier, Executor executor) {
    Objects.requireNonNull(supplier, "supplier");
    executor.execute(() -> {
      if (!isDone()) {
        var _ =
            CompletableFuture.supplyAsync(supplier, Runnable::run)
                .whenComplete((value, failure) -> {
                  boolean _ = failure == null ? complete(value) : completeExceptionally(failure);
                });
      }
    });
    return this;
  }

  @Override
  public <U extends @Nullable Object> CompletableFuture<U> newIncompleteFuture() {
    return new HelpingFuture<>();
  }

  @Override
  public R get() throws InterruptedException, ExecutionException {
    help(Long.MAX_VALUE);
    return super.get();
  }

  @Override
  public R get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    long nanos = Math.max(0, unit.toNanos(timeout));
    long begin = System.nanoTime();
    help(nanos);
    return super.get(Math.max(0, nanos - (System.nanoTime() - begin)), TimeUnit.NANOSECONDS);
  }

  @Override
  public R join() {
    boolean interrupted = false;
    try {
      while (!isDone() && Engine.canHelp()) {
        try {
          help(Long.MAX_VALUE);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      return super.join();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void help(long nanos) throws InterruptedException {
    if (isDone() || !Engine.canHelp()) {
      return;
    }
    Wait wait = new Wait();
    Link link = Link.to(this, wait::wake);
    try {
      boolean _ = Engine.await(wait, nanos);
    } finally {
      link.leave();
    }
  }

  private final class Wait implements HelpingGroup.Awaited {
    private final Thread thread = Thread.currentThread();

    void wake() {
      LockSupport.unpark(thread);
    }

    @Override
    public boolean isDone() {
      return HelpingFuture.this.isDone();
    }

    @Override
    public long changes() {
      return isDone() ? 1 : 0;
    }

    @Override
    public void hasten() {
      Runnable sooner = hasten;
      if (sooner != null) {
        sooner.run();
      }
    }
  }
}
