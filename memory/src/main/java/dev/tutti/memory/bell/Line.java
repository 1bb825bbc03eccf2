package dev.tutti.memory.bell;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The threads of this process that wait at one object of shared memory, and the way to those of the
 * others.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread, platform or virtual. Waiters
 * are parked; platform threads sleep in the kernel where native calls are allowed.
 *
 * <p><b>Failure.</b> Whoever dies with a ring in its hands costs the others a quarter of a second.
 */
public final class Line {
  /** How many words a line has. */
  public static final int WORDS = 8;

  /*
   * The word `waiting`, the first of the line's, has a bit for each process with parked waiters that wants to be rung. Who clears a bit owes a ring.
   *
   *   waiter:    (1) stands in the line, sets its process's bit   (2) tries   (3) parks; woken, from (1) again
   *   releaser:  (4) changes the object's words                   (5) reads the bitmap, clears bits, rings
   *
   * All four accesses are volatile, so they are in one order: if (2) does not see (4), then (5) comes after (1) and
   * finds the bit. No wake-up is lost, and where nobody waits a release costs two reads more.
   *
   * A line that wakes one: a ring goes to one process, which wakes the first in its line. So that a release that woke
   * somebody who did not need it is not lost, everyone who leaves a line, for whatever reason, passes on: he sets the
   * bit again if others of his process stand there, looks whether there is something to have, and if so wakes the next
   * one here or rings elsewhere. A ring that meets an empty line is passed on in the same way. So while there is
   * something to have and somebody waits for it, somebody is on his way to it. All who wait in such a line
   * want the same, and one of them can have it whenever another could.
   *
   * A line that wakes all: a ring goes to every process, which wakes all of its line.
   *
   * Platform threads do not park where native calls are allowed: they sleep at an alarm (see Alarm). Both kinds stand in one
   * line; which of them is woken takes turns in each releaser.
   *
   * What can be lost is lost by deaths: a process that dies between clearing a bit and ringing, or with a ring that it
   * has not passed on. So the thread at the doorbell looks at each line with waiters every 250 ms: it sets the bits
   * and wakes who would find something. The waiters themselves sleep.
   *
   * `lock` guards `waiters` and their counts, and the bits against those who enter and leave: that in `waiting` is set
   * while somebody is parked in the line and has not been rung, that in `asleep` while there are sleepers.
   */
  private final Members members;
  private final Words words;
  private final long key;
  private final int waiting;
  private final Alarm alarm;
  private final boolean wakesAll;
  private final Subject subject;
  private final long ownBit;
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<Waiter> waiters = new LinkedHashSet<>(); // guarded by lock
  private int sleepers; // guarded by lock; the others are parked
  private boolean parkedFirst; // whose turn it is, more or less

  /** What the waiters of a line wait for. */
  public interface Subject {
    /** {@return whether there is something to have for any waiter of a line that wakes one} */
    boolean isReady();

    /** Called every 250 ms while somebody of this process waits. */
    default void look() {}

    /** Called when another process has rung. */
    default void rung() {}
  }

  private static final class Waiter {
    final Thread thread = Thread.currentThread();
    final BooleanSupplier ready;
    final @Nullable Bed bed;

    /**
     * Whether it is to try again. An unpark alone may be used up by a lock that an attempt takes.
     */
    volatile boolean woken;

    Waiter(BooleanSupplier ready, @Nullable Bed bed) {
      this.ready = ready;
      this.bed = bed;
    }
  }

  /**
   * Makes the line of this process.
   *
   * @param members who takes part
   * @param key what others ring for: the same number in each process
   * @param wakesAll whether all who wait are woken, or one of them
   * @param subject what they wait for
   */
  public Line(Members members, long key, boolean wakesAll, Subject subject) {
    this(members, key, Layout.WAITING, wakesAll, subject);
  }

