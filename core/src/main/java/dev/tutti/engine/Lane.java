package dev.tutti.engine;

import dev.tutti.plan.Batching;
import dev.tutti.spi.Batch;
import dev.tutti.spi.Item;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The items that wait for a worker: those of one bulk call, or all submitted tasks. Guarded by the
 * dispatcher's lock.
 */
final class Lane {
  /** An item that was in the hands of this many dying workers goes out alone. */
  private static final int SUSPECT_DEATHS = 2;

  private final Chunker chunker;
  private final int priority;
  private final ArrayDeque<Item> waiting = new ArrayDeque<>();
  private final ArrayDeque<Item> returned = new ArrayDeque<>();
  private boolean ended;
  private boolean flushed;
  boolean scheduled;

  /**
   * @param priority which lanes it goes before: those with a lower number
   */
  Lane(Chunker chunker, int priority) {
    this.chunker = chunker;
    this.priority = priority;
  }

  /** {@return a lane for tasks of which each is a call of its own} */
  static Lane ofSingles(int priority) {
    return new Lane(new Chunker(Batching.fixed(1), 1, false), priority);
  }

  int priority() {
    return priority;
  }

  Chunker chunker() {
    return chunker;
  }

  void add(Item item) {
    waiting.addLast(item);
    flushed = false;
  }

  /** Items that were handed out and came back go first, and need not fill a batch. */
  void addReturned(Item item) {
    returned.addLast(item);
  }

  /** No further item will be added. */
  void end() {
    ended = true;
  }

  /** What waits now goes out, also where it does not fill a batch. */
  void flush() {
    flushed = true;
  }

  int size() {
    return waiting.size() + returned.size();
  }

  boolean isEmpty() {
    return waiting.isEmpty() && returned.isEmpty();
  }

  /**
   * {@return the next batch, or null if none is ready}
   *
   * @param notFor the worker for which items that avoid it are passed over; null for none
   * @param most how many items the batch may have
   */
  @Nullable Batch take(@Nullable Object notFor, int most) {
    List<Item> items = takeReturned(notFor, most);
    if (items.isEmpty()) {
      int count = Math.min(most, chunker.take(waiting.size(), ended || flushed));
      while (items.size() < count) {
        items.add(waiting.removeFirst());
      }
    }
    return items.isEmpty() ? null : new Batch(items.getFirst().call(), items);
  }

  /** A suspect goes out alone. */
  private List<Item> takeReturned(@Nullable Object notFor, int most) {
    List<Item> items = new ArrayList<>();
    int count = Math.min(most, chunker.take(returned.size(), true));
    Iterator<Item> each = returned.iterator();
    while (each.hasNext() && items.size() < count) {
      Item item = each.next();
      boolean suspect = item.deaths() >= SUSPECT_DEATHS;
      if (suspect && !items.isEmpty()) {
        break;
      }
      if (notFor == null || !item.avoids(notFor)) {
        each.remove();
        items.add(item);
        count = suspect ? 1 : count;
      }
    }
    return items;
  }

  /** {@return whether {@link #take} would give a batch} */
  boolean isReady() {
    return !returned.isEmpty() || chunker.take(waiting.size(), ended || flushed) > 0;
  }

  /** Takes out all items that wait, from an index on. */
  List<Item> drain(long fromIndex) {
    List<Item> out = new ArrayList<>();
    for (ArrayDeque<Item> queue : List.of(returned, waiting)) {
      queue.removeIf(item -> item.index() >= fromIndex && out.add(item));
    }
    return out;
  }

  void forEach(Consumer<Item> action) {
    returned.forEach(action);
    waiting.forEach(action);
  }

  boolean remove(Item item) {
    return waiting.remove(item) || returned.remove(item);
  }
}
