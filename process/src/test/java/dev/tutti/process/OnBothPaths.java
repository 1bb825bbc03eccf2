package dev.tutti.process;

/** A class on the class path; {@link TravellingClassesTest} has another one of this name. */
final class OnBothPaths {
  private OnBothPaths() {}

  static String from() {
    return "the class path";
  }
}
