package dev.tutti.memory.bell;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * The threads of this process that wait at one object of shared memory, and the way to those of the
 * others.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread, platform or virtual. Waiters
 * are parked.
 *
 * <p><b>Failure.</b> Whoever dies with a ring in its hands costs the others a quarter of a second.
 */
public final class Line {
  /** How many words a line has. */
  public static final int WORDS = 8;

  /*
   * The word `waiting`, the first of the line's, has a bit for each process that wants to be rung. Who clears a bit owes a ring.
   *
   *   waiter:    (1) stands in the line, sets its process's bit   (2) tries   (3) parks; woken, from (1) again
   *   releaser:  (4) changes the object's words                   (5) reads the bitmap, clears bits, rings
   *
   * All four accesses are volatile, so they are in one order: if (2) does not see (4), then (5) comes after (1) and
   * finds the bit. No wake-up is lost, and where nobody waits a release costs one read more.
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
   * What can be lost is lost by deaths: a process that dies between clearing a bit and ringing, or with a ring that it
   * has not passed on. So the thread at the doorbell looks at each line with waiters every 250 ms: it sets the bit
   * and wakes who would find something. The waiters themselves sleep.
   *
   * `lock` guards `waiters`, and the bit against those who enter and leave: it is set while somebody stands in the
   * line and has not been rung.
   */
  private final Members members;
  private final Words words;
  private final long key;
  private final int at;
  private final boolean wakesAll;
  private final Subject subject;
  private final long ownBit;
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<Waiter> waiters = new LinkedHashSet<>(); // guarded by lock

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

    Waiter(BooleanSupplier ready) {
      this.ready = ready;
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
    this.at = at;
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
    Waiter self = new Waiter(ready);
    boolean interrupted = false;
    enter(self);
    try {
      while (!attempt.getAsBoolean()) { // (2)
        if (Thread.interrupted()) {
          if (interruptibly) {
            throw new InterruptedException();
          }
          interrupted = true;
        }
        if (nanos == Long.MAX_VALUE) {
          LockSupport.park(this);
        } else {
          long left = nanos - (System.nanoTime() - start);
          if (left <= 0) {
            return false;
          }
          LockSupport.parkNanos(this, left);
        }
        words.setBits(at, ownBit); // (1)
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
      if (waiters.size() == 1) {
        members.neighbourhood().watch(this);
      }
      words.setBits(at, ownBit); // (1)
    } finally {
      lock.unlock();
    }
  }

  private void leave(Waiter self) {
    lock.lock();
    try {
      waiters.remove(self);
      if (waiters.isEmpty()) {
        members.neighbourhood().unwatch(this);
        words.clearBits(at, ownBit);
      } else {
        words.setBits(at, ownBit);
      }
    } finally {
      lock.unlock();
    }
    passOn();
  }

  private void passOn() {
    if (!wakesAll && words.get(at) != 0 && subject.isReady() && !wake()) {
      ringOne();
    }
  }

  /** {@return whether a process wants to be rung} */
  public boolean isAwaited() {
    return words.get(at) != 0;
  }

  /** Has one of those who wait look again. Called after what they wait for is there. */
  public void ringOne() {
    long waiting = words.get(at); // (5)
    while (waiting != 0) {
      int slot = nextAfterOwn(waiting);
      if (words.compareAndSet(at, waiting, waiting & ~(1L << slot)) && ring(slot)) {
        return;
      }
      waiting = words.get(at);
    }
  }

  /** Has all who wait look again. Called after what they wait for is there. */
  public void ringAll() {
    for (long left = words.clearBits(at, -1L); left != 0; left &= left - 1) { // (5)
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
    woken.forEach(waiter -> LockSupport.unpark(waiter.thread));
    return !woken.isEmpty();
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
      words.setBits(at, ownBit);
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
    woken.forEach(waiter -> LockSupport.unpark(waiter.thread));
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
