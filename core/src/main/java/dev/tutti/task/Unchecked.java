package dev.tutti.task;

/** Lets a checked exception pass where the signature has no room for it. */
final class Unchecked {
  private Unchecked() {}

  // The cast is erased: nothing is wrapped and nothing is lost.
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  static <E extends Throwable> E same(Throwable failure) throws E {
    throw (E) failure;
  }
}