  /**
   * Makes the line of this process at an object that has several.
   *
   * @param members who takes part
   * @param key what others ring for: the same number in each process, another for each line
   * @param at the first of its {@link #WORDS} words, which were all zero
   * @param wakesAll whether all who wait are woken, or one of them
   * @param subject what they wait for
   */
  public Line(Members members, long key, int at, boolean wakesAll, Subject subject) {
    this.members = members;
    this.words = members.words();
    this.key = key;
    this.waiting = at;
    this.alarm = new Alarm(members, at);
    this.wakesAll = wakesAll;
    this.subject = subject;
    this.ownBit = 1L << members.slot();
  }

  /** Lets others ring from now on, not only when somebody waits. */
  public void open() {
    members.answerTheBell();
  }

  /** {@return what others ring for} */
  public long key() {
    return key;
  }

  /**
   * Waits until an attempt succeeds.
   *
   * @param attempt takes what is waited for, if it is there; it may be tried at any time
   * @param ready whether an attempt would succeed, without taking anything
   * @param nanos how long; {@code Long.MAX_VALUE} for ever
   * @param interruptibly whether an interrupt ends it; otherwise the flag is set again at the end
   * @return whether an attempt succeeded
   * @throws InterruptedException if the calling thread is interrupted
   */
  public boolean await(
      BooleanSupplier attempt, BooleanSupplier ready, long nanos, boolean interruptibly)
      throws InterruptedException {
    if (nanos <= 0) {
      return attempt.getAsBoolean();
    }
    long start = System.nanoTime();
    members.answerTheBell();
    Waiter self = new Waiter(ready, alarm.bed());
    boolean interrupted = false;
    try {
      enter(self);
      int before = alarm.now();
      self.woken = false;
      while (!attempt.getAsBoolean()) { // (2)
        if (Thread.interrupted()) {
          if (interruptibly) {
            throw new InterruptedException();
          }
          interrupted = true;
        }
        long left = nanos == Long.MAX_VALUE ? nanos : nanos - (System.nanoTime() - start);
        if (left <= 0) {
          return false;
        }
        if (self.bed != null) {
          self.bed.sleep(before, left, interruptibly); // (3)
        } else if (!self.woken && left == Long.MAX_VALUE) {
          LockSupport.park(this); // (3)
        } else if (!self.woken) {
          LockSupport.parkNanos(this, left);
        }
        self.woken = false; // before the bit is set, after which it may be woken again
        if (self.bed == null) {
          words.setBits(waiting, ownBit); // (1)
        }
        before = alarm.now();
      }
      return true;
    } finally {
      leave(self);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void enter(Waiter self) {
    lock.lock();
    try {
      waiters.add(self);
      sleepers += self.bed == null ? 0 : 1;
      if (waiters.size() == 1) {
        members.neighbourhood().watch(this);
      }
      setBits(); // (1)
    } finally {
      lock.unlock();
    }
  }

  /** With the lock held. */
  private void setBits() {
    if (waiters.size() > sleepers) {
      words.setBits(waiting, ownBit);
    }
    if (sleepers > 0) {
      alarm.hasSleepers(true);
    }
  }

  private void leave(Waiter self) {
    lock.lock();
    try {
      if (waiters.remove(self)) { // not if it could not enter
        sleepers -= self.bed == null ? 0 : 1;
      }
      if (waiters.isEmpty()) {
        members.neighbourhood().unwatch(this);
      }
      if (waiters.size() == sleepers) {
        words.clearBits(waiting, ownBit);
      }
      if (sleepers == 0) {
        alarm.hasSleepers(false);
      }
      setBits();
    } finally {
      lock.unlock();
    }
    passOn();
  }

  private void passOn() {
    if (!wakesAll && isAwaited() && subject.isReady() && !wake()) {
      ringOne();
    }
  }

  /** {@return whether a process wants to be rung} */
  public boolean isAwaited() {
    return (words.get(waiting) | alarm.sleeping()) != 0;
  }

  /** Who is dead wants nothing. */
  public void forgetTheDead() {
    alarm.forgetTheDead(alarm.sleeping());
    for (long left = words.get(waiting); left != 0; left &= left - 1) {
      if (members.isDead(Long.numberOfTrailingZeros(left))) {
        words.clearBits(waiting, Long.lowestOneBit(left));
      }
    }
  }

  /**
   * Has one of those who wait look again. Called after what they wait for is there.
   *
   * @return whether one was woken, or a process has heard it; if not, all who wait are about to
   *     look by themselves
   */
  public boolean ringOne() {
    long parked = words.get(waiting); // (5)
    long sleeping = alarm.sleeping(); // (5)
    if (sleeping == 0 || !alarm.isWithinReach()) {
      return ringOneOf(parked, sleeping);
    }
    if (parked == 0) {
      return alarm.goOff(sleeping, 1);
    }
    boolean first = parkedFirst;
    parkedFirst = !first;
    return first
        ? ringOneOf(parked, 0) || alarm.goOff(sleeping, 1)
        : alarm.goOff(sleeping, 1) || ringOneOf(parked, 0);
  }

  /** {@return whether a process has heard it} */
  private boolean ringOneOf(long parked, long sleeping) {
    for (long left = parked | sleeping; left != 0; ) {
      int slot = nextAfterOwn(left);
      long bit = 1L << slot;
      boolean owes = words.clearBits(waiting, bit) != 0 || (sleeping & bit) != 0;
      if (owes && ring(slot)) {
        return true;
      }
      if ((sleeping & bit) != 0) {
        alarm.forgetTheDead(bit);
      }
      left &= ~bit;
    }
    return false;
  }

  /** Has all who wait look again. Called after what they wait for is there. */
  public void ringAll() {
    long sleeping = alarm.sleeping(); // (5)
    if (sleeping != 0 && alarm.isWithinReach()) {
      alarm.goOff(sleeping, Integer.MAX_VALUE);
      sleeping = 0;
    }
    long bits = words.clearBits(waiting, -1L) | sleeping; // (5)
    for (long left = bits; left != 0; left &= left - 1) {
      ring(Long.numberOfTrailingZeros(left));
    }
  }

  /** The processes take turns: this one comes last. */
  private int nextAfterOwn(long waiting) {
    int first = members.slot() + 1;
    return (first + Long.numberOfTrailingZeros(Long.rotateRight(waiting, first))) % Layout.SLOTS;
  }

  private boolean ring(int slot) {
    return slot == members.slot() ? wake() : members.ring(slot, key);
  }

  /** Wakes those of this process. {@return whether there was one} */
  private boolean wake() {
    List<Waiter> woken = new ArrayList<>();
    lock.lock();
    try {
      for (Waiter waiter : waiters) {
        woken.add(waiter);
        if (!wakesAll) {
          break;
        }
      }
    } finally {
      lock.unlock();
    }
    wake(woken);
    return !woken.isEmpty();
  }

  private void wake(List<Waiter> woken) {
    boolean sleeping = false;
    for (Waiter waiter : woken) {
      if (waiter.bed == null) {
        waiter.woken = true;
        LockSupport.unpark(waiter.thread);
      } else {
        sleeping = true;
      }
    }
    if (sleeping) {
      alarm.goOff(ownBit, wakesAll ? Integer.MAX_VALUE : 1);
    }
  }

  /** Another process has rung. On the thread at the doorbell. */
  public void rung() {
    subject.rung();
    if (!wake()) {
      passOn();
    }
  }

  /** Every 250 ms while somebody of this process waits. On the thread at the doorbell. */
  public void look() {
    subject.look();
    List<Waiter> woken = new ArrayList<>();
    lock.lock();
    try {
      if (waiters.isEmpty()) {
        return;
      }
      setBits();
      for (Waiter waiter : waiters) {
        if (waiter.ready.getAsBoolean()) {
          woken.add(waiter);
        }
        if (!wakesAll) {
          break;
        }
      }
    } finally {
      lock.unlock();
    }
    wake(woken);
  }

  /** Has the process with a ticket look at this line by itself. */
  public void ask(int ticket) {
    members.ask(ticket, key);
  }

  /** {@return how many threads of this process wait} */
  public int length() {
    lock.lock();
    try {
      return waiters.size();
    } finally {
      lock.unlock();
    }
  }
}
