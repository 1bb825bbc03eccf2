package dev.tutti.process.launch;

/**
 * Kills a process when this JVM ends, until it is closed. The kernel would kill it, too, but a JVM
 * that exits waits first: for the JDK's thread that waits for the process, up to 300 ms.
 *
 * <p><b>Thread safety.</b> Used by one thread; {@link #jvmExits} by any.
 */
public final class ExitHook implements AutoCloseable {
  private static volatile boolean exits;

  private final Thread hook;

  private ExitHook(Thread hook) {
    this.hook = hook;
  }

  /**
   * Makes a hook.
   *
   * @param kill kills the process; called at once where this JVM ends already
   * @return the hook
   */
  public static ExitHook of(Runnable kill) {
    Runnable atExit =
        () -> {
          exits = true; // who waits for the process is to see it
          kill.run();
        };
    Thread hook = new Thread(atExit, "tutti-exit");
    try {
      Runtime.getRuntime().addShutdownHook(hook);
    } catch (IllegalStateException ending) {
      atExit.run();
    }
    return new ExitHook(hook);
  }

  /** {@return whether this JVM ends, and what was killed has not failed} */
  public static boolean jvmExits() {
    return exits;
  }

  /** The process has ended. */
  @Override
  public void close() {
    try {
      var _ = Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException ending) {
      // it runs, and finds nothing to kill
    }
  }
}
