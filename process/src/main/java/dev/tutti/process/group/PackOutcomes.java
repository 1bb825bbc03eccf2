package dev.tutti.process.group;

import dev.tutti.task.Outcome;
import dev.tutti.task.Success;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * How elements of a pack have ended, one behind the other. Mostly they have succeeded, so what is
 * kept is their values. Not thread-safe until nothing is added any more.
 */
final class PackOutcomes extends AbstractList<Outcome<?>> implements RandomAccess {
  private static final int FIRST = 64;

  /** What is no success. */
  private record Other(Outcome<?> outcome) {}

  private @Nullable Object[] all = new Object[FIRST];
  private long[] nanos = {};
  private int size;

  /** Adds what is no success, or perhaps none. */
  void addOutcome(Outcome<?> outcome) {
    addValue(outcome instanceof Success<?>(Object value) ? value : new Other(outcome));
  }

  /** Adds a success. */
  void addValue(@Nullable Object value) {
    if (size == all.length) {
      all = Arrays.copyOf(all, 2 * size);
    }
    all[size++] = value;
  }

  /** Says how long the last one ran. */
  void took(long elapsedNanos) {
    if (nanos.length < all.length) {
      nanos = Arrays.copyOf(nanos, all.length);
    }
    nanos[size - 1] = elapsedNanos;
  }

  /** {@return how long each ran, if that was said} */
  long[] nanos() {
    return nanos;
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
