package dev.tutti.memory.sync;

import dev.tutti.memory.bell.Layout;
import dev.tutti.memory.bell.Line;
import dev.tutti.memory.bell.Members;
import dev.tutti.memory.bell.Words;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The threads of all processes that wait at one object, in the order in which they came.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread, platform or virtual. Waiters
 * are parked.
 */
final class Turns implements Line.Subject {
  /*
   * Who comes draws a number from the word LAST and stands in the queue of its process. The process shows the
   * others only its first one: in the note of its slot
   *
   *   63                                20 19              0
   *   +-----------------------------------+-----------------+
   *   | number of the first that stands   | how many stand  |     0 if nobody does
   *   +-----------------------------------+-----------------+
   *
   * and a bit in the word STANDING. The first of all is the least number in the notes of processes that live. So the queue has no
   * end, a dead process leaves nothing that somebody must tidy up, and a place that goes to another process begins with a note of 0.
   * `lock` is held while a number is drawn and while a note is written, so a process shows its least number.
   *
   * The order is all that this decides. What one gets whose turn it is, is got by compare-and-set elsewhere; two that
   * take themselves for the first cannot both have it.
   *
   *   waiter:    (1) shows itself   (2) looks whether it is the first, and tries   (3) parks; woken, from (2) again
   *   releaser:  (4) changes the object's words   (5) reads bits and notes, has the first one woken
   *   leaver:    (6) shows the next one   (7) reads the object's words; if there is something to have, as (5)
   *
   * All are volatile, so they are in one order. If (2) does not see (4), (5) comes after (1) and sees the waiter. If (2) saw
   * another one before it, that one has not done (6) yet: its (7) comes after (1). If (5) woke one who does not want it
   * any more, that one's (6) comes after (5), so (7) comes after (4): what was released is seen by the leaver, who wakes the next.
   * So while there is something to have, the first one is awake. A process that meets a ring with nobody standing passes it on too.
   *
   * What can be lost is lost by deaths: of one that was woken, or that has not yet woken the next. So the thread at the doorbell
   * looks every 250 ms: it sets the bit, which one who took this process for its dead predecessor may have cleared, and wakes the
   * first, if that has become the first of all, or is.
   *
   * The line is for the doorbell only, under a key of its own: none of these waiters stands in it.
   */
  private static final int LAST = Layout.state(6);
  private static final int STANDING = Layout.state(7);
  private static final int COUNT_BITS = 20;
  private static final long MOST = (1L << COUNT_BITS) - 1;

  private final Members members;
  private final Words words;
  private final Line line;
  private final Rule rule;
  private final int slot;
  private final int note;
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Turn> standing = new ArrayDeque<>(); // guarded by lock

  /** What they wait for. */
  interface Rule {
    /** {@return whether there is something to have for who is first} */
    boolean isReady();

    /** {@return up to which number all may go, whoever is first} */
    default long released() {
      return 0;
    }

    /** Called every 250 ms while somebody of this process waits. */
    default void look() {}
  }

  /** One that waits. */
  static final class Turn {
    final long number;
    final Thread thread = Thread.currentThread();
    final BooleanSupplier ready;

    /**
     * Whether it is to try again. An unpark alone may be used up by a lock that an attempt takes.
     */
    private volatile boolean woken;

    private Turn(long number, BooleanSupplier ready) {
      this.number = number;
      this.ready = ready;
    }

    private void wake() {
      woken = true;
      LockSupport.unpark(thread);
    }
  }

  Turns(Members members, long key, Rule rule) {
    this.members = members;
    this.words = members.words();
    this.line = new Line(members, ~key, true, this);
    this.rule = rule;
    this.slot = members.slot();
    this.note = Layout.note(slot);
    members.forgetInheritedNote(); // nobody of the dead stands here
    members.neighbourhood().add(line);
  }

  private static long number(long note) {
    return note >>> COUNT_BITS;
  }

  @Override
  public boolean isReady() {
    return false; // nobody stands in the line
  }

  /** {@return whether somebody waits} */
  boolean isAwaited() {
    return words.get(STANDING) != 0 && first() >= 0;
  }

  /** {@return how many wait, in all processes} */
  int count() {
    long count = 0;
    for (long left = words.get(STANDING); left != 0; left &= left - 1) {
      int of = Long.numberOfTrailingZeros(left);
      count += members.isDead(of) ? 0 : words.get(Layout.note(of)) & MOST;
    }
    return (int) count;
  }

  /** {@return how many wait, in this process} */
  int countHere() {
    return (int) (words.get(note) & MOST);
  }

  /** {@return the number that was given last} */
  long last() {
    return words.get(LAST);
  }

  /** {@return the number of the first one; 0 if nobody waits} */
  long firstNumber() {
    int first = first();
    return first < 0 ? 0 : number(words.get(Layout.note(first)));
  }

  /** {@return the place of the process whose turn it is; -1 if nobody waits} */
  private int first() {
    int first = -1;
    long least = Long.MAX_VALUE;
    for (long left = words.get(STANDING); left != 0; left &= left - 1) { // (2), (5)
      int of = Long.numberOfTrailingZeros(left);
      long number = number(words.get(Layout.note(of)));
      if (number == 0 || number >= least) {
        continue;
      }
      if (members.isDead(of)) {
        words.clearBits(STANDING, Long.lowestOneBit(left));
      } else {
        first = of;
        least = number;
      }
    }
    return first;
  }

