package dev.tutti.task;

import java.lang.System.Logger.Level;
import java.util.function.Supplier;

/**
 * What a running task can ask of the worker that runs it.
 *
 * {@snippet class=dev.tutti.TaskSnippets region=workerContext lang=java}
 *
 * <p><b>Lifetime.</b> Good while its task runs. A test of a task can bind one of its own: {@code
 * ScopedValue.where(WorkerContext.CURRENT, context).run(..)}.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread. {@link #current} finds it on
 * the thread that runs the task; a thread that the task starts must be given it.
 *
 * @since 0.1
 */
public interface WorkerContext {
  /** Where {@link #current} finds the context. */
  ScopedValue<WorkerContext> CURRENT = ScopedValue.newInstance();

  /**
   * {@return the context of the task that runs on this thread}
   *
   * @throws IllegalStateException if none runs here
   */
  static WorkerContext current() {
    return CURRENT.orElseThrow(() ->
        new IllegalStateException(
            "no task of a pool runs on this thread: thread=%s; call it in the task itself"
                .formatted(Thread.currentThread().getName())));
  }

  /** {@return the name of the worker} */
  String worker();

  /** {@return which attempt of the task this is, from 1} */
  int attempt();

  /**
   * {@return whether the task is to stop} It stays so where the task has caught the interrupt that
   * told it.
   */
  boolean isCancelled();

  /**
   * Tells the pool's listeners how far the task is. Of many calls in a short time some are left
   * out, but none that says that all is done.
   *
   * @param fraction how much is done, from 0 to 1
   * @throws IllegalArgumentException if it is not from 0 to 1
   */
  default void progress(double fraction) {
    progress(fraction, "");
  }

  /**
   * Tells the pool's listeners how far the task is, and what it is at. Of many calls in a short
   * time some are left out, but none that says that all is done.
   *
   * @param fraction how much is done, from 0 to 1
   * @param text what it is at, a few words; what is over 1,024 bytes of it in UTF-8 is cut off on
   *     the way from a worker process
   * @throws IllegalArgumentException if the fraction is not from 0 to 1
   */
  void progress(double fraction, String text);

  /**
   * Tells the pool's listeners how far the task is, as {@link #progress(double)} does.
   *
   * @param done how many steps are done, from 0 to all
   * @param total how many steps there are in all, at least 1
   * @throws IllegalArgumentException if they are not so
   */
  default void progress(long done, long total) {
    if (done < 0 || total < 1 || done > total) {
      throw new IllegalArgumentException(
          "done must be from 0 to total, and total >= 1: done=%d total=%d".formatted(done, total));
    }
    progress((double) done / total);
  }

  /**
   * Logs a line in the JVM of the pool, by the logger {@code dev.tutti.task}, with the worker's
   * name in front. A worker process waits where that JVM does not take its lines as fast.
   *
   * @param level how grave it is
   * @param message the line
   */
  void log(Level level, String message);

  /**
   * {@return a value that this worker makes once, such as a parser or a connection} It is made by
   * the first task that asks for its type, and kept for all tasks that the worker runs after it. If
   * it is {@link AutoCloseable} it is closed when the worker leaves; a worker that is killed closes
   * nothing.
   *
   * @param <T> the type of the value
   * @param type its type, by which it is found
   * @param make makes it
   */
  <T> T perWorker(Class<T> type, Supplier<? extends T> make);
}
