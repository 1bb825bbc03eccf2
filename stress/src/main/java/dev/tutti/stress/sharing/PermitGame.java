package dev.tutti.stress.sharing;

import dev.tutti.memory.SharedLongs;
import dev.tutti.memory.sync.ProcessSemaphore;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * A bounded semaphore, and how far each player is with its permit.
 *
 * @param semaphore the semaphore
 * @param bound its permits
 * @param words figures
 */
record PermitGame(ProcessSemaphore semaphore, int bound, SharedLongs words) implements Game {
  /*
   * A permit of one that died is not given back: the referee does it, who knows of the death. Whoever died while it took
   * or gave one may have had it or not, which is counted; when nobody plays, no more are missing than that.
   *
   * INSIDE is raised after a permit was taken and lowered before it is given, and for each of the dead that had one. So it
   * is never higher than the number of those who have one; it may be lower, after a death in between, until the next rest.
   */
  private static final long NONE = 0;
  private static final long MAY_HAVE = 1;
  private static final long HAS = 2;
  private static final int TAKEN = 0;
  private static final int UNKNOWN = 1;
  private static final int UNKNOWN_EVER = 2;
  private static final int GIVEN_BACK = 3;
  private static final int MISSED = 4;
  private static final int INSIDE = 5;
  private static final Duration SHORT = Duration.ofMillis(1);
  private static final Duration LONG = Duration.ofSeconds(3);

  static PermitGame create(int bound) throws IOException {
    return new PermitGame(ProcessSemaphore.bounded(bound), bound, SharedLongs.create(8));
  }

  @Override
  public int weight() {
    return 6;
  }

  @Override
  public boolean isAwaitedBy(Board.Row player) {
    return player.doing() == Doing.ACQUIRES;
  }

  @Override
  public void play(Player self) throws InterruptedException {
    Board.Row row = self.row();
    row.phase(MAY_HAVE);
    row.begins(Doing.ACQUIRES);
    boolean has = false;
    try {
      has =
          switch (self.choice(4)) {
            case 0 -> semaphore.tryAcquire();
            case 1 -> semaphore.tryAcquire(SHORT);
            default -> semaphore.tryAcquire(LONG);
          };
    } finally {
      row.begins(Doing.PLAYS);
      row.phase(has ? HAS : NONE);
    }
    if (!has && !self.cheats(Cheat.ENTERS_WITHOUT_PERMIT)) {
      return;
    }
    row.phase(HAS);
    long inside = words.getAndAdd(INSIDE, 1) + 1;
    if (inside > bound) {
      self.complain(
          "semaphore: more have a permit than there are: %d of %d".formatted(inside, bound));
    }
    self.linger();
    words.getAndAdd(INSIDE, -1);
    words.getAndAdd(TAKEN, 1);
    if (has && self.cheats(Cheat.KEEPS_A_PERMIT)) {
      row.phase(NONE);
      return;
    }
    row.phase(MAY_HAVE);
    if (has) {
      semaphore.release();
    }
    row.phase(NONE);
  }

  @Override
  public long progress() {
    return words.getVolatile(TAKEN);
  }

  @Override
  public boolean isOpen(LongPredicate isDead) {
    return semaphore.permits() > 0;
  }

  @Override
  public void died(List<Board.Row> rows) {
    for (Board.Row row : rows) {
      long phase = row.phase();
      row.phase(NONE);
      if (phase == HAS) {
        words.getAndAdd(INSIDE, -1);
        semaphore.release();
        words.getAndAdd(GIVEN_BACK, 1);
      } else if (phase == MAY_HAVE) {
        words.getAndAdd(UNKNOWN, 1);
        words.getAndAdd(UNKNOWN_EVER, 1);
      }
    }
  }

  @Override
  public String atRest() {
    int missing = bound - semaphore.permits();
    long unknown = words.getVolatile(UNKNOWN);
    if (missing < 0 || missing > unknown) {
      return "semaphore: permits were lost or made: missing=%d, died while they took or gave one=%d"
          .formatted(missing, unknown);
    }
    words.setVolatile(UNKNOWN, 0);
    words.setVolatile(INSIDE, 0);
    words.getAndAdd(MISSED, missing);
    if (missing > 0) {
      semaphore.release(missing);
    }
    return "";
  }

  @Override
  public String summary() {
    return "semaphore: %,d permits taken, %,d of the dead given back, %,d died at taking or giving and %,d permits were gone with them"
        .formatted(
            words.getVolatile(TAKEN),
            words.getVolatile(GIVEN_BACK),
            words.getVolatile(UNKNOWN_EVER),
            words.getVolatile(MISSED));
  }
}
