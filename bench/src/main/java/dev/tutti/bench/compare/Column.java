package dev.tutti.bench.compare;

import dev.tutti.Pool;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/** Something that is compared: it has opened what a row needs and can run it again and again. */
interface Column extends AutoCloseable {
  /** The size of what goes there and back, in bytes. */
  int LARGE = 64 << 20;

  /** Long enough for both sides to sleep; the same in {@code peer.py}. */
  long PAUSE_NANOS = 2_000_000;

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
      case "jdk-stream" -> new StreamColumn(workers);
      case "jdk-virtual" ->
          JdkColumn.open(row, workers, Executors::newVirtualThreadPerTaskExecutor);
      case "pp4j" -> JdkColumn.open(row, workers, () -> Pp4j.open(workers));
      case "bytes" -> new BytesColumn(workers);
      case "bytes-loop" -> new BytesColumn(1);
      case "bare" -> BareColumn.open(row, workers);
      case "kept" -> KeptColumn.open();
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
   * {@return the whole numbers below {@code n}} The list is made in the run, as Python makes the
   * numbers of its {@code range} in the run.
   */
  static List<Integer> range(int n) {
    return IntStream.range(0, n).boxed().toList();
  }

  /** {@return the array of bytes that goes there and back} */
  static byte[] largeBytes() {
    byte[] bytes = new byte[LARGE];
    for (int i = 0; i < LARGE; i++) {
      bytes[i] = (byte) i;
    }
    return bytes;
  }

  /** {@return an array of numbers of the same size; its last one is that of the bytes} */
  static double[] largeDoubles() {
    double[] numbers = new double[LARGE / Double.BYTES];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = i & 0xff;
    }
    return numbers;
  }

  /** {@return what all columns say of an array that has come back} */
  static int told(long bytes, double last) {
    return (int) (bytes + last);
  }

  /** As many milliseconds, in microseconds, as {@link #spin} takes them. */
  static List<Integer> millis(int n) {
    return Collections.nCopies(n, 1_000);
  }

  /** Computes until so many microseconds have passed, as Python's peer does it. */
  static Integer spin(Integer micros) {
    long begin = System.nanoTime();
    long until = begin + micros * 1_000L;
    long now = begin;
    while (now < until) {
      now = System.nanoTime();
    }
    return micros;
  }

  /** Lets both sides fall asleep before the next task of a quiet round trip. */
  static void pause() {
    LockSupport.parkNanos(PAUSE_NANOS);
  }

  /** The work of the rows of numbers. */
  static Integer identity(Integer n) {
    return n;
  }

  /** Something that opens a pool; nothing of it may have been opened before. */
  interface Opener<P extends ExecutorService> {
    P open();
  }
}
