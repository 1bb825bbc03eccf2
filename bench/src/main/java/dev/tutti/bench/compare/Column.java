package dev.tutti.bench.compare;

import dev.tutti.Pool;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;

/** Something that is compared: it has opened what a row needs and can run it again and again. */
interface Column extends AutoCloseable {
  /**
   * Opens a column.
   *
   * @param name its name on the command line
   * @param row what it will be asked for
   * @param workers how many workers its pools have
   */
  static Column named(String name, Row row, int workers) throws Exception {
    return switch (name) {
      case "tutti-waits", "tutti-native" -> WaitColumn.open(row);
      case "tutti-sequential" -> TuttiColumn.open(row, Pool::sequential);
      case "tutti-processes" ->
          row == Row.QUEUE
              ? QueueColumn.open()
              : TuttiColumn.withStartCache(row, () -> Pool.processes(workers));
      case "tutti-uncached" -> TuttiColumn.open(row, () -> Pool.processes(workers));
      case "tutti-threads" -> TuttiColumn.open(row, () -> Pool.threads(workers));
      case "tutti-virtual" -> TuttiColumn.open(row, Pool::virtualThreads);
      case "jdk-fixed" -> JdkColumn.open(row, workers, () -> Executors.newFixedThreadPool(workers));
      case "jdk-forkjoin" -> JdkColumn.open(row, workers, () -> new ForkJoinPool(workers));
      case "jdk-virtual" ->
          JdkColumn.open(row, workers, Executors::newVirtualThreadPerTaskExecutor);
      case "bare" -> BareColumn.open(row, workers);
      default -> throw new IllegalArgumentException("no such column: column=" + name);
    };
  }

  /**
   * Runs a row once.
   *
   * @param row the row that the column was opened for
   * @param items how many items
   * @param files the input of the audio job; empty in other rows
   */
  Sample run(Row row, int items, List<Path> files) throws Exception;

  @Override
  void close() throws IOException;

  /**
   * The whole numbers below {@code n}, made as they are read, as Python's {@code range} does it.
   */
  static Iterable<Integer> range(int n) {
    return () -> {
      Iterator<Integer> numbers = IntStream.range(0, n).iterator();
      return numbers;
    };
  }

  /** The work of all rows but the audio job. */
  static Integer identity(Integer n) {
    return n;
  }

  /** Something that opens a pool; nothing of it may have been opened before. */
  interface Opener<P extends ExecutorService> {
    P open();
  }
}
