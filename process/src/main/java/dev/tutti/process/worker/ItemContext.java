package dev.tutti.process.worker;

import dev.tutti.spi.Belongings;
import dev.tutti.task.WorkerContext;
import java.lang.System.Logger.Level;
import java.util.function.Supplier;

/** What a task can ask of the worker process that runs it. */
record ItemContext(
    String worker, long item, int attempt, Attempt running, Belongings belongings, Teller teller)
    implements WorkerContext {

  @Override
  public boolean isCancelled() {
    return running.isToStop(item);
  }

  @Override
  public void progress(double fraction) {
    if (!(fraction >= 0 && fraction <= 1)) {
      throw new IllegalArgumentException("fraction must be from 0 to 1: fraction=" + fraction);
    }
    teller.progress(item, fraction);
  }

  @Override
  public void log(Level level, String message) {
    teller.log(level, message);
  }

  @Override
  public <T> T perWorker(Class<T> type, Supplier<? extends T> make) {
    return belongings.get(type, make);
  }
}
