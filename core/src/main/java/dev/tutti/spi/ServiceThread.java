package dev.tutti.spi;

/**
 * Threads by which Tutti serves a pool, which live longer than the call that starts them.
 *
 * <p>They are in no thread group of the caller's: one that waits for the threads of its group, or
 * interrupts them, as JShell does after each snippet with its engine {@code local}, means its own.
 *
 * <p><b>Thread safety.</b> May be called from any thread.
 *
 * @since 0.1
 */
public final class ServiceThread {
  private static final ThreadGroup TOP = top();

  private ServiceThread() {}

  private static ThreadGroup top() {
    ThreadGroup group = Thread.currentThread().getThreadGroup();
    for (ThreadGroup above = group.getParent(); above != null; above = group.getParent()) {
      group = above;
    }
    return group;
  }

  /** {@return a new builder of daemon threads, in the group above all others} */
  public static Thread.Builder.OfPlatform builder() {
    return Thread.ofPlatform().daemon().group(TOP);
  }
}
