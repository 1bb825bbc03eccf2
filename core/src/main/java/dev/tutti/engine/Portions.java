package dev.tutti.engine;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The input of a reduction, cut into portions that keep a worker busy for some milliseconds. */
final class Portions implements Iterator<Object> {
  /*
   * One thread reads (the feeder), one takes results (the consumer); on a pool whose caller runs the work they are one
   * thread, which never waits here. What is below `lock` is guarded by it, the rest is the reader's.
   *
   *   read      hasNext() waits for room, as an input may already take an element when it is asked whether it has one; next()
   *             takes elements, and puts the portion into `open`
   *   ended     the consumer takes the oldest portion out of `open`, as results come in order, and says how long it took
   *
   * Portions begin with one element. One that was quick lets the next have as many as would take 5 ms, at most sixteen
   * times as many as it had; one that took long makes them smaller. So nobody's first portion is a guess, and the first
   * sixteen million quick elements are six steps away. What is open is bounded by elements, as they are held here until
   * their result is there; of a range two numbers are held, so its portions are bounded by their number.
   */
  private static final long GOOD_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final int STEP = 16;
  private static final int MOST_BYTES = 1 << 18;
  private static final int MOST_IN_RANGE = 1 << 20;
  private static final int QUICK_WINDOW = 1 << 15;
  private static final int FEW_PORTIONS = 64;

  private final Iterable<?> items;
  private final boolean waits;
  private final boolean learns;
  private final int window;
  private final boolean isFree; // elements take no memory, and nobody has bounded them
  private final int mostElements;
  private final int largest;

  private @Nullable Iterator<?> input;
  private @Nullable Range range;
  private long taken;
  private int most; // elements of the next portion; 0 while there is no room for one
  private int lastCount = 1;
  private int mostByBytes = Integer.MAX_VALUE;
  private @Nullable Throwable failure;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private final ArrayDeque<Object> open = new ArrayDeque<>();
  private long openElements;
  private int size;

  /**
   * @param batch how many elements each portion is to have; 0 if that is to be found out
   * @param window how many elements may be read ahead; 0 where nobody has chosen it
   * @param waits whether the reader may wait for the consumer
   */
  Portions(Iterable<?> items, int batch, int window, boolean waits) {
    this.items = items;
    this.waits = waits;
    this.learns = batch == 0;
    this.window = window == 0 ? BulkPlan.DEFAULT_WINDOW : window;
    this.isFree = window == 0 && items instanceof Range;
    this.mostElements = window == 0 ? QUICK_WINDOW : window;
    this.largest = isFree ? MOST_IN_RANGE : Math.max(1, mostElements / 4);
    this.size = learns ? 1 : Math.min(batch, isFree ? MOST_IN_RANGE : mostElements);
  }

  /** {@return itself, ready to be read} Asks the input for its elements. */
  Iterator<Object> begin() {
    if (items instanceof Range numbers) {
      range = numbers;
    } else {
      input = Objects.requireNonNull(items.iterator(), "the input's iterator() returned null");
    }
    return this;
  }

  @Override
  public boolean hasNext() {
    Throwable thrown = failure;
    if (thrown != null) { // the portion of what came before it is on its way
      failure = null;
      throw Unchecked.<RuntimeException>same(thrown);
    }
    if (most == 0) {
      most = awaitRoom();
    }
    Iterator<?> elements = input;
    return range != null ? taken < range.count() : elements != null && elements.hasNext();
  }

  @Override
  public Object next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the input has ended");
    }
    Object portion =
        range != null ? range.part(taken, (int) Math.min(most, range.count() - taken)) : read();
    lastCount = Fold.count(portion);
    taken += lastCount;
    most = 0;
    lock.lock();
    try {
      open.addLast(portion);
      openElements += lastCount;
    } finally {
      lock.unlock();
    }
    return portion;
  }

  private @Nullable Object[] read() {
    Iterator<?> elements = input;
    @Nullable Object[] portion = new Object[Math.min(most, 16)];
    int count = 0;
    try {
      while (count < most && elements != null && elements.hasNext()) {
        if (count == portion.length) {
          portion = Arrays.copyOf(portion, Math.min(most, 2 * count));
        }
        portion[count] = elements.next();
        count++;
      }
    } catch (Throwable e) { // the input is the user's code: what it throws comes after what it gave
      if (count == 0) {
        throw e;
      }
      failure = e;
    }
    return count == portion.length ? portion : Arrays.copyOf(portion, count);
  }

  /** {@return how many elements the next portion may have, when there is room for it} */
  private int awaitRoom() {
    lock.lock();
    try {
      while (waits && isFull()) {
        room.await();
      }
      return Math.max(1, Math.min(size, mostByBytes));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("the reduction was stopped");
    } finally {
      lock.unlock();
    }
  }

  private boolean isFull() {
    if (open.isEmpty()) {
      return false;
    }
    boolean manyPortions = open.size() >= FEW_PORTIONS && openElements >= window;
    return manyPortions || (!isFree && openElements + size > mostElements);
  }

  /** Says how many bytes the last portion takes in the form for workers; 0 if it has none. */
  void weigh(long bytes) {
    if (bytes > 0) {
      long fit = (long) MOST_BYTES * lastCount / bytes;
      mostByBytes = (int) Math.max(1, Math.min(fit, (long) STEP * lastCount));
    }
  }

  /** {@return the oldest portion, whose result is there} */
  Object first() {
    lock.lock();
    try {
      return open.getFirst();
    } finally {
      lock.unlock();
    }
  }

  /** The oldest portion has ended, after so long. */
  void ended(long nanos) {
    lock.lock();
    try {
      int count = Fold.count(open.removeFirst());
      openElements -= count;
      if (learns) {
        long good = GOOD_NANOS * count / Math.max(1, nanos);
        if (nanos > 2 * GOOD_NANOS) {
          size = (int) Math.max(1, Math.min(size, good));
        } else {
          size = (int) Math.max(size, Math.min(largest, Math.min(good, (long) STEP * count)));
        }
      }
      room.signal();
    } finally {
      lock.unlock();
    }
  }
}
