package dev.tutti.local;

import dev.tutti.event.PoolEvent;
import dev.tutti.event.PoolListener;
import dev.tutti.spi.Belongings;
import dev.tutti.spi.Call;
import dev.tutti.spi.CallContext;
import dev.tutti.spi.Item;
import java.lang.System.Logger.Level;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a task in this JVM can ask of its worker. */
record LocalContext(
    String pool,
    String worker,
    Item item,
    int attempt,
    Belongings belongings,
    PoolListener events,
    Runner runner,
    @Nullable CallContext outer)
    implements CallContext {
  private static final System.Logger LOG = System.getLogger("dev.tutti.task");

  @Override
  public Call call() {
    return item.call();
  }

  @Override
  public boolean isCancelled() {
    return item.isUnwanted() || item.isOverdue();
  }

  @Override
  public void progress(double fraction, String text) {
    if (!(fraction >= 0 && fraction <= 1)) {
      throw new IllegalArgumentException("fraction must be from 0 to 1: fraction=" + fraction);
    }
    events.happened(new PoolEvent.TaskAdvanced(pool, worker, item.index(), fraction, text));
  }

  @Override
  public void log(Level level, String message) {
    log(worker, level, message);
  }

  static void log(String worker, Level level, String message) {
    LOG.log(level, "{0}: {1}", worker, message);
  }

  @Override
  public <T> T perWorker(Class<T> type, Supplier<? extends T> make) {
    return belongings.get(type, make);
  }
}
