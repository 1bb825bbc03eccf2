package dev.tutti.stress.sharing;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.tutti.memory.SharedLongs;
import dev.tutti.memory.sync.LockHolder;
import dev.tutti.memory.sync.ProcessReadWriteLock;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.function.LongPredicate;

/**
 * One side of a read-write lock: those who read, or those who write.
 *
 * @param writes which side
 * @param lock the lock
 * @param words what it guards, and figures
 */
record ReadWriteGame(boolean writes, ProcessReadWriteLock lock, SharedLongs words) implements Game {
  /*
   * It guards two numbers that are equal while nobody writes. A writer that finds another one there, or numbers that
   * differ, must have been told of a dead one; so must a reader. While a reader is in there the numbers stay as they are.
   */
  private static final int WRITER = 0;
  private static final int FIRST = 1;
  private static final int SECOND = 2;
  private static final int READS = 3;
  private static final int RECOVERIES = 4;
  private static final int PID_SHIFT = 16;
  private static final Duration DEATH_IS_FOUND = Duration.ofSeconds(2);
  private static final Duration SHORT = Duration.ofMillis(1);
  private static final Duration LONG = Duration.ofSeconds(3);

  static List<ReadWriteGame> create() throws IOException {
    ProcessReadWriteLock lock = ProcessReadWriteLock.create();
    SharedLongs words = SharedLongs.create(8);
    return List.of(new ReadWriteGame(true, lock, words), new ReadWriteGame(false, lock, words));
  }

  @Override
  public int weight() {
    return writes ? 2 : 6;
  }

  @Override
  public boolean isAwaitedBy(Board.Row player) {
    return player.doing() == (writes ? Doing.WRITES : Doing.READS);
  }

  private Lock side() {
    return writes ? lock.writeLock() : lock.readLock();
  }

  @Override
  public void play(Player self) throws InterruptedException {
    self.row().begins(writes ? Doing.WRITES : Doing.READS);
    boolean has;
    try {
      has =
          switch (self.choice(4)) {
            case 0 -> side().tryLock();
            case 1 -> side().tryLock(SHORT.toNanos(), NANOSECONDS);
            default -> side().tryLock(LONG.toNanos(), NANOSECONDS);
          };
    } finally {
      self.row().begins(Doing.PLAYS);
    }
    if (!has) {
      return;
    }
    if (writes) {
      write(self);
    } else {
      read(self);
    }
    side().unlock();
  }

  private void write(Player self) {
    long me = self.pid() << PID_SHIFT | (Thread.currentThread().threadId() & 0xFFFF);
    long other = words.getVolatile(WRITER);
    words.setVolatile(WRITER, me);
    long first = words.get(FIRST);
    Optional<LockHolder> lost = lock.recovered();
    if (lost.isEmpty() && (other != 0 || first != words.get(SECOND))) {
      self.complain(
          "read-write lock: two write, or a dead one that nobody is told of: inside=%x numbers=%d,%d"
              .formatted(other, first, words.get(SECOND)));
    }
    if (other != 0 && Player.isAlive(other >>> PID_SHIFT)) {
      self.complain("read-write lock: taken from one that writes: inside=%x".formatted(other));
    }
    if (lost.isPresent()) {
      words.setVolatile(RECOVERIES, words.getVolatile(RECOVERIES) + 1);
      lock.markConsistent();
    }
    words.set(FIRST, first + 1);
    self.linger();
    words.set(SECOND, first + 1);
    if (words.getVolatile(WRITER) != me) {
      self.complain(
          "read-write lock: another one wrote: inside=%x".formatted(words.getVolatile(WRITER)));
    }
    words.setVolatile(WRITER, 0);
  }

  private void read(Player self) {
    boolean recovered = lock.recovered().isPresent();
    long writer = words.getVolatile(WRITER);
    long first = words.get(FIRST);
    if (!recovered && (writer != 0 || first != words.get(SECOND))) {
      self.complain(
          "read-write lock: read beside a writer, or after a dead one that nobody is told of: inside=%x numbers=%d,%d"
              .formatted(writer, first, words.get(SECOND)));
    }
    self.linger();
    if (words.getVolatile(FIRST) != first) {
      self.complain("read-write lock: somebody wrote beside a reader: number=" + first);
    }
    words.getAndAdd(READS, 1);
  }

  @Override
  public long progress() {
    return writes ? words.getVolatile(FIRST) : words.getVolatile(READS);
  }

  /**
   * Who may go on depends on who stands before it; {@link #atRest} finds out whether it is free.
   */
  @Override
  public boolean isOpen(LongPredicate isDead) {
    return false;
  }

  /** What the dead have left is taken over now, if not before. */
  @Override
  public String atRest() throws InterruptedException {
    if (!side().tryLock(DEATH_IS_FOUND.toNanos(), NANOSECONDS)) {
      return "read-write lock: nobody plays, and it is not free: " + lock;
    }
    side().unlock();
    return "";
  }

  @Override
  public String summary() {
    return writes
        ? "read-write lock: %,d writes, taken over from %,d dead"
            .formatted(words.getVolatile(FIRST), words.getVolatile(RECOVERIES))
        : "read-write lock: %,d reads".formatted(words.getVolatile(READS));
  }
}
