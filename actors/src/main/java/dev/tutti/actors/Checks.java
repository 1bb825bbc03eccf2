package dev.tutti.actors;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** What options and arguments must be like, and what they come to. */
final class Checks {
  private Checks() {}

  /** {@return a time in nanoseconds; one that is too long for that, 292 years, is the longest} */
  static long nanos(Duration time) {
    return TimeUnit.NANOSECONDS.convert(time);
  }

  /** {@return whether a text is one line, with something in it} */
  static boolean isLine(String text) {
    return !text.isBlank() && text.chars().noneMatch(Character::isISOControl);
  }

  /** Throws an IllegalArgumentException unless a rule holds. */
  static void require(boolean rule, String message) {
    if (!rule) {
      throw new IllegalArgumentException(message);
    }
  }
}
