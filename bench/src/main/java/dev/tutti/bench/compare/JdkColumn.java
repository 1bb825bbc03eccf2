package dev.tutti.bench.compare;

import dev.tutti.examples.AudioJob;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** An executor of the JDK: no wall between the tasks, and nothing but what the JDK offers. */
final class JdkColumn implements Column {
  private final Opener<ExecutorService> opener;
  private final @Nullable ExecutorService warm;

  private JdkColumn(Opener<ExecutorService> opener, @Nullable ExecutorService warm) {
    this.opener = opener;
    this.warm = warm;
  }

  static JdkColumn open(Row row, int workers, Opener<ExecutorService> opener) throws Exception {
    return switch (row) {
      case START, QUEUE, AUDIO -> new JdkColumn(opener, null); // they open a pool in each run
      case ROUNDTRIP, MAP_ONE, MAP_DEFAULT -> {
        ExecutorService pool = opener.open();
        one(pool, workers);
        yield new JdkColumn(opener, pool);
      }
      default -> throw new IllegalArgumentException("no pool in row " + row);
    };
  }

  @Override
  public Sample run(Row row, int items, List<Path> files) throws Exception {
    return switch (row) {
      case ROUNDTRIP -> roundTrip(warm(), items);
      case MAP_ONE -> {
        long begin = System.nanoTime();
        List<Integer> results = one(warm(), items);
        yield Sample.of(System.nanoTime() - begin, results);
      }
      case MAP_DEFAULT -> mapDefault(warm(), items);
      case START -> {
        long begin = System.nanoTime();
        try (ExecutorService pool = opener.open()) {
          List<Integer> results = one(pool, items);
          yield Sample.of(System.nanoTime() - begin, results);
        }
      }
      case QUEUE -> throw new IllegalArgumentException("no queue between processes");
      case AUDIO -> audio(files);
      default -> throw new IllegalArgumentException("no pool in row " + row);
    };
  }

  private static Sample roundTrip(ExecutorService pool, int times) throws Exception {
    Integer one = 1;
    List<Integer> results = new ArrayList<>(times);
    long begin = System.nanoTime();
    for (int i = 0; i < times; i++) {
      results.add(pool.submit(() -> Column.identity(one)).get());
    }
    return Sample.of(System.nanoTime() - begin, results);
  }

  /** The parallel stream is the JDK's own bulk call; it runs in the pool that its task runs in. */
  private static Sample mapDefault(ExecutorService pool, int items) throws Exception {
    if (!(pool instanceof ForkJoinPool)) {
      throw new IllegalArgumentException("only a ForkJoinPool has a bulk call");
    }
    long begin = System.nanoTime();
    List<Integer> results =
        pool.submit(
                () -> IntStream.range(0, items).parallel().boxed().map(Column::identity).toList())
            .get();
    return Sample.of(System.nanoTime() - begin, results);
  }

  private Sample audio(List<Path> files) throws Exception {
    List<Callable<Path>> tasks = new ArrayList<>();
    for (Path file : files) {
      tasks.add(() -> AudioJob.transform(file));
    }
    int written = 0;
    long begin = System.nanoTime();
    try (ExecutorService pool = opener.open()) {
      for (Future<Path> future : pool.invokeAll(tasks)) {
        future.get();
        written++;
      }
    }
    return Sample.of(System.nanoTime() - begin, written);
  }

  /** A task for each item. */
  private static List<Integer> one(ExecutorService pool, int items) throws Exception {
    List<Callable<Integer>> tasks = new ArrayList<>(items);
    for (Integer item : Column.range(items)) {
      tasks.add(() -> Column.identity(item));
    }
    List<Integer> results = new ArrayList<>(items);
    for (Future<Integer> future : pool.invokeAll(tasks)) {
      results.add(future.get());
    }
    return results;
  }

  private ExecutorService warm() {
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
