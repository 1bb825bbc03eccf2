package dev.tutti.bench.compare;

import dev.tutti.examples.AudioJob;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * An {@code ExecutorService} by nothing but what its interface offers: one of the JDK, or PP4J's.
 */
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
      case ROUNDTRIP, ROUNDTRIP_QUIET, MAP_ONE, MILLIS, GRAPH -> {
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
      case ROUNDTRIP_QUIET -> quietRoundTrip(warm(), items);
      case MAP_ONE -> {
        long begin = System.nanoTime();
        List<Integer> results = one(warm(), items);
        yield Sample.of(System.nanoTime() - begin, results);
      }
      case MILLIS -> millis(warm(), items);
      case GRAPH -> Lattice.onFutures(warm(), items);
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
      Work<Integer> work = () -> Column.identity(one);
      results.add(pool.submit(work).get());
    }
    return Sample.of(System.nanoTime() - begin, results);
  }

  /** The pauses do not count. */
  private static Sample quietRoundTrip(ExecutorService pool, int times) throws Exception {
    Integer one = 1;
    List<Integer> results = new ArrayList<>(times);
    long nanos = 0;
    for (int i = 0; i < times; i++) {
      Column.pause();
      long begin = System.nanoTime();
      Work<Integer> work = () -> Column.identity(one);
      results.add(pool.submit(work).get());
      nanos += System.nanoTime() - begin;
    }
    return Sample.of(nanos, results);
  }

  private static Sample millis(ExecutorService pool, int items) throws Exception {
    List<Work<Integer>> tasks = new ArrayList<>(items);
    for (Integer micros : Column.millis(items)) {
      tasks.add(() -> Column.spin(micros));
    }
    List<Integer> results = new ArrayList<>(items);
    long begin = System.nanoTime();
    for (Future<Integer> future : pool.invokeAll(tasks)) {
      results.add(future.get());
    }
    return Sample.of(System.nanoTime() - begin, results);
  }

  private Sample audio(List<Path> files) throws Exception {
    List<Work<String>> tasks = new ArrayList<>();
    for (Path file : files) {
      String name = file.toString(); // a path does not serialise
      tasks.add(() -> AudioJob.transform(Path.of(name)).toString());
    }
    int written = 0;
    long begin = System.nanoTime();
    try (ExecutorService pool = opener.open()) {
      for (Future<String> future : pool.invokeAll(tasks)) {
        future.get();
        written++;
      }
    }
    return Sample.of(System.nanoTime() - begin, written);
  }

  /** A task for each item. */
  private static List<Integer> one(ExecutorService pool, int items) throws Exception {
    List<Work<Integer>> tasks = new ArrayList<>(items);
    for (Integer item : Column.range(items)) {
      tasks.add(() -> Column.identity(item));
    }
    List<Integer> results = new ArrayList<>(items);
    for (Future<Integer> future : pool.invokeAll(tasks)) {
      results.add(future.get());
    }
    return results;
  }

  /** A task that can also go to another process; threads do not care. */
  private interface Work<T> extends Callable<T>, Serializable {}

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
