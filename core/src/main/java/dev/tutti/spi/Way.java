package dev.tutti.spi;

/**
 * Where an item of a {@link ChoosingGroup} runs.
 *
 * @since 0.1
 */
public enum Way {
  /** On the thread that reads the input: the caller's, or one of the call's own. */
  CALLER("sequential"),
  /** On one of the group's threads. */
  THREADS("threads"),
  /** On a virtual thread of its own. */
  VIRTUAL_THREADS("virtual");

  private final String backend;

  Way(String backend) {
    this.backend = backend;
  }

  /** {@return the name of the backend that runs all items like that} */
  public String backend() {
    return backend;
  }
}
