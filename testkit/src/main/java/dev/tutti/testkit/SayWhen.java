package dev.tutti.testkit;

import java.io.Serial;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The numbers from 0 to total-1, of which one is not there: it throws.
 *
 * @param total how many numbers
 * @param when the number that throws; -1 throws before anything
 */
record SayWhen(int total, int when) implements Iterable<Integer> {

  /** What the input throws. */
  static final class SayWhenError extends RuntimeException {
    @Serial private static final long serialVersionUID = 1L;

    SayWhenError() {
      super("when");
    }
  }

  @Override
  public Iterator<Integer> iterator() {
    return new Iterator<>() {
      private int next;

      @Override
      public boolean hasNext() {
        return next < total;
      }

      @Override
      public Integer next() {
        if (when < 0 || next == when) {
          throw new SayWhenError();
        }
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        return next++;
      }
    };
  }
}
