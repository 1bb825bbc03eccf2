package dev.tutti.memory.bell;

import org.jspecify.annotations.Nullable;

/** How those in a line are woken that sleep in the kernel, of all processes. */
final class Alarm {
  /*
   * Where native calls are allowed, a platform thread in a line does not park: it sleeps in the kernel at the word
   * `alarm`, which all processes share, and who releases wakes it there by one call, without a thread at a door in between.
   * The word `asleep` has a bit for each process that has such waiters; it stays while there are any.
   *
   *   sleeper:   (1) stands in the line, sets its process's bit   (1') reads the alarm   (2) tries   (3) sleeps if the alarm
   *              is as read; woken, from (1') again
   *   releaser:  (4) changes the object's words   (5) reads `asleep`   (6) changes the alarm   (7) wakes one, or all
   *
   * If (2) does not see (4), then (5) comes after (1) and finds the bit, and (6) after (1'): so either (3) finds the alarm
   * changed, or the thread sleeps when (7) comes. If (7) wakes nobody, those whose bits (5) has seen are on their way: about to try, or
   * to leave and pass on, or dead. The kernel forgets who dies asleep, so nobody is woken in place of another, but one that
   * is killed on its way.
   *
   * A bit that a dead process leaves costs a call for nothing, and is cleared by who made it. If a living process has got that
   * place in between, its bit is cleared too, and set again when it looks, within 250 ms.
   *
   * A process that may not make native calls, or has not prepared them yet, rings those with bits in `asleep` at their
   * doors, and clears no bit; the thread at the door wakes. So it is each process's own matter how its threads wait, it may change, and nobody
   * has to move when a process without native access joins.
   */
  private final Members members;
  private final Words words;
  private final int asleep;
  private final int alarm;
  private final long ownBit;

  /**
   * Makes that of a line.
   *
   * @param at the first word of the line
   */
  Alarm(Members members, int at) {
    this.members = members;
    this.words = members.words();
    this.asleep = at + Layout.ASLEEP - Layout.WAITING;
    this.alarm = at + Layout.ALARM - Layout.WAITING;
    this.ownBit = 1L << members.slot();
    words.clearBits(asleep, ownBit); // of one that had this place and died
  }

  /** {@return whether this process can set it off} */
  boolean isWithinReach() {
    return words.isBed();
  }

  /** {@return where the calling thread can sleep; null if it has to park} */
  @Nullable Bed bed() {
    return words.isBed() && !Thread.currentThread().isVirtual() ? new Bed(words, alarm) : null;
  }

  /** Says whether threads of this process sleep, or are about to. */
  void hasSleepers(boolean any) {
    if (any) {
      words.setBits(asleep, ownBit); // (1)
    } else {
      words.clearBits(asleep, ownBit);
    }
  }

  /** {@return what a thread that goes to bed has to know} */
  int now() {
    return (int) words.get(alarm); // (1')
  }

  /** {@return the bits of the processes whose threads sleep} */
  long sleeping() {
    return words.get(asleep); // (5)
  }

  /**
   * {@return whether one was woken}
   *
   * @param sleeping the processes that had sleepers
   * @param count how many to wake at most
   */
  boolean goOff(long sleeping, int count) {
    words.increment(alarm); // (6)
    if (words.wake(alarm, Futex.ANY, count) > 0) { // (7)
      return true;
    }
    forgetTheDead(sleeping);
    return false;
  }

  /** Clears the bits of those processes among some that are dead. */
  void forgetTheDead(long some) {
    for (long left = some; left != 0; left &= left - 1) {
      if (members.isDead(Long.numberOfTrailingZeros(left))) {
        words.clearBits(asleep, Long.lowestOneBit(left));
      }
    }
  }
}
