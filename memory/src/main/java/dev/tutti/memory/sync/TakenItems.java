package dev.tutti.memory.sync;

import java.util.Spliterator;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The items of a queue as a stream takes them: one at a time, until the queue is closed. */
final class TakenItems<E> implements Spliterator<E> {
  private final ProcessQueue<E> queue;

  TakenItems(ProcessQueue<E> queue) {
    this.queue = queue;
  }

  @Override
  public boolean tryAdvance(Consumer<? super E> action) {
    E item;
    try {
      item = queue.take();
    } catch (QueueClosedException _) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      CancellationException cancelled = new CancellationException("interrupted in a take");
      cancelled.initCause(e);
      throw cancelled;
    }
    action.accept(item);
    return true;
  }

  /** Nothing: a part that is split off would hold items that nobody works on yet. */
  @Override
  public @Nullable Spliterator<E> trySplit() {
    return null;
  }

  @Override
  public long estimateSize() {
    return Long.MAX_VALUE;
  }

  @Override
  public int characteristics() {
    return ORDERED | NONNULL;
  }
}
