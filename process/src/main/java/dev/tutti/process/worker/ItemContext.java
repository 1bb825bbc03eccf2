package dev.tutti.process.worker;

import dev.tutti.spi.Belongings;
import dev.tutti.task.WorkerContext;
import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** What a task can ask of the worker process that runs it. */
final class ItemContext implements WorkerContext {
  private final String worker;
  private final int attempt;
  private final Attempt running;
  private final Belongings belongings;
  private final Teller teller;
  private final AtomicLong item = new AtomicLong(); // one after the other, where it serves a pack

  ItemContext(String worker, int attempt, Attempt running, Belongings belongings, Teller teller) {
    this.worker = worker;
    this.attempt = attempt;
    this.running = running;
    this.belongings = belongings;
    this.teller = teller;
  }

  /** From now on it is that of another item. */
  void serve(long number) {
    item.setRelease(number); // who asks runs after it, or was started by who does
  }

  @Override
  public String worker() {
    return worker;
  }

  @Override
  public int attempt() {
    return attempt;
  }

  @Override
  public boolean isCancelled() {
    return running.isToStop(item.get());
  }

  @Override
  public void progress(double fraction, String text) {
    Objects.requireNonNull(text, "text");
    if (!(fraction >= 0 && fraction <= 1)) {
      throw new IllegalArgumentException("fraction must be from 0 to 1: fraction=" + fraction);
    }
    teller.progress(item.get(), fraction, text);
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
