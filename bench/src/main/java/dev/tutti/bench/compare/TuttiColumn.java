package dev.tutti.bench.compare;

import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.event.PoolEvent.CacheState;
import dev.tutti.event.PoolEvent.StartCache;
import dev.tutti.examples.AudioJob;
import dev.tutti.memory.SharedDoubles;
import dev.tutti.plan.Batching;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A pool of Tutti. */
final class TuttiColumn implements Column {
  private static final long SECONDS_TO_MISS_IT = 4;
  private static final long SECONDS_TO_MAKE_IT = 60;

  private final Opener<Pool> opener;
  private final @Nullable Pool warm;

  private TuttiColumn(Opener<Pool> opener, @Nullable Pool warm) {
    this.opener = opener;
    this.warm = warm;
  }

  static TuttiColumn open(Row row, Opener<Pool> opener) {
    return switch (row) {
      case START, QUEUE, AUDIO -> new TuttiColumn(opener, null); // they open a pool in each run
      case ROUNDTRIP,
          ROUNDTRIP_QUIET,
          MAP_ONE,
          MAP_DEFAULT,
          MILLIS,
          GRAPH,
          LARGE,
          LARGE_DOUBLES,
          SHARED -> {
        Pool pool = opener.open();
        pool.warm();
        yield new TuttiColumn(opener, pool);
      }
      default -> throw new IllegalArgumentException("no pool in row " + row);
    };
  }

  /**
   * The same with a start cache, as a program has it that was run before: beside work for all cores
   * it would be in the making for minutes.
   */
  static TuttiColumn withStartCache(Row row, Opener<Pool> opener) {
    makeStartCache(opener);
    return open(row, opener);
  }

  /** A pool that has lived some seconds, and has nothing to do, has one made, if there is none. */
  private static void makeStartCache(Opener<Pool> opener) {
    CountDownLatch told = new CountDownLatch(1);
    AtomicReference<CacheState> last = new AtomicReference<>();
    try (Pool pool = opener.open()) {
      pool.listen(event -> {
        if (event instanceof StartCache cache) {
          last.set(cache.state());
          if (cache.state() != CacheState.MISSING) {
            told.countDown();
          }
        }
      });
      var _ = firstResults(pool, 2); // what it loads is what the cache has
      boolean done = told.await(SECONDS_TO_MISS_IT, TimeUnit.SECONDS);
      if (!done && last.get() != null) {
        done = told.await(SECONDS_TO_MAKE_IT, TimeUnit.SECONDS);
      }
      if (last.get() != null && (!done || last.get() != CacheState.MADE)) {
        throw new IllegalStateException("no start cache was made: " + last.get());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public Sample run(Row row, int items, List<Path> files) throws Exception {
    return switch (row) {
      case ROUNDTRIP -> roundTrip(warm(), items);
      case ROUNDTRIP_QUIET -> quietRoundTrip(warm(), items);
      case MAP_ONE -> mapOne(warm(), items);
      case MAP_DEFAULT -> mapDefault(warm(), items);
      case LARGE -> largeBytes(warm(), items);
      case LARGE_DOUBLES -> largeDoubles(warm(), items);
      case SHARED -> shared(warm(), items);
      case MILLIS -> millis(warm(), items);
      case GRAPH -> Lattice.onGraph(warm(), items);
      case START -> start(items);
      case QUEUE -> throw new IllegalArgumentException("a queue has no pool: " + row);
      case AUDIO -> audio(files);
      default -> throw new IllegalArgumentException("no pool in row " + row);
    };
  }

  private static Sample roundTrip(Pool pool, int times) throws Exception {
    Integer one = 1;
    List<Integer> results = new ArrayList<>(times);
    long begin = System.nanoTime();
    for (int i = 0; i < times; i++) {
      results.add(pool.submit(() -> Column.identity(one)).get());
    }
    return Sample.of(System.nanoTime() - begin, results);
  }

  /** The pauses do not count. */
  private static Sample quietRoundTrip(Pool pool, int times) throws Exception {
    Integer one = 1;
    List<Integer> results = new ArrayList<>(times);
    long nanos = 0;
    for (int i = 0; i < times; i++) {
      Column.pause();
      long begin = System.nanoTime();
      results.add(pool.submit(() -> Column.identity(one)).get());
      nanos += System.nanoTime() - begin;
    }
    return Sample.of(nanos, results);
  }

  private static Sample mapOne(Pool pool, int items) {
    long begin = System.nanoTime();
    List<Integer> results =
        Parallel.on(pool).batch(Batching.fixed(1)).map(Column.range(items), Column::identity);
    return Sample.of(System.nanoTime() - begin, results);
  }

  private static Sample mapDefault(Pool pool, int items) {
    long begin = System.nanoTime();
    List<Integer> results = pool.map(Column.range(items), Column::identity);
    return Sample.of(System.nanoTime() - begin, results);
  }

  private static Sample largeBytes(Pool pool, int times) throws Exception {
    byte[] sent = Column.largeBytes();
    List<Integer> results = new ArrayList<>(times);
    long begin = System.nanoTime();
    for (int i = 0; i < times; i++) {
      byte[] back = pool.submit(() -> sent).get();
      results.add(Column.told(back.length, back[back.length - 1] & 0xff));
    }
    return Sample.of(System.nanoTime() - begin, results);
  }

  private static Sample largeDoubles(Pool pool, int times) throws Exception {
    double[] sent = Column.largeDoubles();
    List<Integer> results = new ArrayList<>(times);
    long begin = System.nanoTime();
    for (int i = 0; i < times; i++) {
      double[] back = pool.submit(() -> sent).get();
      results.add(Column.told((long) back.length * Double.BYTES, back[back.length - 1]));
    }
    return Sample.of(System.nanoTime() - begin, results);
  }

  private static Sample shared(Pool pool, int times) throws Exception {
    try (SharedDoubles numbers = SharedDoubles.create(LARGE / Double.BYTES)) {
      numbers.set(1, 7);
      List<Integer> results = new ArrayList<>(times);
      long begin = System.nanoTime();
      for (int i = 0; i < times; i++) {
        results.add(pool.submit(() -> (int) numbers.get(1)).get());
      }
      return Sample.of(System.nanoTime() - begin, results);
    }
  }

  private static Sample millis(Pool pool, int items) {
    long begin = System.nanoTime();
    List<Integer> results = pool.map(Column.millis(items), Column::spin);
    return Sample.of(System.nanoTime() - begin, results);
  }

  private Sample start(int items) {
    long begin = System.nanoTime();
    try (Pool pool = opener.open()) {
      List<Integer> results = firstResults(pool, items);
      return Sample.of(System.nanoTime() - begin, results);
    }
  }

  private static List<Integer> firstResults(Pool pool, int items) {
    return Parallel.on(pool).batch(Batching.fixed(1)).map(Column.range(items), Column::identity);
  }

  private Sample audio(List<Path> files) {
    long begin = System.nanoTime();
    List<Path> written;
    try (Pool pool = opener.open()) {
      written = pool.map(files, AudioJob::transform);
    }
    return Sample.of(System.nanoTime() - begin, written.size());
  }

  private Pool warm() {
    if (warm == null) {
      throw new IllegalStateException("this row has no pool that stays");
    }
    return warm;
  }

  @Override
  public void close() {
    if (warm != null) {
      warm.close();
    }
  }
}
