package dev.tutti.bench.compare;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.tutti.examples.AudioJob;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The least that the audio job needs: its bytes are read and written, and nothing is done to them.
 */
final class BytesColumn implements Column {
  private static final int PIECE_BYTES = 1 << 18; // as the job has it

  private final int threads;

  BytesColumn(int threads) {
    this.threads = threads;
  }

  @Override
  public Sample run(Row row, int items, List<Path> files) throws Exception {
    if (row != Row.AUDIO) {
      throw new IllegalArgumentException("no bytes in row " + row);
    }
    List<Callable<Path>> tasks = new ArrayList<>();
    for (Path file : files) {
      tasks.add(() -> copy(file));
    }
    int written = 0;
    long begin = System.nanoTime();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      for (Future<Path> future : pool.invokeAll(tasks)) {
        future.get();
        written++;
      }
    }
    return Sample.of(System.nanoTime() - begin, written);
  }

  /** Not by {@code Files.copy}: that lets the file system share the bytes. */
  private static Path copy(Path input) throws IOException {
    Path output = AudioJob.output(input);
    ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);
    try (FileChannel in = FileChannel.open(input, READ);
        FileChannel out = FileChannel.open(output, CREATE_NEW, WRITE)) {
      while (in.read(piece) >= 0) {
        piece.flip();
        while (piece.hasRemaining()) {
          out.write(piece);
        }
        piece.clear();
      }
    }
    return output;
  }

  @Override
  public void close() {
    // each run has its own threads
  }
}
