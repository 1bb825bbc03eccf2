package dev.tutti.stress;

import dev.tutti.stress.Line.Mark;
import dev.tutti.task.Fn;
import dev.tutti.task.Task;
import java.io.IOException;
import java.io.Serial;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The function of one round. It writes down what it does, and fills its worker's heap if asked. */
final class Work implements Fn<Long, Long> {
  @Serial private static final long serialVersionUID = 1L;
  private static final int FILLING = 1 << 20;
  private static final Life SELF = Life.self();
  private static final List<byte[]> KEPT = new ArrayList<>();

  private static @Nullable Work last;
  private static @Nullable Journal journal;

  /** Where its journals are. */
  private final String folder;

  /** Where the orders to fill a heap are. */
  private final String orders;

  /** What tells the kinds of its items. */
  private final long seed;

  Work(Path folder, Path orders, long seed) {
    this.folder = folder.toString();
    this.orders = orders.toString();
    this.seed = seed;
  }

  /** {@return the work of one item as a task by itself} */
  Task<Long> task(long item) {
    return () -> apply(item);
  }

  @Override
  public Long apply(Long item) throws Exception {
    Journal lines = journal();
    lines.write(Mark.BEGAN, item, 0);
    FileLock lock = null;
    try {
      lock = lines.lock(item);
      if (lock == null) {
        lines.write(Mark.OVERLAPPED, item, 0);
      }
      if (Files.exists(Path.of(orders, SELF.toString()))) {
        lines.write(Mark.FILLS, item, 0);
        fill(item);
      }
      return work(lines, item);
    } catch (InterruptedException e) {
      lines.write(Mark.INTERRUPTED, item, 0);
      throw e;
    } finally {
      if (lock != null) {
        lines.unlock(lock);
      }
    }
  }

  /** A worker runs one item at a time, so nothing here is locked. */
  private Journal journal() throws IOException {
    Journal now = journal;
    if (now == null || last == null || !last.folder.equals(folder)) {
      if (now != null) {
        now.close();
      }
      now = Journal.in(Path.of(folder));
      journal = now;
      last = this;
    }
    return now;
  }

  private Long work(Journal lines, long item) throws IOException, InterruptedException {
    long micros = 1_000 + Long.remainderUnsigned(Mix.of(item, seed), 4_000);
    switch (Kind.of(seed, item)) {
      case TINY -> {}
      case SLEEPS -> TimeUnit.MICROSECONDS.sleep(micros);
      case COMPUTES -> compute(micros);
      case LONG -> TimeUnit.MICROSECONDS.sleep(50 * micros + 50_000);
      case THROWS -> {
        lines.write(Mark.THREW, item, 0);
        throw new IllegalStateException(complaint(item));
      }
      case STUBBORN -> {
        while (true) {
          Thread.onSpinWait();
        }
      }
    }
    long result = Mix.result(seed, item);
    lines.write(Mark.ENDED, item, result);
    return result;
  }

  private static void compute(long micros) {
    long end = System.nanoTime() + TimeUnit.MICROSECONDS.toNanos(micros);
    while (System.nanoTime() - end < 0) {
      Thread.onSpinWait();
    }
  }

  /** What stays reachable leaves no room for a report of the failure; what does not, leaves it. */
  private static void fill(long item) {
    List<byte[]> filling = item % 2 == 0 ? KEPT : new ArrayList<>();
    while (true) {
      filling.add(new byte[FILLING]);
    }
  }

  static String complaint(long item) {
    return "made to throw: item=" + item;
  }
}
