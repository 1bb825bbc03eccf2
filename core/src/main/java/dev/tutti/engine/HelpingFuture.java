package dev.tutti.engine;

import dev.tutti.spi.HelpingGroup;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A future that is made of others. A task of a pool of threads that waits for it runs what waits in
 * that pool meanwhile; else a pool whose threads all wait would stand still.
 *
 * @param <R> the type of its result
 */
public final class HelpingFuture<R extends @Nullable Object> extends CompletableFuture<R> {
  /** Makes a future that has not ended. */
  public HelpingFuture() {}

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
  }
}
