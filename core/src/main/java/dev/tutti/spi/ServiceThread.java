package dev.tutti.spi;

/**
 * Threads that serve a pool, and live longer than the call that starts them.
 *
 * <p>They are in the topmost thread group, not in the caller's: who waits for the threads of a
 * group, or interrupts them, as JShell does around each snippet with its engine {@code local}, does
 * not mean these. So a task of a pool of threads finds itself in that group, and no group of the
 * caller's is told of what such a thread throws; the default handler is. Context class loader,
 * priority and inheritable thread locals are those of whoever starts one.
 *
 * <p><b>Thread safety.</b> May be called from any thread.
 *
 * <p><b>Failure.</b> Starting one throws {@link OutOfMemoryError} if the system gives no further
 * thread.
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

  /** {@return a new builder of daemon threads} */
  public static Thread.Builder.OfPlatform builder() {
    return Thread.ofPlatform().daemon().group(TOP);
  }
}
