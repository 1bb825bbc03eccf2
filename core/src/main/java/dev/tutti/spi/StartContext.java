package dev.tutti.spi;

import dev.tutti.task.WorkerContext;
import java.lang.System.Logger.Level;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What the initialiser of a worker can ask of it, before there is a task.
 *
 * @param worker the name of the worker
 * @param belongings what the worker keeps
 * @param lines where its log lines go
 * @since 0.1
 */
public record StartContext(String worker, Belongings belongings, Consumer<LogLine> lines)
    implements WorkerContext {

  /**
   * A line for the log.
   *
   * @param level how grave it is
   * @param message the line
   */
  public record LogLine(Level level, String message) {}

  @Override
  public int attempt() {
    return 1;
  }

  @Override
  public boolean isCancelled() {
    return false;
  }

  @Override
  public void progress(double fraction, String text) {
    // Nobody waits for an initialiser.
  }

  @Override
  public void log(Level level, String message) {
    lines.accept(new LogLine(level, message));
  }

  @Override
  public <T> T perWorker(Class<T> type, Supplier<? extends T> make) {
    return belongings.get(type, make);
  }
}
