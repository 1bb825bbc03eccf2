package dev.tutti.spi;

import dev.tutti.task.WorkerContext;

/**
 * The context of a task that runs in the JVM of its pool.
 *
 * @since 0.1
 */
public interface CallContext extends WorkerContext {
  /** {@return the call that the task belongs to} */
  Call call();
}
