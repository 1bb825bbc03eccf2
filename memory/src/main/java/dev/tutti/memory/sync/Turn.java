package dev.tutti.memory.sync;

import dev.tutti.memory.bell.Members;
import dev.tutti.memory.bell.Words;

/** Whose turn it is at one end of a ring. */
final class Turn {
  /*
   *   32   31             0
   *   +---+------------------+
   *   | 1 | process's ticket |     0 if it is nobody's turn
   *   +---+------------------+
   *
   *   0    -> mine   compare-and-set
   *   gone -> mine   compare-and-set, from the very word of a process that has died. A ticket is given out once, so
   *                  one who has read the word later than the others fails. Who succeeds mends what was
   *                  left half done, before anything else; if it dies in turn, the one after it does
   *   mine -> 0      give()
   *
   * It is held for as long as an item is copied, by threads that wait for nothing meanwhile. So who finds it taken spins;
   * one who still has not got it (its holder does not run, or copies megabytes) counts up `wanted`, tries once more, and
   * parks in a line. give() writes the turn, then reads `wanted`:
   *
   *   (1) wanted + 1   (2) the turn is taken   (3) parks          (4) turn := 0   (5) reads wanted; not 0: sets it to 0, rings
   *
   * If (2) fails because of this holder it is before (4), so (1) is before (5). `wanted` is set to 0 by compare-and-set, so
   * nobody's wish is overwritten that came in between. One ring is enough for several: see Line.
   */
  private static final int SPINS = 200;
  private static final long TAKEN = 1L << Integer.SIZE;

  private final Words words;
  private final Members members;
  private final int at;
  private final int wanted;
  private final long own;
  private final Runnable mend;

  /**
   * @param mend called by who has the turn after one that has died in it
   */
  Turn(Members members, int at, int wanted, Runnable mend) {
    this.words = members.words();
    this.members = members;
    this.at = at;
    this.wanted = wanted;
    this.own = TAKEN | members.ticket();
    this.mend = mend;
  }

  /** {@return whether it is the caller's turn; if not, it may park in a line} */
  boolean tryTake() {
    for (int i = 0; i < SPINS; i++) {
      if (tryTakeAtOnce()) {
        return true;
      }
      Thread.onSpinWait();
    }
    long holder = words.get(at);
    if (isGone(holder) && words.compareAndSet(at, holder, own)) {
      mend.run();
      return true;
    }
    words.increment(wanted); // (1)
    return words.compareAndSet(at, 0, own); // (2)
  }

  /** {@return whether it is the caller's turn} */
  boolean tryTakeAtOnce() {
    return words.get(at) == 0 && words.compareAndSet(at, 0, own);
  }

  /** {@return whether {@link #tryTake} would succeed} */
  boolean isFree() {
    long holder = words.get(at);
    return holder == 0 || isGone(holder);
  }

  private boolean isGone(long holder) {
    return holder != 0 && members.isGone((int) holder);
  }

  void give() {
    words.set(at, 0); // (4)
  }

  /** {@return whether somebody wanted it, who has to be rung now. After {@link #give}} */
  boolean wasWanted() {
    long wishes = words.get(wanted); // (5)
    while (wishes != 0 && !words.compareAndSet(wanted, wishes, 0)) {
      wishes = words.get(wanted);
    }
    return wishes != 0;
  }
}
