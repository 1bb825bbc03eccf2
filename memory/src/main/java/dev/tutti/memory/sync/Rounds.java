package dev.tutti.memory.sync;

import dev.tutti.memory.bell.Layout;
import dev.tutti.memory.bell.Line;
import dev.tutti.memory.bell.Members;
import dev.tutti.memory.bell.Words;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeoutException;

/** A place where a number of threads of several processes meet, again and again. */
final class Rounds implements Line.Subject {
  /*
   * One word, so that a round ends for all in one compare-and-set:
   *
   *   63                  32 31              16 15    14           0
   *   +---------------------+------------------+--------+-----------+
   *   | round               | ends of the last | broken | arrived   |
   *   |                     | 16 rounds        |        |           |
   *   +---------------------+------------------+--------+-----------+
   *
   *   arrive    arrived + 1
   *   the last  round + 1, arrived 0, ends << 1            (all have met)
   *   break     broken                                     (time-out, interrupt, abort, a dead waiter)
   *   reset     round + 1, arrived 0, broken 0, ends << 1 | 1 (who waits is told that it was broken)
   *
   * A waiter that comes late sees in `ends` how its round ended. One that is more than 16 rounds late, because others have
   * come in its place before it ran again, has met them unless a reset was meant for its round: AIM has the number of the last
   * round that one was meant for, plus 1. Who resets (1) reads AIM (2) reads the state (3) sets AIM by compare-and-set (4) ends the round. One
   * whose (3) comes after another's has its (1), so its (2), after that: AIM never goes back. A waiter of a round reads AIM
   * before it arrives, when no later round can be in there, and again when that round is over. If both are the same, and not its
   * round, nobody has come to (4) for its round. Else it is told that it was broken; that may be wrong where one was meant for
   * another round.
   *
   * Who arrives leaves the number of the round as its process's note, before it arrives. So when a process dies the
   * others find out, within 250 ms, whether it may have arrived in this round, and break it. Where nobody else lives that waits, the
   * last one to come finds out. If its place is given to
   * a process that joins before they look, that one breaks it, or they do if it dies first. A note that was left by one that died before it was counted
   * breaks the round too.
   */
  private static final int STATE = Layout.state(0);
  private static final int PARTIES = Layout.state(1);
  private static final int AIM = Layout.state(2);
  private static final int MAX_PARTIES = 0x7FFF;
  private static final long BROKEN = 1L << 15;
  private static final int ENDS_SHIFT = 16;
  private static final int ENDS = 16;
  private static final int ROUND_SHIFT = 32;

  private final Words words;
  private final Members members;
  private final Line line;

  Rounds(Members members, long key) {
    this.words = members.words();
    this.members = members;
    this.line = new Line(members, key, true, this);
    members.neighbourhood().add(line);
    long round = round(words.get(STATE));
    if (members.inheritedNote() == round + 1) {
      breakRound(round);
    }
    members.forgetInheritedNote(); // last: if this process dies before, the others find it
  }

  static int maxParties() {
    return MAX_PARTIES;
  }

  /** Before anybody else knows of it. */
  static void first(Words words, int parties) {
    words.set(PARTIES, parties);
  }

  private static long round(long state) {
    return state >>> ROUND_SHIFT;
  }

  private static int arrived(long state) {
    return (int) (state & MAX_PARTIES);
  }

  private static boolean isBroken(long state) {
    return (state & BROKEN) != 0;
  }

  /** The state of the next round, with nobody there. */
  private static long next(long state, boolean broken) {
    long ends = (state >>> ENDS_SHIFT << 1 | (broken ? 1 : 0)) & ((1L << ENDS) - 1);
    return (round(state) + 1) << ROUND_SHIFT | ends << ENDS_SHIFT;
  }

  private static boolean isOver(long state, long round) {
    return isBroken(state) || round(state) != round;
  }

  private boolean endedBroken(long round, long aimBefore) {
    long state = words.get(STATE);
    long late = (round(state) - round) & 0xFFFF_FFFFL;
    if (late == 0) {
      return isBroken(state);
    }
    return late > ENDS
        ? aimBefore == round + 1 || words.get(AIM) != aimBefore
        : (state >>> (ENDS_SHIFT + late - 1) & 1) != 0;
  }

  @Override
  public boolean isReady() {
    return false; // each waiter knows its own round
  }

  int parties() {
    return (int) words.get(PARTIES);
  }

  int arrived() {
    return arrived(words.get(STATE));
  }

  boolean isBroken() {
    return isBroken(words.get(STATE));
  }

  /** {@return how many were still missing when the caller came: 0 for the last one} */
  int await(long nanos) throws InterruptedException, BrokenBarrierException, TimeoutException {
    long aim = words.get(AIM); // before it arrives
    long state;
    long arrival;
    do {
      state = words.get(STATE);
      if (arrived(state) + 1 == parties() && members.isDeadWithNote(round(state) + 1)) {
        breakRound(round(state)); // where all who wait are dead, nobody else has looked
        state = words.get(STATE);
      }
      if (isBroken(state)) {
        throw new BrokenBarrierException("the barrier is broken; reset it");
      }
      members.note(round(state) + 1); // before it arrives; 0 is no round
      arrival = arrived(state) + 1 < parties() ? state + 1 : next(state, false);
    } while (!words.compareAndSet(STATE, state, arrival)); // pairs with isOver()
    int missing = parties() - arrived(state) - 1;
    if (missing == 0) {
      line.ringAll();
      return 0;
    }
    await(round(state), aim, nanos);
    return missing;
  }

  private void await(long round, long aim, long nanos)
      throws InterruptedException, BrokenBarrierException, TimeoutException {
    boolean over;
    try {
      over =
          line.await(
              () -> isOver(words.get(STATE), round),
              () -> isOver(words.get(STATE), round),
              nanos,
              true);
    } catch (InterruptedException e) {
      if (breakRound(round)) {
        throw e;
      }
      Thread.currentThread().interrupt(); // the round had ended; its end counts
      over = true;
    }
    if (!over && breakRound(round)) {
      throw new TimeoutException(
          "others did not come to the barrier in time: parties=%d".formatted(parties()));
    }
    if (endedBroken(round, aim)) {
      throw new BrokenBarrierException(
          "the barrier broke while this thread waited: one who waited died, timed out or was interrupted, or somebody called abort or reset");
    }
  }

  /** {@return false if the round had ended, or was broken already} */
  private boolean breakRound(long round) {
    long state = words.get(STATE);
    while (!isOver(state, round)) {
      if (words.compareAndSet(STATE, state, state | BROKEN)) {
        line.ringAll();
        return true;
      }
      state = words.get(STATE);
    }
    return false;
  }

  @Override
  public void look() {
    long round = round(words.get(STATE));
    if (members.isDeadWithNote(round + 1)) {
      breakRound(round);
    }
  }

  void abort() {
    long state = words.get(STATE);
    while (!isBroken(state) && !words.compareAndSet(STATE, state, state | BROKEN)) {
      state = words.get(STATE);
    }
    line.ringAll();
  }

  void reset() {
    long aim;
    long state;
    do {
      aim = words.get(AIM); // (1)
      state = words.get(STATE); // (2)
    } while (!words.compareAndSet(AIM, aim, round(state) + 1) // (3), pairs with endedBroken()
        || !words.compareAndSet(STATE, state, next(state, true))); // (4)
    line.ringAll();
  }

  int waiting() {
    return line.length();
  }
}
