package dev.tutti.engine;

import dev.tutti.plan.Batching;
import dev.tutti.spi.Batch;
import dev.tutti.spi.Item;
import dev.tutti.spi.Way;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The items that wait for a worker: those of one bulk call, or all submitted tasks. Guarded by the
 * lock of the open work.
 */
final class Lane {
  /** An item that was in the hands of this many dying workers goes out alone. */
  private static final int SUSPECT_DEATHS = 2;

  private final Chunker chunker;
  private final int priority;
  private final ArrayDeque<Item> waiting = new ArrayDeque<>();
  private final ArrayDeque<Item> returned = new ArrayDeque<>();
  private int waitingCount;
  private int returnedCount;
  private boolean ended;
  private boolean flushed;

  /** How many items may go out at once that did not go out before; of any thread. */
  private volatile int room = Integer.MAX_VALUE;

  /** Which workers its items are for, where the group has several kinds; of any thread. */
  private volatile Way way = Way.VIRTUAL_THREADS;

  /** Whether somebody has said so. Until then batches of it are their caller's own. */
  private volatile boolean sharedOut;

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
    return new Lane(new Chunker(Batching.fixed(1), 1, false, false), priority);
  }

  int priority() {
    return priority;
  }

  Chunker chunker() {
    return chunker;
  }

  void add(Item item) {
    waiting.addLast(item);
    waitingCount += item.count();
    flushed = false;
  }

  /** Items that were handed out and came back go first, and need not fill a batch. */
  void addReturned(Item item) {
    returned.addLast(item);
    returnedCount += item.count();
  }

  /**
   * Bounds what goes out at once. What was handed out and came back is not bounded: somebody may
   * wait for it.
   *
   * @param items how many items; 0 to let none out
   */
  void room(int items) {
    room = items;
  }

  /** No further item will be added. */
  void end() {
    ended = true;
  }

  /** What waits now goes out, also where it does not fill a batch. */
  void flush() {
    flushed = true;
  }

  /**
   * Says which workers its items are for, where the group has several kinds of them.
   *
   * @param next which; those that are handed out already stay where they are
   */
  void way(Way next) {
    way = next;
    sharedOut = true;
  }

  /** {@return whether a free thread may take over what another worker has not begun} */
  boolean isSharedOut() {
    return sharedOut;
  }

  /**
   * {@return whether its items are for such workers}
   *
   * @param only which; null for any
   */
  boolean isFor(@Nullable Way only) {
    return only == null || way == only;
  }

  /** {@return how many items wait, those in packs counted one by one} */
  int size() {
    return waitingCount + returnedCount;
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
      int left = Math.min(Math.min(most, room), chunker.take(waitingCount, ended || flushed));
      waitingCount -= left;
      while (left > 0) {
        Item item = waiting.removeFirst();
        if (item.count() > left) {
          waiting.addFirst(item.part(left, item.count()));
          item = item.part(0, left);
        }
        items.add(item);
        left -= item.count();
      }
    }
    return items.isEmpty() ? null : new Batch(items.getFirst().call(), items);
  }

  /** A suspect goes out alone. */
  private List<Item> takeReturned(@Nullable Object notFor, int most) {
    List<Item> items = new ArrayList<>();
    int left = Math.min(most, chunker.take(returnedCount, true));
    Iterator<Item> each = returned.iterator();
    Item rest = null;
    while (each.hasNext() && left > 0) {
      Item item = each.next();
      boolean suspect = isSuspect(item);
      if (suspect && !items.isEmpty()) {
        break;
      }
      if (notFor == null || !item.avoids(notFor)) {
        each.remove();
        if (item.count() > left) {
          rest = item.part(left, item.count());
          item = item.part(0, left);
        }
        items.add(item);
        returnedCount -= item.count();
        left = suspect ? 0 : left - item.count();
      }
    }
    if (rest != null) {
      returned.addFirst(rest);
    }
    return items;
  }

  /** {@return whether an item may be what kills its workers} It is to be no pack then. */
  static boolean isSuspect(Item item) {
    return item.deaths() >= SUSPECT_DEATHS;
  }

  /** {@return whether {@link #take} would give a batch} */
  boolean isReady() {
    return !returned.isEmpty() || (room > 0 && chunker.take(waitingCount, ended || flushed) > 0);
  }

  /** Takes out all items that wait, from an index on. */
  List<Item> drain(long fromIndex) {
    List<Item> out = new ArrayList<>();
    returnedCount -= drain(returned, fromIndex, out);
    waitingCount -= drain(waiting, fromIndex, out);
    return out;
  }

  /** {@return how many, those in packs counted one by one} */
  private static int drain(ArrayDeque<Item> from, long fromIndex, List<Item> out) {
    int before = out.size();
    for (int left = from.size(); left > 0; left--) {
      Item item = from.removeFirst();
      long keep = fromIndex - item.index();
      if (keep <= 0) {
        out.add(item);
      } else if (keep >= item.count()) {
        from.addLast(item);
      } else {
        from.addLast(item.part(0, (int) keep));
        out.add(item.part((int) keep, item.count()));
      }
    }
    return out.subList(before, out.size()).stream().mapToInt(Item::count).sum();
  }

  void forEach(Consumer<Item> action) {
    returned.forEach(action);
    waiting.forEach(action);
  }

  /** Most that are taken out came last: who has submitted one gives it up, or runs it himself. */
  private boolean removeWaiting(Item item) {
    return waiting.removeLastOccurrence(item);
  }

  boolean remove(Item item) {
    if (removeWaiting(item)) {
      waitingCount -= item.count();
    } else if (returned.remove(item)) {
      returnedCount -= item.count();
    } else {
      return false;
    }
    return true;
  }
}
