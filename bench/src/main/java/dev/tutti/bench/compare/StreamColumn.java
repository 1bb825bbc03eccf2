package dev.tutti.bench.compare;

import dev.tutti.examples.AudioJob;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;

/** The JDK's parallel stream: it runs in the pool that its task runs in, here one of its own. */
final class StreamColumn implements Column {
  private final int workers;
  private final ForkJoinPool pool;

  StreamColumn(int workers) {
    this.workers = workers;
    this.pool = new ForkJoinPool(workers);
  }

  @Override
  public Sample run(Row row, int items, List<Path> files) throws Exception {
    return switch (row) {
      case MAP_DEFAULT ->
          numbers(
              () -> IntStream.range(0, items).parallel().boxed().map(Column::identity).toList());
      case MILLIS ->
          numbers(() -> Column.millis(items).parallelStream().map(Column::spin).toList());
      case AUDIO -> {
        long begin = System.nanoTime();
        try (ForkJoinPool opened = new ForkJoinPool(workers)) {
          List<Path> written =
              opened
                  .submit(() -> files.parallelStream().map(StreamColumn::transform).toList())
                  .get();
          yield Sample.of(System.nanoTime() - begin, written.size());
        }
      }
      default -> throw new IllegalArgumentException("no stream in row " + row);
    };
  }

  private Sample numbers(Callable<List<Integer>> stream) throws Exception {
    long begin = System.nanoTime();
    List<Integer> results = pool.submit(stream).get();
    return Sample.of(System.nanoTime() - begin, results);
  }

  private static Path transform(Path file) {
    try {
      return AudioJob.transform(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    pool.close();
  }
}
