package dev.tutti.bench.compare;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The least that an array needs to go to another process and to come back: it is copied into shared
 * memory that is kept, and out of that into a new array, twice. There is no other process.
 */
final class KeptColumn implements Column {
  private final Arena arena = Arena.ofShared();
  private final MemorySegment memory;

  private KeptColumn(FileChannel file) throws IOException {
    this.memory = file.map(MapMode.READ_WRITE, 0, LARGE, arena);
  }

  static KeptColumn open() throws IOException {
    Path file = Files.createTempFile(Path.of("/dev/shm"), "bench-", "");
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return new KeptColumn(channel);
    } finally {
      Files.delete(file);
    }
  }

  @Override
  public Sample run(Row row, int items, List<Path> files) {
    boolean bytes =
        switch (row) {
          case LARGE -> true;
          case LARGE_DOUBLES -> false;
          default -> throw new IllegalArgumentException("no limit for " + row);
        };
    byte[] sent = bytes ? Column.largeBytes() : new byte[0];
    double[] numbers = bytes ? new double[0] : Column.largeDoubles();
    List<Integer> results = new ArrayList<>(items);
    long begin = System.nanoTime();
    for (int i = 0; i < items; i++) {
      results.add(bytes ? thereAndBack(sent) : thereAndBack(numbers));
    }
    return Sample.of(System.nanoTime() - begin, results);
  }

  private int thereAndBack(byte[] sent) {
    byte[] back = sent;
    for (int way = 0; way < 2; way++) {
      memory.copyFrom(MemorySegment.ofArray(back));
      back = memory.toArray(ValueLayout.JAVA_BYTE);
    }
    return Column.told(back.length, back[back.length - 1] & 0xff);
  }

  private int thereAndBack(double[] sent) {
    double[] back = sent;
    for (int way = 0; way < 2; way++) {
      memory.copyFrom(MemorySegment.ofArray(back));
      back = memory.toArray(ValueLayout.JAVA_DOUBLE);
    }
    return Column.told((long) back.length * Double.BYTES, back[back.length - 1]);
  }

  @Override
  public void close() {
    arena.close();
  }
}
