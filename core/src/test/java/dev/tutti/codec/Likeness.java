package dev.tutti.codec;

import java.lang.reflect.Array;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether two values are the same to the last reference: classes, order, and what is shared. */
final class Likeness {
  private final IdentityHashMap<Object, Object> seconds = new IdentityHashMap<>();
  private final IdentityHashMap<Object, Object> firsts = new IdentityHashMap<>();

  private Likeness() {}

  /** {@return where they differ; empty if they do not} */
  static Optional<String> difference(@Nullable Object one, @Nullable Object two) {
    return new Likeness().compare(one, two, "value");
  }

  private Optional<String> compare(@Nullable Object one, @Nullable Object two, String at) {
    if (one == null || two == null) {
      return one == two ? Optional.empty() : differ(at, one, two);
    }
    if (one.getClass() != two.getClass()) {
      return differ(at, one.getClass(), two.getClass());
    }
    List<@Nullable Object> inOne = partsOf(one);
    if (inOne == null) {
      return Objects.equals(one, two) ? Optional.empty() : differ(at, one, two);
    }
    if (seconds.containsKey(one) || firsts.containsKey(two)) {
      return seconds.get(one) == two && firsts.get(two) == one
          ? Optional.empty()
          : Optional.of(at + ": shared differently, " + one.getClass().getName());
    }
    seconds.put(one, two);
    firsts.put(two, one);
    List<@Nullable Object> inTwo = Objects.requireNonNull(partsOf(two));
    if (inOne.size() != inTwo.size()) {
      return differ(at, inOne.size(), inTwo.size());
    }
    for (int i = 0; i < inOne.size(); i++) {
      Optional<String> found =
          compare(
              inOne.get(i),
              inTwo.get(i),
              at + "/" + one.getClass().getSimpleName() + "[" + i + "]");
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> differ(String at, @Nullable Object one, @Nullable Object two) {
    return Optional.of("%s: %s and %s".formatted(at, one, two));
  }

  /** What a value holds, in order; null if it holds nothing. The empty ones of the JDK are one. */
  private static @Nullable List<@Nullable Object> partsOf(Object value) {
    return switch (value) {
      case List<?> l when l.isEmpty() && !(l instanceof ArrayList) -> null;
      case Set<?> s when isOfAnyOrder(s) -> null;
      case Map<?, ?> m when isOfAnyOrder(m) -> null;
      case Collection<?> c -> new ArrayList<>(c);
      case Map<?, ?> m -> {
        List<@Nullable Object> parts = new ArrayList<>();
        m.forEach((key, held) -> {
          parts.add(key);
          parts.add(held);
        });
        yield parts;
      }
      case Record r -> componentsOf(r);
      case Optional<?> o when o.isPresent() -> List.of(o.orElseThrow());
      default -> value.getClass().isArray() ? elementsOf(value) : null;
    };
  }

  /** {@code Set.of} and {@code Map.of} have another order in each JVM. */
  private static boolean isOfAnyOrder(Object value) {
    return value.getClass().getName().contains("ImmutableCollections");
  }

  private static List<@Nullable Object> elementsOf(Object array) {
    List<@Nullable Object> parts = new ArrayList<>();
    for (int i = 0; i < Array.getLength(array); i++) {
      parts.add(Array.get(array, i));
    }
    return parts;
  }

  private static List<@Nullable Object> componentsOf(Record value) {
    List<@Nullable Object> parts = new ArrayList<>();
    try {
      for (RecordComponent component : value.getClass().getRecordComponents()) {
        component.getAccessor().setAccessible(true);
        parts.add(component.getAccessor().invoke(value));
      }
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
    return parts;
  }
}
