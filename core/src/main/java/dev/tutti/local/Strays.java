package dev.tutti.local;

import dev.tutti.spi.Item;
import dev.tutti.spi.Timer;
import java.lang.System.Logger.Level;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the items of one pool that went on after their interrupt: a thread cannot be killed. */
final class Strays {
  private static final System.Logger LOG = System.getLogger("dev.tutti");
  private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final String pool;
  private final AtomicLong count = new AtomicLong();

  Strays(String pool) {
    this.pool = pool;
  }

  /**
   * Looks a little later whether an item that was interrupted still runs.
   *
   * @return the look, to be cancelled when the item has ended before
   */
  Future<?> watch(Runner runner, Item item) {
    return Timer.after(
        GRACE_NANOS,
        () -> {
          if (runner.runs(item) && count.getAndIncrement() == 0) {
            LOG.log(
                Level.WARNING,
                "a task of pool {0} goes on after its interrupt, and keeps its thread: a thread"
                    + " cannot be killed; Pool.processes() can stop it",
                pool);
          }
        });
  }
}
