package dev.tutti.engine;

import java.util.Collection;
import java.util.OptionalLong;

/** How many elements an input has. */
final class InputSize {
  private InputSize() {}

  /** {@return how many elements an input has, if it tells} */
  static OptionalLong of(Iterable<?> input) {
    return switch (input) {
      case Range range -> OptionalLong.of(range.count());
      case Collection<?> all -> of(all.size());
      case OwnedInput owned -> of(owned.elements());
      case Reduction.Input portions -> portions.total();
      default -> OptionalLong.empty();
    };
  }

  /** {@return what a collection tells} It may have more than it can tell. */
  private static OptionalLong of(int size) {
    return size < Integer.MAX_VALUE ? OptionalLong.of(size) : OptionalLong.empty();
  }
}
