package dev.tutti.stress.sharing;

import dev.tutti.memory.SharedLongs;
import dev.tutti.memory.sync.ProcessEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.function.LongPredicate;

/**
 * An event that the referee sets now and then; whoever waited before must go on.
 *
 * @param event the event
 * @param words figures
 */
record EventGame(ProcessEvent event, SharedLongs words) implements Game {
  private static final int HEARD = 0;
  private static final int SET = 1;
  private static final Duration LONG = Duration.ofSeconds(5);

  static EventGame create() throws IOException {
    return new EventGame(ProcessEvent.create(), SharedLongs.create(2));
  }

  @Override
  public int weight() {
    return 1;
  }

  @Override
  public boolean isAwaitedBy(Board.Row player) {
    return player.doing() == Doing.LISTENS;
  }

  @Override
  public void play(Player self) throws InterruptedException {
    self.row().begins(Doing.LISTENS);
    boolean heard = event.await(LONG);
    self.row().begins(Doing.PLAYS);
    if (heard) {
      words.getAndAdd(HEARD, 1);
    }
  }

  /** Sets it, for the referee. Sometimes only for a moment: who waited goes on all the same. */
  void set(boolean forAMoment) {
    event.set();
    words.getAndAdd(SET, 1);
    if (forAMoment) {
      event.clear();
    }
  }

  void clear() {
    event.clear();
  }

  @Override
  public long progress() {
    return words.getVolatile(HEARD);
  }

  /** The referee who sets it judges. */
  @Override
  public boolean isOpen(LongPredicate isDead) {
    return false;
  }

  @Override
  public void calm() {
    event.set();
  }

  @Override
  public String atRest() {
    event.clear();
    return "";
  }

  @Override
  public String summary() {
    return "event: set %,d times, heard %,d times"
        .formatted(words.getVolatile(SET), words.getVolatile(HEARD));
  }
}
