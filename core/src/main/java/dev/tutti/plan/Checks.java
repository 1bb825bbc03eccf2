package dev.tutti.plan;

import java.util.Locale;

/** The one way in which options refuse a value. */
@SuppressWarnings("AnnotateFormatMethod") // that annotation would be a dependency at run time
final class Checks {
  private Checks() {}

  static void require(boolean rule, String message, Object... values) {
    if (!rule) {
      throw new IllegalArgumentException(String.format(Locale.ROOT, message, values));
    }
  }
}
