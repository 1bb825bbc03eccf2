package dev.tutti.engine;

/** Lets an exception of the user's input pass as it is. */
final class Unchecked {
  private Unchecked() {}

  // The cast is erased: nothing is wrapped and nothing is lost.
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  static <E extends Throwable> E same(Throwable failure) throws E {
    throw (E) failure;
  }
}
