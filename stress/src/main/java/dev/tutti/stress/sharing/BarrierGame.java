package dev.tutti.stress.sharing;

import dev.tutti.memory.SharedLongs;
import dev.tutti.memory.sync.ProcessBarrier;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeoutException;
import java.util.function.LongPredicate;

/**
 * A barrier of players of any process; it breaks when one who waits there dies.
 *
 * @param barrier the barrier
 * @param board where the players are
 * @param words figures
 */
record BarrierGame(ProcessBarrier barrier, Board board, SharedLongs words) implements Game {
  private static final int PARTIES = 3;
  private static final int MET = 0;
  private static final int BROKEN = 1;
  private static final int LEFT = 2;
  private static final int DIED_AT = 3;
  private static final long CERTAINLY_THERE_NANOS = 20_000_000;
  private static final Duration LONG = Duration.ofSeconds(5);

  static BarrierGame create(Board board) throws IOException {
    return new BarrierGame(ProcessBarrier.create(PARTIES), board, SharedLongs.create(8));
  }

  @Override
  public int weight() {
    return 1;
  }

  @Override
  public boolean isAwaitedBy(Board.Row player) {
    return player.doing() == Doing.MEETS;
  }

  @Override
  public void play(Player self) throws InterruptedException {
    self.row().begins(Doing.MEETS);
    try {
      int missing = barrier.await(LONG);
      words.getAndAdd(MET, 1);
      if (missing < 0 || missing >= PARTIES) {
        self.complain("barrier: missing=" + missing);
      }
    } catch (BrokenBarrierException e) {
      words.getAndAdd(BROKEN, 1);
      if (board.rest() == 0) {
        barrier.reset();
      }
    } catch (TimeoutException e) {
      barrier.reset();
    } finally {
      words.getAndAdd(LEFT, 1);
      self.row().begins(Doing.PLAYS);
    }
  }

  @Override
  public long progress() {
    return words.getVolatile(LEFT);
  }

  /** It is broken, or it ought to be, because one died who waited there. */
  @Override
  public boolean isOpen(LongPredicate isDead) {
    return barrier.isBroken() || words.getVolatile(DIED_AT) > progress();
  }

  @Override
  public void died(List<Board.Row> rows) {
    long now = System.nanoTime();
    boolean waited =
        rows.stream()
            .anyMatch(row ->
                row.doing() == Doing.MEETS && now - row.sinceNanos() > CERTAINLY_THERE_NANOS);
    if (waited) {
      words.setVolatile(DIED_AT, progress() + 1);
    }
  }

  @Override
  public void calm() {
    barrier.abort();
  }

  @Override
  public String atRest() {
    barrier.reset();
    words.setVolatile(DIED_AT, 0);
    return "";
  }

  @Override
  public String summary() {
    return "barrier: %,d times met, %,d times told that it was broken"
        .formatted(words.getVolatile(MET), words.getVolatile(BROKEN));
  }
}
