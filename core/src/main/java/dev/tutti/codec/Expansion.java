package dev.tutti.codec;

import java.io.InvalidObjectException;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How large the collections of a value are when what they share is counted each time it is met.
 *
 * <p>Some hundred bytes can be a set that holds the next set twice, a hundred times over. Such a
 * value is small, but to hash it takes for ever, and the set around it hashes it when it is read.
 * So each collection is measured as soon as it has been read, before something else holds it.
 *
 * <p>Collections of the JDK are measured. What a class of the user does is not known here.
 */
final class Expansion {
  /** How many values there may be so, unless the filter takes more references. */
  static final long MOST = 50_000_000;

  /** What is said where there are more. */
  static final String REFUSAL =
      "collections hold each other so often that nobody can hash or print them";

  private static final long NO_BOUND = Long.MAX_VALUE / 4; // some times as many are no overflow

  private final IdentityHashMap<Object, Long> sizes = new IdentityHashMap<>();
  private final long most;

  /**
   * @param references how many references the filter takes
   */
  Expansion(long references) {
    this.most = Math.clamp(references, MOST, NO_BOUND);
  }

  /** Takes note of an object that has been read. */
  void add(Object value) throws InvalidObjectException {
    if (isContainer(value)) {
      long size = measure(value);
      if (size > most) {
        throw new InvalidObjectException(
            "%s: class=%s".formatted(REFUSAL, value.getClass().getName()));
      }
      sizes.put(value, size);
    }
  }

  private static boolean isContainer(@Nullable Object value) {
    return (value instanceof Collection<?>
            || value instanceof Map<?, ?>
            || value instanceof Map.Entry<?, ?>
            || value instanceof Optional<?>)
        && JdkValues.isOfJdk(value.getClass());
  }

  private long measure(Object value) {
    long size = 1;
    try {
      switch (value) {
        case Collection<?> c -> {
          for (Object element : c) {
            size += sizeOf(element);
            if (size > most) {
              break;
            }
          }
        }
        case Map<?, ?> m -> {
          for (Map.Entry<?, ?> e : m.entrySet()) {
            size += sizeOf(e.getKey()) + sizeOf(e.getValue());
            if (size > most) {
              break;
            }
          }
        }
        case Map.Entry<?, ?> e -> size += sizeOf(e.getKey()) + sizeOf(e.getValue());
        case Optional<?> o -> size += sizeOf(o.orElse(null));
        default -> {}
      }
    } catch (RuntimeException e) {
      return size; // it holds what has not been read to its end: a ring
    }
    return size;
  }

  private long sizeOf(@Nullable Object element) {
    return isContainer(element) ? sizes.getOrDefault(element, 1L) : 1;
  }
}
