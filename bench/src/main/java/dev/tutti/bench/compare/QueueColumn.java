package dev.tutti.bench.compare;

import dev.tutti.memory.sync.ProcessQueue;
import dev.tutti.memory.sync.QueueClosedException;
import dev.tutti.process.JvmProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A queue of Tutti: another process puts as many numbers as it is told to. */
final class QueueColumn implements Column {
  private static final int CAPACITY = 10_000;

  private final ProcessQueue<Integer> wanted;
  private final ProcessQueue<Integer> numbers;
  private final JvmProcess<@Nullable Void> putter;

  private QueueColumn(
      ProcessQueue<Integer> wanted,
      ProcessQueue<Integer> numbers,
      JvmProcess<@Nullable Void> putter) {
    this.wanted = wanted;
    this.numbers = numbers;
    this.putter = putter;
  }

  static QueueColumn open() {
    ProcessQueue<Integer> wanted = ProcessQueue.create(1);
    ProcessQueue<Integer> numbers = ProcessQueue.create(CAPACITY);
    return new QueueColumn(wanted, numbers, JvmProcess.start(() -> putAll(wanted, numbers)));
  }

  private static void putAll(ProcessQueue<Integer> wanted, ProcessQueue<Integer> numbers)
      throws InterruptedException {
    try {
      while (true) {
        for (int i = 0, n = wanted.take(); i < n; i++) {
          numbers.put(i);
        }
      }
    } catch (QueueClosedException end) {
      // the column is closed
    }
  }

  @Override
  public Sample run(Row row, int items, List<Path> files) throws InterruptedException {
    List<Integer> results = new ArrayList<>(items);
    long begin = System.nanoTime();
    wanted.put(items);
    for (int i = 0; i < items; i++) {
      results.add(numbers.take());
    }
    return Sample.of(System.nanoTime() - begin, results);
  }

  @Override
  public void close() {
    wanted.close();
    putter.close();
  }
}
