package dev.tutti;

import dev.tutti.engine.Engine;
import dev.tutti.task.TaskTimeoutException;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Hands out futures as they end. */
final class EndedFutures<F extends CompletableFuture<?>> implements Iterator<F> {
  /*
   * The futures have the watch, not this object. So who drops the stream drops this one, and the watch then
   * leaves the futures.
   */
  private final Watch<F> watch;
  private final Duration timeout;
  private final boolean timed;
  private final long untilNanos;
  private int taken;

  EndedFutures(Collection<F> futures, long nanos, Duration timeout) {
    this.watch = new Watch<>(futures);
    this.timeout = timeout;
    this.timed = nanos != Long.MAX_VALUE;
    this.untilNanos = System.nanoTime() + Math.min(nanos, Long.MAX_VALUE / 2);
    Engine.whenDropped(this, watch::close);
  }

  Stream<F> stream() {
    int characteristics = Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.DISTINCT;
    return StreamSupport.stream(
            Spliterators.spliterator(this, watch.futures().size(), characteristics), false)
        .onClose(watch::close);
  }

  @Override
  public boolean hasNext() {
    return taken < watch.futures().size();
  }

  @Override
  public F next() {
    if (!hasNext()) {
      throw new NoSuchElementException("all futures have been taken");
    }
    try {
      long left = timed ? Math.max(0, untilNanos - System.nanoTime()) : Long.MAX_VALUE;
      if (!Engine.await(watch.until(Watch::hasEnded, false), left)) {
        watch.close();
        throw new TaskTimeoutException(timeout, true);
      }
    } catch (InterruptedException e) {
      watch.close();
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while it waited for the next future");
    } finally {
      Reference.reachabilityFence(this);
    }
    taken++;
    if (!hasNext()) {
      watch.close();
    }
    return Objects.requireNonNull(watch.poll(), "one has ended");
  }
}
