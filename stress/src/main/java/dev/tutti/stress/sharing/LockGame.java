package dev.tutti.stress.sharing;

import dev.tutti.memory.SharedLongs;
import dev.tutti.memory.sync.LockHolder;
import dev.tutti.memory.sync.ProcessLock;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongPredicate;

/**
 * A lock, and what it guards: two numbers that must be equal, and a file.
 *
 * @param number which of several
 * @param lock the lock
 * @param words what it guards, and figures
 */
record LockGame(int number, ProcessLock lock, SharedLongs words) implements Game {
  /*
   * INSIDE is the player that is in there. Who finds another one there, or numbers that differ, must have been told
   * that the holder before him died; who was told, it must be true of. A thread that is about to end with the lock
   * in its hands says so in ABANDONED first, because its process lives.
   *
   * The file has the number of each sixteenth hold or so. Numbers go up from line to line.
   */
  private static final int INSIDE = 0;
  private static final int FIRST = 1;
  private static final int SECOND = 2;
  private static final int ABANDONED = 3;
  private static final int RECOVERIES = 4;
  private static final int ABANDONS = 5;
  private static final int PID_SHIFT = 16;
  private static final Duration DEATH_IS_FOUND = Duration.ofSeconds(1);
  private static final Duration SHORT = Duration.ofMillis(1);

  static LockGame create(int number) throws IOException {
    return new LockGame(number, ProcessLock.create(), SharedLongs.create(8));
  }

  @Override
  public int weight() {
    return 6;
  }

  @Override
  public boolean isAwaitedBy(Board.Row player) {
    return player.doing() == Doing.LOCKS && player.which() == number;
  }

  @Override
  @SuppressWarnings("LockNotBeforeTry") // a thread that ends with the lock is part of the game
  public void play(Player self) throws InterruptedException, IOException {
    self.row().begins(Doing.LOCKS, number);
    boolean has = take(self);
    self.row().begins(Doing.PLAYS);
    if (!has && !self.cheats(Cheat.ENTERS_WITHOUT_LOCK)) {
      return;
    }
    inside(self, has);
    if (has && self.oneIn(2_000)) {
      words.setVolatile(ABANDONS, words.getVolatile(ABANDONS) + 1);
      words.setVolatile(ABANDONED, 1);
      throw new Player.Ends();
    }
    if (has) {
      lock.unlock();
    }
  }

  private boolean take(Player self) throws InterruptedException {
    if (self.cheats(Cheat.SLEEPS_ON)) {
      Player.sleepOn();
    }
    return switch (self.choice(8)) {
      case 0 -> lock.tryLock();
      case 1 -> lock.tryLock(SHORT);
      case 2 -> {
        lock.lockInterruptibly();
        yield true;
      }
      case 3 -> lockTwice();
      default -> {
        lock.lock();
        yield true;
      }
    };
  }

  @SuppressWarnings("LockNotBeforeTry")
  private boolean lockTwice() {
    lock.lock();
    lock.lock();
    lock.unlock();
    return true;
  }

  private void inside(Player self, boolean has) throws IOException {
    long me = self.pid() << PID_SHIFT | (Thread.currentThread().threadId() & 0xFFFF);
    long other = words.getVolatile(INSIDE);
    words.setVolatile(INSIDE, me);
    Optional<LockHolder> lost = has ? lock.recovered() : Optional.empty();
    long first = words.get(FIRST);
    boolean torn = other != 0 || first != words.get(SECOND);
    boolean left = words.getVolatile(ABANDONED) != 0;
    if (torn && lost.isEmpty()) {
      self.complain(
          "lock %d: two at once, or a dead holder that nobody is told of: inside=%x numbers=%d,%d"
              .formatted(number, other, first, words.get(SECOND)));
    }
    if (other != 0 && !left && Player.isAlive(other >>> PID_SHIFT)) {
      self.complain(
          "lock %d: taken from one that lives: pid=%d".formatted(number, other >>> PID_SHIFT));
    }
    if (self.cheats(Cheat.INVENTS_A_DEATH)) {
      lost = Optional.of(new LockHolder(self.pid(), 0));
    }
    if (lost.isPresent()) {
      if (!left && Player.isAlive(lost.get().pid())) {
        self.complain("lock %d: recovered without a death: %s".formatted(number, lost.get()));
      }
      words.setVolatile(RECOVERIES, words.getVolatile(RECOVERIES) + 1);
      words.setVolatile(ABANDONED, 0);
      if (has) {
        lock.markConsistent();
      }
    }
    words.set(FIRST, first + 1);
    if (self.oneIn(16)) {
      self.note(number, first + 1);
    }
    self.linger();
    words.set(SECOND, first + 1);
    if (words.getVolatile(INSIDE) != me) {
      self.complain(
          "lock %d: another one came in: inside=%x".formatted(number, words.getVolatile(INSIDE)));
    }
    words.setVolatile(INSIDE, 0);
  }

  @Override
  public long progress() {
    return words.getVolatile(FIRST);
  }

  @Override
  public boolean isOpen(LongPredicate isDead) {
    Optional<LockHolder> holder = lock.holder();
    return holder.isEmpty() || isDead.test(holder.get().pid()) || words.getVolatile(ABANDONED) != 0;
  }

  /** What the dead have left is taken over now, if not before; a death is found within a second. */
  @Override
  public String atRest() throws InterruptedException {
    if (!lock.tryLock(DEATH_IS_FOUND)) {
      return "lock %d: nobody plays, and it is not free: %s".formatted(number, lock);
    }
    lock.unlock();
    return "";
  }

  @Override
  public String summary() {
    return "lock %d: %,d holds, taken over from %,d dead, %,d threads ended with it"
        .formatted(
            number,
            words.getVolatile(FIRST),
            words.getVolatile(RECOVERIES),
            words.getVolatile(ABANDONS));
  }
}
