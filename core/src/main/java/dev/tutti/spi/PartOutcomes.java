package dev.tutti.spi;

import dev.tutti.task.Outcome;
import dev.tutti.task.Success;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * How elements of a pack have ended, one behind the other. Mostly they have succeeded, so what is
 * kept is their values.
 *
 * <p><b>Thread safety.</b> None: one thread adds, tells, and may clear it to begin anew.
 *
 * @since 0.1
 */
public final class PartOutcomes extends AbstractList<Outcome<?>> implements RandomAccess {
  private static final int FIRST = 64;

  /** What is no success. */
  private record Other(Outcome<?> outcome) {}

  private @Nullable Object[] all = new Object[FIRST];
  private long[] nanos = {};
  private int size;
  private int others;

  /** Makes an empty list. */
  public PartOutcomes() {}

  /**
   * {@return a list of one outcome}
   *
   * @param outcome the outcome
   * @param elapsedNanos how long it took, in nanoseconds
   */
  public static PartOutcomes of(Outcome<?> outcome, long elapsedNanos) {
    PartOutcomes one = new PartOutcomes();
    one.keepTimes();
    one.addOutcome(outcome);
    one.took(elapsedNanos);
    return one;
  }

  /**
   * {@return a list of the same outcome several times}
   *
   * @param count how many times
   * @param outcome the outcome
   */
  public static PartOutcomes copies(int count, Outcome<?> outcome) {
    PartOutcomes copies = new PartOutcomes();
    for (int i = 0; i < count; i++) {
      copies.addOutcome(outcome);
    }
    return copies;
  }

  /**
   * Adds an outcome.
   *
   * @param outcome the outcome
   */
  public void addOutcome(Outcome<?> outcome) {
    if (outcome instanceof Success<?>(Object value)) {
      addValue(value);
    } else {
      addValue(new Other(outcome));
      others++;
    }
  }

  /**
   * Adds a success.
   *
   * @param value its value
   */
  public void addValue(@Nullable Object value) {
    if (size == all.length) {
      long[] moreNanos = nanos.length == 0 ? nanos : Arrays.copyOf(nanos, 2 * size);
      all = Arrays.copyOf(all, 2 * size);
      nanos = moreNanos;
    }
    all[size++] = value;
  }

  /** From now on it is also said how long each ran. */
  public void keepTimes() {
    if (nanos.length == 0) {
      nanos = new long[all.length];
    }
  }

  /**
   * Says how long the last one ran, after {@link #keepTimes}. Takes no memory.
   *
   * @param elapsedNanos that, in nanoseconds
   */
  public void took(long elapsedNanos) {
    nanos[size - 1] = elapsedNanos;
  }

  /**
   * {@return how long one ran, in nanoseconds; 0 where that was not said}
   *
   * @param index which one
   */
  public long elapsedNanos(int index) {
    return index < nanos.length ? nanos[index] : 0;
  }

  /** {@return whether all have succeeded} */
  public boolean succeeded() {
    return others == 0;
  }

  /**
   * Copies the values of outcomes that have all {@linkplain #succeeded}.
   *
   * @param target where to
   * @param at where the first of them goes
   */
  public void copyValues(@Nullable Object[] target, int at) {
    System.arraycopy(all, 0, target, at, size);
  }

  /** Makes it empty, to be used again. */
  @Override
  public void clear() {
    Arrays.fill(all, 0, size, null);
    Arrays.fill(nanos, 0);
    size = 0;
    others = 0;
  }

  @Override
  public Outcome<?> get(int index) {
    Object value = all[index];
    return value instanceof Other(Outcome<?> outcome)
        ? outcome
        : new Success<@Nullable Object>(value);
  }

  @Override
  public int size() {
    return size;
  }
}
