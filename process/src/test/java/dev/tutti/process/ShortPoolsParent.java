package dev.tutti.process;

import dev.tutti.Pool;
import dev.tutti.event.PoolEvent.StartCache;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A program with one short pool after the other, for {@link StartCacheTest}. */
final class ShortPoolsParent {
  private static final long SHORT_MILLIS = 300;

  private ShortPoolsParent() {}

  /**
   * Prints what it first hears of a start cache, and ends.
   *
   * @param args none
   */
  public static void main(String[] args) throws Exception {
    CountDownLatch heard = new CountDownLatch(1);
    while (heard.getCount() > 0) {
      try (Pool pool = Pool.processes(1)) {
        pool.listen(event -> {
          if (event instanceof StartCache cache) {
            System.out.println(cache.state());
            heard.countDown();
          }
        });
        var _ = pool.submit(() -> 7).get();
        var _ = heard.await(SHORT_MILLIS, TimeUnit.MILLISECONDS); // with a core free
      }
    }
  }
}