  /** {@return whether it is one's turn} */
  boolean isFirst(Turn turn) {
    return number(words.get(note)) == turn.number && first() == slot;
  }

  /**
   * Waits until an attempt succeeds, which is made only when all who came before have gone.
   *
   * @param attempt takes what is waited for, if it is there
   * @param ready whether an attempt would succeed
   * @param nanos how long; {@code Long.MAX_VALUE} for ever
   * @param interruptibly whether an interrupt ends it; otherwise the flag is set again at the end
   * @return whether an attempt succeeded
   * @throws InterruptedException if the calling thread is interrupted
   */
  boolean await(BooleanSupplier attempt, BooleanSupplier ready, long nanos, boolean interruptibly)
      throws InterruptedException {
    if (nanos <= 0) {
      return !isAwaited() && attempt.getAsBoolean();
    }
    Turn turn = enter(ready);
    try {
      return await(turn, () -> isFirst(turn) && attempt.getAsBoolean(), nanos, interruptibly);
    } finally {
      leave(turn);
    }
  }

  /** Comes; whoever comes leaves again. */
  Turn enter(BooleanSupplier ready) {
    members.answerTheBell();
    lock.lock();
    try {
      Turn turn = new Turn(words.increment(LAST), ready);
      boolean shown = false;
      try {
        standing.addLast(turn);
        if (standing.size() == 1) {
          members.neighbourhood().watch(line);
        }
        show(); // (1)
        shown = true;
      } finally {
        if (!shown) { // it would stand before all others for ever
          takeOut(turn);
        }
      }
      return turn;
    } finally {
      lock.unlock();
    }
  }

  /** With the lock held. */
  private void takeOut(Turn turn) {
    standing.remove(turn);
    if (standing.isEmpty()) {
      members.neighbourhood().unwatch(line);
    }
    show(); // (6)
  }

  /** With the lock held. */
  private void show() {
    Turn first = standing.peekFirst();
    if (first == null) {
      words.set(note, 0);
      words.clearBits(STANDING, 1L << slot);
    } else {
      words.set(note, first.number << COUNT_BITS | Math.min(standing.size(), MOST));
      words.setBits(STANDING, 1L << slot);
    }
  }

  /** Waits, for one that has come, until an attempt succeeds. */
  boolean await(Turn turn, BooleanSupplier attempt, long nanos, boolean interruptibly)
      throws InterruptedException {
    long start = System.nanoTime();
    boolean interrupted = false;
    try {
      while (!attempt.getAsBoolean()) { // (2)
        if (Thread.interrupted()) {
          if (interruptibly) {
            throw new InterruptedException();
          }
          interrupted = true;
        }
        long left = nanos == Nanos.FOREVER ? nanos : nanos - (System.nanoTime() - start);
        if (left <= 0) {
          return false;
        }
        if (!turn.woken && nanos == Nanos.FOREVER) {
          LockSupport.park(this); // (3)
        } else if (!turn.woken) {
          LockSupport.parkNanos(this, left);
        }
        turn.woken = false; // before it tries, after which it may be woken again
      }
      return true;
    } finally {
      if (interrupted) {
        turn.thread.interrupt();
      }
    }
  }

  /** Goes, whether it has what it came for or not. */
  void leave(Turn turn) {
    lock.lock();
    try {
      takeOut(turn);
    } finally {
      lock.unlock();
    }
    passOn();
  }

  private void passOn() {
    if (words.get(STANDING) != 0 && rule.isReady()) { // (7)
      wakeFirst();
    }
  }

  /** Has the first one look. Called after what it waits for is there. */
  void wakeFirst() {
    int first = words.get(STANDING) == 0 ? -1 : first(); // (5)
    while (first >= 0 && first != slot && !members.ring(first, line.key())) {
      int missed = first;
      first = members.isDead(missed) ? first() : -1; // without a doorbell it looks by itself
    }
    if (first == slot) {
      wakeHere();
    }
  }

  /** Has the processes of all who wait look. */
  void wakeAll() {
    for (long left = words.get(STANDING); left != 0; left &= left - 1) { // (5)
      int of = Long.numberOfTrailingZeros(left);
      if (of == slot) {
        wakeHere();
      } else {
        members.ring(of, line.key());
      }
    }
  }

  /** Wakes the first of this process, and who is released. */
  private void wakeHere() {
    long released = rule.released();
    List<Turn> woken = new ArrayList<>();
    lock.lock();
    try {
      Turn first = standing.peekFirst();
      for (Turn turn : standing) {
        if (turn != first && turn.number > released) {
          break;
        }
        woken.add(turn);
      }
    } finally {
      lock.unlock();
    }
    wake(woken);
  }

  private static void wake(List<Turn> woken) {
    woken.forEach(Turn::wake);
  }

  /** Another process has rung. On the thread at the doorbell. */
  @Override
  public void rung() {
    wakeHere();
    if (countHere() == 0) {
      passOn();
    }
  }

  /** Every 250 ms while somebody of this process waits. On the thread at the doorbell. */
  @Override
  public void look() {
    rule.look();
    @Nullable Turn first;
    lock.lock();
    try {
      first = standing.peekFirst();
      if (first == null) {
        return;
      }
      words.setBits(STANDING, 1L << slot);
    } finally {
      lock.unlock();
    }
    if (rule.released() >= first.number) {
      wakeHere();
    } else if (isFirst(first) && first.ready.getAsBoolean()) {
      first.wake();
    }
  }
}
