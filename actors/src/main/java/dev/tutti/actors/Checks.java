package dev.tutti.actors;

/** What options must be like. */
final class Checks {
  private Checks() {}

  /** Throws an IllegalArgumentException unless a rule holds. */
  static void require(boolean rule, String message) {
    if (!rule) {
      throw new IllegalArgumentException(message);
    }
  }
}
