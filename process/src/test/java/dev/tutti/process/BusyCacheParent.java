package dev.tutti.process;

import dev.tutti.Pool;
import dev.tutti.event.PoolEvent.CacheState;
import dev.tutti.event.PoolEvent.StartCache;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** A program whose tasks take all cores for some seconds, for {@link StartCacheTest}. */
final class BusyCacheParent {
  /** The cache would be begun after one; longer only shows more of what must not be. */
  private static final long BUSY_SECONDS = 3;

  private BusyCacheParent() {}

  /**
   * Prints when its tasks end, and what becomes of the start cache.
   *
   * @param args a file that is not there, with which the tasks are told to end
   */
  public static void main(String[] args) throws Exception {
    int cores = Runtime.getRuntime().availableProcessors();
    CountDownLatch begun = new CountDownLatch(1);
    try (Pool pool = Pool.processes(cores)) {
      pool.listen(event -> {
        if (event instanceof StartCache(String _, CacheState state, String _)) {
          System.out.println(state);
          begun.countDown();
        }
      });
      var tasks =
          IntStream.range(0, cores).mapToObj(_ -> pool.submit(() -> await(args[0]))).toList();
      var _ = begun.await(BUSY_SECONDS, TimeUnit.SECONDS);
      System.out.println("tasks end");
      Files.createFile(Path.of(args[0]));
      for (var task : tasks) {
        task.get();
      }
      begun.await();
    }
  }

  private static int await(String file) throws InterruptedException {
    while (!Files.exists(Path.of(file))) {
      Thread.sleep(10);
    }
    return 0;
  }
}
