package dev.tutti.spi;

import dev.tutti.task.WorkerContext;
import org.jspecify.annotations.Nullable;

/**
 * The context of a task that runs in the JVM of its pool.
 *
 * @since 0.1
 */
public interface CallContext extends WorkerContext {
  /** {@return the call that the task belongs to} */
  Call call();

  /**
   * {@return the context of the task that made this call and runs it on its own thread; null if
   * there is none}
   */
  default @Nullable CallContext outer() {
    return null;
  }
}
