package dev.tutti.stress;

import dev.tutti.stress.Line.Mark;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.FileLockInterruptionException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the tasks of one round write down: a file for each worker, one write for each line. */
final class Journal {
  /*
   * While an item runs, its task holds a lock of the system on one byte of a file: byte i for item i. The system lets go
   * of it when the process is gone, not before. So an item that is begun while another process still runs it is seen at
   * once, and who can lock the whole file knows that no item runs any more.
   */
  private static final String LOCKS = "locks";
  private static final String SUFFIX = ".log";
  private static final Life SELF = Life.self();

  private final Path folder;
  private final FileOutputStream file;
  private FileChannel locks;

  private Journal(Path folder) throws IOException {
    this.folder = folder;
    this.file = new FileOutputStream(folder.resolve(SELF.fileName()).toFile(), true);
    this.locks = open(folder);
  }

  /** {@return the journal of this process for a round} */
  static Journal in(Path folder) throws IOException {
    return new Journal(folder);
  }

  static void prepare(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.createFile(folder.resolve(LOCKS));
  }

  private static FileChannel open(Path folder) throws IOException {
    return FileChannel.open(folder.resolve(LOCKS), StandardOpenOption.WRITE);
  }

  void write(Mark mark, long item, long value) throws IOException {
    file.write(Line.now(mark, item, value).toText().getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * Locks an item.
   *
   * @return the lock; null if another process runs the item
   * @throws InterruptedException if the task is interrupted
   */
  @Nullable FileLock lock(long item) throws IOException, InterruptedException {
    try {
      return locks.tryLock(item, 1, false);
    } catch (ClosedByInterruptException | FileLockInterruptionException e) {
      locks.close();
      locks = open(folder);
      throw new InterruptedException();
    }
  }

  /** Lets go of an item. A file that an interrupt has closed has let go of it already. */
  void unlock(FileLock lock) throws IOException {
    try {
      lock.release();
    } catch (IOException interrupted) {
      boolean flag = Thread.interrupted();
      locks.close();
      locks = open(folder);
      if (flag) {
        Thread.currentThread().interrupt();
      }
    }
  }

  void close() throws IOException {
    file.close();
    locks.close();
  }

  // ---------------------------------------------------------------- for who looks from outside

  /** {@return whether no item of a round runs in any process} */
  static boolean isQuiet(Path folder) throws IOException {
    try (FileChannel all = open(folder);
        FileLock lock = all.tryLock()) {
      return lock != null;
    }
  }

  static boolean hasFileOf(Path folder, Life life) {
    return Files.exists(folder.resolve(life.fileName()));
  }

  /** {@return what a process has written in a round; a line that is not whole is left out} */
  static List<Line> read(Path file) throws IOException {
    String text = Files.readString(file, StandardCharsets.US_ASCII);
    String whole = text.substring(0, text.lastIndexOf('\n') + 1);
    return whole.lines().map(Line::parse).flatMap(Optional::stream).toList();
  }

  /** {@return what each process has written in a round} */
  static Map<Life, List<Line>> readAll(Path folder) throws IOException {
    Map<Life, List<Line>> journals = new TreeMap<>(java.util.Comparator.comparing(Life::toString));
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(SUFFIX)).toList()) {
        journals.put(Life.named(file), read(file));
      }
    }
    return journals;
  }
}
