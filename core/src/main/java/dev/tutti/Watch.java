package dev.tutti;

import dev.tutti.engine.Engine;
import dev.tutti.engine.Link;
import dev.tutti.spi.Batch;
import dev.tutti.spi.HelpingGroup;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Futures as one thread at a time waits for them, in the order in which they end. */
final class Watch<F extends CompletableFuture<?>> implements AutoCloseable {
  /*
   * A future that ends is put into `ended`, then counted in `arrived`, then the waiting thread is unparked. That one
   * says that it waits before it looks at `arrived`; so either it sees the count, or it is unparked.
   */
  private final List<F> futures;
  private final List<Link> links;
  private final Queue<F> ended = new ConcurrentLinkedQueue<>();
  private final AtomicLong arrived = new AtomicLong();
  private volatile @Nullable Thread waiter;

  Watch(Collection<? extends F> watched) {
    this.futures = List.copyOf(new LinkedHashSet<>(Futures.listed(watched))); // each once
    this.links = new ArrayList<>(futures.size());
    for (F future : futures) {
      links.add(Link.to(future, () -> arrived(future)));
    }
  }

  private void arrived(F future) {
    ended.add(future);
    arrived.incrementAndGet();
    LockSupport.unpark(waiter);
  }

  /** {@return the futures, each once} */
  List<F> futures() {
    return futures;
  }

  /** {@return the next one that has ended and was not polled before; null if there is none} */
  @Nullable F poll() {
    return ended.poll();
  }

  /** {@return whether there is one to poll} */
  boolean hasEnded() {
    return !ended.isEmpty();
  }

  /** {@return how many have ended} */
  long count() {
    return arrived.get();
  }

  /**
   * {@return what is so when a predicate of this watch is, for the calling thread to wait for}
   *
   * @param all whether it is only when all have ended
   */
  HelpingGroup.Awaited until(Predicate<Watch<F>> condition, boolean all) {
    waiter = Thread.currentThread();
    Iterator<F> untaken = all ? futures.iterator() : Collections.emptyIterator();
    return new HelpingGroup.Awaited() {
      @Override
      public boolean isDone() {
        return condition.test(Watch.this);
      }

      @Override
      public long changes() {
        return arrived.get();
      }

      @Override
      public @Nullable Batch take(Object worker) {
        Batch batch = null;
        while (batch == null && untaken.hasNext()) {
          batch = Engine.take(untaken.next(), worker);
        }
        return batch;
      }
    };
  }

  /** {@return how it stands} */
  Waited<F> state() {
    List<F> done = new ArrayList<>();
    List<F> open = new ArrayList<>();
    futures.forEach(future -> (future.isDone() ? done : open).add(future));
    return new Waited<>(done, open);
  }

  /** Leaves the futures; nothing of the watch stays with them. */
  @Override
  public void close() {
    links.forEach(Link::leave);
  }
}
