package dev.tutti.engine;

import java.util.AbstractCollection;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Numbers one after the other, as an input: two numbers, however many there are.
 *
 * <p><b>Thread safety.</b> Immutable.
 */
public final class Range extends AbstractCollection<Object> {
  private final long from;
  private final long to;
  private final boolean ints;

  /**
   * Makes a range.
   *
   * @param from its first number
   * @param to the one behind its last
   * @param ints whether its elements are {@code Integer}s, not {@code Long}s
   * @throws IllegalArgumentException if it has more than {@code Long.MAX_VALUE} elements
   */
  public Range(long from, long to, boolean ints) {
    if (from < 0 && to > Long.MAX_VALUE + from) {
      throw new IllegalArgumentException(
          "range must have at most 2^63-1 numbers: from=%d to=%d; cut it in two"
              .formatted(from, to));
    }
    this.from = from;
    this.to = Math.max(from, to);
    this.ints = ints;
  }

  /** {@return how many numbers} */
  long count() {
    return to - from;
  }

  /**
   * {@return two numbers in the form in which they travel: the first, and the one behind the last}
   *
   * @param begin where they begin, counted from the first of the range
   * @param count how many
   */
  Object part(long begin, int count) {
    long first = from + begin;
    return ints
        ? new int[] {(int) first, (int) (first + count)}
        : new long[] {first, first + count};
  }

  @Override
  public int size() {
    return (int) Math.min(Integer.MAX_VALUE, count());
  }

  @Override
  public Iterator<Object> iterator() {
    return new Iterator<>() {
      private long next = from;

      @Override
      public boolean hasNext() {
        return next < to;
      }

      @Override
      public Object next() {
        if (next >= to) {
          throw new NoSuchElementException("the range has ended: to=" + to);
        }
        long number = next++;
        return ints ? (Object) (int) number : (Object) number;
      }
    };
  }

  @Override
  public String toString() {
    return "range(%d, %d)".formatted(from, to);
  }
}
