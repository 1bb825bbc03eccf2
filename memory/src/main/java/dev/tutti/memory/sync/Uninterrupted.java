package dev.tutti.memory.sync;

/** Calls that are told to take no notice of an interrupt, and so throw none. */
final class Uninterrupted {
  private Uninterrupted() {}

  interface Wait {
    boolean await() throws InterruptedException;
  }

  static boolean run(Wait wait) {
    try {
      return wait.await();
    } catch (InterruptedException e) {
      throw new AssertionError("a wait that takes no notice of interrupts was interrupted", e);
    }
  }
}
