package dev.tutti.memory.sync;

import dev.tutti.memory.bell.Layout;
import dev.tutti.memory.bell.Line;
import dev.tutti.memory.bell.Members;
import dev.tutti.memory.bell.Words;

/** Permits that are taken one by one, or several at once. */
final class Permits implements Line.Subject, Turns.Rule {
  /*
   * FREE has the number of free permits. It goes down by compare-and-set to at least zero (take), up by
   * compare-and-set to at most the bound (give). Each give is followed by one ring a permit; see Line for why no
   * waiter is forgotten.
   *
   * Who waits for one stands in `line`, and all there want the same. Who waits for several stands in `turns`, and the first of them
   * puts itself into RESERVED, see Owner, when it does not get what it wants. While a living one is in there, nobody else takes any, so that
   * permits collect. A give then (1) raises FREE, (2) reads RESERVED, and wakes only the one that has reserved. That one, when it
   * leaves, (3) clears RESERVED and (4) reads FREE, and wakes one of the line if there is something left. If (2) comes before (3),
   * (1) comes before (4): no permit stays unseen.
   *
   * So that those in the line have their turn too, one that leaves with its permits puts its number into OWED if somebody stands there. Then
   * the next does not reserve, nor take, before somebody has left the line, who clears OWED and wakes it. If nobody does, because who
   * was woken has died, the look every 250 ms clears it; and so does one that finds the same number as a look before, with permits free at both:
   * who was woken is stopped.
   *
   * A give rings as often as it gives, as long as that wakes somebody. Each who leaves the line passes on, so a ring too few is made up for.
   *
   * One that has drawn its number and not shown it may come before the one that has reserved. Then it has that one woken, which
   * is not the first any more and gives its reservation up.
   */
  private static final int FREE = Layout.state(0);
  private static final int BOUND = Layout.state(1);
  private static final int RESERVED = Layout.state(2);
  private static final int OWED = Layout.state(3);
  private static final int MOST_RINGS = 1_024; // at doors, where it is not known who wakes

  private final Words words;
  private final Members members;
  private final Line line;
  private final Turns turns;
  private final Owner reserved;
  private long owedBefore; // this and the next: of who looks
  private long owedSinceNanos;

  Permits(Members members, long key) {
    this.words = members.words();
    this.members = members;
    this.line = new Line(members, key, false, this);
    this.reserved = new Owner(members, RESERVED);
    this.turns = new Turns(members, key, this);
    members.neighbourhood().add(line);
  }

  /** Before anybody else knows of it. */
  static void first(Words words, int free, int bound) {
    words.set(FREE, free);
    words.set(BOUND, bound);
  }

  @Override
  public boolean isReady() {
    return words.get(FREE) > 0 && !isReserved();
  }

  private boolean isReserved() {
    long who = reserved.get();
    return who != 0 && !reserved.isGone(who);
  }

  boolean tryTake() {
    return tryTake(1);
  }

  boolean tryTake(int count) {
    return !isReserved() && subtract(count);
  }

  private boolean subtract(int count) {
    long free = words.get(FREE);
    while (free >= count && !words.compareAndSet(FREE, free, free - count)) { // other takes
      free = words.get(FREE);
    }
    return free >= count;
  }

  boolean take(long nanos, boolean interruptibly) throws InterruptedException {
    if (tryTake()) {
      return true;
    }
    try {
      return line.await(this::tryTake, this::isReady, nanos, interruptibly);
    } finally {
      if (nanos > 0) { // else it has not stood in the line
        settle();
      }
    }
  }

  /** Somebody has left the line. */
  private void settle() {
    if (words.get(OWED) != 0) {
      words.set(OWED, 0);
      turns.wakeFirst();
    }
  }

  boolean take(int count, long nanos, boolean interruptibly) throws InterruptedException {
    if (count == 1) {
      return take(nanos, interruptibly);
    }
    if (!turns.isAwaited() && (!line.isAwaited() || nanos <= 0) && tryTake(count)) {
      return true;
    }
    return nanos > 0 && takeInTurn(count, nanos, interruptibly);
  }

  private boolean takeInTurn(int count, long nanos, boolean interruptibly)
      throws InterruptedException {
    Turns.Turn turn = turns.enter(() -> words.get(FREE) >= count && words.get(OWED) == 0);
    boolean has = false;
    try {
      has = turns.await(turn, () -> collect(turn, count), nanos, interruptibly);
      return has;
    } finally {
      if (reserved.isMine()) {
        if (has && line.isAwaited()) {
          words.set(OWED, turn.number); // (5), pairs with settle()
          settleIfNobodyStands();
        }
        reserved.give(); // (3)
      }
      turns.leave(turn);
      if (isReady()) { // (4)
        line.ringOne();
      }
    }
  }

  private boolean collect(Turns.Turn turn, int count) {
    if (!turns.isFirst(turn)) {
      if (reserved.isMine()) {
        reserved.give();
        turns.wakeFirst();
      }
      return false;
    }
    if (words.get(OWED) != 0) {
      return false;
    }
    if (!reserved.isMine()) {
      long who = reserved.get();
      if (who == 0 || reserved.isGone(who)) {
        reserved.take(who, reserved.mine());
      } else {
        turns.wakeAll();
      }
    }
    return reserved.isMine() && subtract(count);
  }

  /** What is owed to nobody is not owed: who has left the line may have done so before (5). */
  private void settleIfNobodyStands() {
    if (words.get(OWED) != 0) {
      line.forgetTheDead();
      if (!line.isAwaited()) {
        settle();
      }
    }
  }

  /** Nor is what nobody comes for. */
  @Override
  public void look() {
    settleIfNobodyStands();
    long owed = words.get(FREE) > 0 ? words.get(OWED) : 0;
    long now = System.nanoTime();
    if (owed != owedBefore) {
      owedBefore = owed;
      owedSinceNanos = now;
    } else if (owed != 0 && now - owedSinceNanos >= members.neighbourhood().lookNanos() / 2) {
      if (words.compareAndSet(OWED, owed, 0)) {
        turns.wakeFirst();
      }
    }
  }

  /** {@return false if there would be more than the bound; then nothing has changed} */
  boolean give(int count) {
    long bound = words.get(BOUND);
    long free;
    do {
      free = words.get(FREE);
      if (free + count > bound) {
        return false;
      }
    } while (!words.compareAndSet(FREE, free, free + count)); // (1), pairs with subtract()
    turns.wakeFirst();
    int rings = Math.min(count, MOST_RINGS);
    while (rings > 0 && line.isAwaited() && !isReserved() && line.ringOne()) { // (2)
      rings--;
    }
    return true;
  }

  int free() {
    return (int) words.get(FREE);
  }

  int bound() {
    return (int) words.get(BOUND);
  }

  int waiting() {
    return line.length() + turns.countHere();
  }
}
