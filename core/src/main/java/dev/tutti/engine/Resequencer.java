package dev.tutti.engine;

import dev.tutti.spi.PartOutcomes;
import dev.tutti.task.Done;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps results until their turn has come. Guarded by the lock of its call. */
abstract class Resequencer {
  private @Nullable Done<?, ?> firstFailure;
  private final List<Done<?, ?>> failures = new ArrayList<>();

  abstract void store(Done<?, ?> done);

  /** Keeps the value of an item that has succeeded, where all results are kept. */
  void keepValue(long index, @Nullable Object value) {
    // Others keep how it ended as well.
  }

  /**
   * Keeps the values of items that have all succeeded, one behind the other.
   *
   * @param index the place of the first of them
   */
  void keepValues(long index, PartOutcomes values) {
    // As above.
  }

  /** {@return whether {@link #take} has a result} */
  abstract boolean isReady();

  /** {@return the result whose turn it is, or null} */
  abstract @Nullable Done<?, ?> take();

  /** {@return whether results stay here, so that storing one is delivering it} */
  boolean keepsAll() {
    return false;
  }

  /** {@return whether results before a failed one are still delivered} */
  boolean inOrder() {
    return false;
  }

  final void add(Done<?, ?> done) {
    if (firstFailure == null && !done.outcome().succeeded()) {
      firstFailure = done;
    }
    if (keepsAll() && !done.outcome().succeeded()) {
      failures.add(done);
    }
    store(done);
  }

  /** {@return all items that did not succeed, by time, where all results are kept} */
  final List<Done<?, ?>> failures() {
    return failures;
  }

  /** {@return the first item, by time, that did not succeed} */
  final @Nullable Done<?, ?> firstFailure() {
    return firstFailure;
  }

  /** Input order: a ring in which item i has place i modulo its size, which grows to the window. */
  static final class InOrder extends Resequencer {
    private static final int MOST_AT_FIRST = 1 << 10;

    private final int window;
    private @Nullable Done<?, ?>[] ring;
    private long next;

    InOrder(int window) {
      this.window = window;
      this.ring = new Done<?, ?>[Math.min(window, MOST_AT_FIRST)];
    }

    @Override
    void store(Done<?, ?> done) {
      if (done.index() - next >= ring.length) {
        growTo(done.index() - next + 1);
      }
      ring[slot(done.index())] = done;
    }

    private void growTo(long needed) {
      @Nullable Done<?, ?>[] old = ring;
      ring = new Done<?, ?>[(int) Math.clamp(2L * old.length, needed, window)];
      for (Done<?, ?> kept : old) {
        if (kept != null) {
          ring[slot(kept.index())] = kept;
        }
      }
    }

    @Override
    boolean isReady() {
      return ring[slot(next)] != null;
    }

    @Override
    @Nullable Done<?, ?> take() {
      int slot = slot(next);
      Done<?, ?> done = ring[slot];
      if (done != null) {
        ring[slot] = null;
        next++;
      }
      return done;
    }

    @Override
    boolean inOrder() {
      return true;
    }

    private int slot(long index) {
      return (int) (index % ring.length);
    }
  }

  /** The order in which items end. */
  static final class AsEnded extends Resequencer {
    private final ArrayDeque<Done<?, ?>> queue = new ArrayDeque<>();

    @Override
    void store(Done<?, ?> done) {
      queue.addLast(done);
    }

    @Override
    boolean isReady() {
      return !queue.isEmpty();
    }

    @Override
    @Nullable Done<?, ?> take() {
      return queue.pollFirst();
    }
  }

  /** All results, kept for a list; or none, where only failures matter. */
  static class All extends Resequencer {
    /** A collection that says that it has more is not believed before that many have come. */
    private static final int MOST_VALUES = Integer.MAX_VALUE - 8; // what an array can have

    private static final int MOST_EXPECTED = 1 << 20;

    private final boolean keepsValues;
    private final int expected;
    private @Nullable Object[] values = {};
    private int count;

    /**
     * @param keepsValues whether there are any
     * @param expected how many there will be; 0 if that is unknown
     */
    All(boolean keepsValues, int expected) {
      this.keepsValues = keepsValues;
      this.expected = expected;
    }

    @Override
    void store(Done<?, ?> done) {
      // Only values are kept, and failures as such.
    }

    @Override
    void keepValue(long index, @Nullable Object value) {
      if (keepsValues) {
        roomTo(index + 1);
        values[(int) index] = value;
      }
    }

    @Override
    void keepValues(long index, PartOutcomes some) {
      if (keepsValues) {
        roomTo(index + some.size());
        some.copyValues(values, (int) index);
      }
    }

    private void roomTo(long end) {
      int needed = Math.toIntExact(end);
      if (needed > values.length) {
        long doubled = Math.min(2L * needed, MOST_VALUES);
        boolean asExpected =
            expected >= needed && (expected <= MOST_EXPECTED || doubled >= expected);
        values = Arrays.copyOf(values, asExpected ? expected : Math.max(needed, (int) doubled));
      }
      count = Math.max(count, needed);
    }

    /** {@return the results in input order, after all have ended} */
    List<@Nullable Object> values() {
      @Nullable Object[] all = count == values.length ? values : Arrays.copyOf(values, count);
      return new ArrayList<@Nullable Object>(Arrays.asList(all));
    }

    @Override
    boolean keepsAll() {
      return true;
    }

    @Override
    boolean isReady() {
      return false;
    }

    @Override
    @Nullable Done<?, ?> take() {
      return null;
    }
  }
}
