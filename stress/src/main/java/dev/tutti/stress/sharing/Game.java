package dev.tutti.stress.sharing;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.function.LongPredicate;

/** Something that processes share, what players do with it, and what must be true of it. */
interface Game extends Serializable {
  /** {@return whether a player waits for it} */
  boolean isAwaitedBy(Board.Row player);

  /** {@return how often it is played, beside the others} */
  int weight();

  /** Plays once. On a thread of a process that may be killed at any time. */
  void play(Player self) throws InterruptedException, IOException;

  /** {@return a number that changes when one who waited goes on} */
  long progress();

  /**
   * {@return whether one who waits could go on}
   *
   * @param isDead tells the process ids of those that were killed
   */
  boolean isOpen(LongPredicate isDead);

  /** Hears of a death, before the rows of the dead are cleared. */
  default void died(List<Board.Row> rows) {}

  /** Helps those who wait for others to come to rest. */
  default void calm() {}

  /** {@return what is wrong while nobody plays; empty if nothing} */
  String atRest() throws InterruptedException;

  /** {@return its figures} */
  String summary();
}
