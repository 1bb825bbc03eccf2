package dev.tutti.task;

import java.io.Serializable;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A function call without arguments that yields one result and can be sent to another process.
 *
 * <p>A lambda or method reference given where a {@code Task} is expected can travel, if what it
 * captures can. Every {@code Task} is a {@link Callable}, so it fits every executor of the JDK.
 *
 * {@snippet class=dev.tutti.TaskSnippets region=task lang=java}
 *
 * <p><b>Memory consistency.</b> What the task captures is seen as it was when the task was
 * submitted. On workers that share memory with the caller, later writes may be seen too.
 *
 * @param <R> the type of the result
 * @since 0.1
 */
@FunctionalInterface
public interface Task<R extends @Nullable Object> extends Callable<R>, Serializable {
  /**
   * Runs the task.
   *
   * @return its result
   * @throws Exception if the task fails; whoever waits for the task gets this exception as a cause
   */
  @Override
  R call() throws Exception;
}
