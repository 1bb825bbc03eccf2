package dev.tutti.cli;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lines for which memory has no room. They are in files whose names are gone, so no line is left
 * however the command ends.
 *
 * <p><b>Thread safety.</b> For one thread at a time.
 */
final class LinesOnDisk {
  /*
   * A file is filled and then given up: it is closed when its last line has been taken. Lines are taken in about
   * the order in which they come, so little more is on the disk than what waits.
   */
  private static final long FILE_BYTES = 64 << 20;

  private final Map<Long, Place> places = new HashMap<>();
  private @Nullable LineFile last;

  /** Where a line is. */
  private record Place(LineFile file, long start, int bytes) {}

  /** Keeps a line until it is taken. */
  void put(long index, String line) {
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    try {
      LineFile file = last;
      if (file == null || file.end >= FILE_BYTES) {
        file = new LineFile();
        last = file;
      }
      places.put(index, file.append(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot keep results that wait for their turn in %s; name another folder with TUTTI_JAVA_OPTIONS=-Djava.io.tmpdir=DIR, or use --unordered"
              .formatted(System.getProperty("java.io.tmpdir")),
          e);
    }
  }

  /** {@return a line, which is kept no longer; null if it is not here} */
  @Nullable String take(long index) {
    Place place = places.remove(index);
    if (place == null) {
      return null;
    }
    LineFile file = place.file();
    try {
      String line = file.read(place);
      if (file.isDone()) {
        last = last == file ? null : last;
        file.close();
      }
      return line;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read a result that has waited for its turn", e);
    }
  }

  /** A file, and how many of its lines are still wanted. */
  private static final class LineFile {
    private final RandomAccessFile content;
    private long end;
    private int wanted;

    LineFile() throws IOException {
      Path path = Files.createTempFile("tutti-lines-", null);
      content = opened(path.toFile());
    }

    private static RandomAccessFile opened(File file) throws IOException {
      try {
        return new RandomAccessFile(file, "rw");
      } finally {
        Files.delete(file.toPath());
      }
    }

    Place append(byte[] bytes) throws IOException {
      content.seek(end);
      content.write(bytes);
      Place place = new Place(this, end, bytes.length);
      end += bytes.length;
      wanted++;
      return place;
    }

    String read(Place place) throws IOException {
      byte[] bytes = new byte[place.bytes()];
      content.seek(place.start());
      content.readFully(bytes);
      wanted--;
      return new String(bytes, StandardCharsets.UTF_8);
    }

    boolean isDone() {
      return wanted == 0;
    }

    void close() throws IOException {
      content.close();
    }
  }
}
