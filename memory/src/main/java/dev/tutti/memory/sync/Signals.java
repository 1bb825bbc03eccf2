package dev.tutti.memory.sync;

import dev.tutti.memory.bell.Layout;
import dev.tutti.memory.bell.Members;
import dev.tutti.memory.bell.Words;

/** Threads of several processes that have a lock, leave it for a time, and are called back. */
final class Signals implements Turns.Rule {
  /*
   * Who waits stands in `turns` from before it gives the lock until it has it again. What calls it back is in three words that are
   * written with the lock held, and read by waiters at any time:
   *
   *   SIGNALS   how many of the first in the queue may go: signal() adds, one that goes subtracts
   *   LIMIT     the number that was given last when SIGNALS was added to: who came later does not take from it
   *   ALL       the number that was given last at signalAll(): all up to it go, whoever is first
   *
   *   waiter:   stands, gives the lock, parks; woken, it reads; if it may go, or its time is over, it takes the lock again (1), and
   *             with the lock looks again: it goes up to ALL, or by taking one of SIGNALS, if it is the first (2), leaves (3)
   *
   * A signal is taken with the lock held (2). So one that dies between the wake-up and the lock (1) has taken nothing, and the next
   * one is the first, as the doorbell's look finds. One whose time is over has the signal if there is one, else leaves it. Who leaves with signals
   * left wakes the next (3). SIGNALS is never more than there are waiters; what nobody up to LIMIT is left to take is void.
   *
   * One that dies with the lock may have been about to signal, or may have taken a signal. Nobody can know, so all who wait are woken,
   * go on as if signalled, and find the lock recovered. Their processes find out by the doorbell's look: the lock's owner is gone, or the lock's count
   * of recoveries has changed. Then `awake` is the number that was given last, and all up to it go.
   */
  private static final int SIGNALS = Layout.state(0);
  private static final int LIMIT = Layout.state(1);
  private static final int ALL = Layout.state(2);
  private static final int LOCK = Layout.state(3);

  private final Words words;
  private final Ownership lock;
  private final Turns turns;
  private volatile long recoveries;
  private volatile long awake;

  Signals(Members members, long key, Ownership lock) {
    this.words = members.words();
    this.lock = lock;
    this.recoveries = lock.recoveries();
    this.turns = new Turns(members, key, this);
  }

  /** Before anybody else knows of it. */
  static void first(Words words, long lockKey) {
    words.set(LOCK, lockKey);
  }

  /** {@return whether the condition belongs to a lock} */
  static boolean isOf(Words words, long lockKey) {
    return words.get(LOCK) == lockKey;
  }

  @Override
  public boolean isReady() {
    return words.get(SIGNALS) > 0;
  }

  @Override
  public long released() {
    return Math.max(words.get(ALL), awake);
  }

  @Override
  public void look() {
    lock.look();
    long now = lock.recoveries();
    if (now != recoveries || lock.isAbandoned()) {
      recoveries = now;
      awake = turns.last();
    }
  }

  private boolean mayGo(Turns.Turn turn) {
    return turn.number <= released()
        || (isReady() && turn.number <= words.get(LIMIT) && turns.isFirst(turn));
  }

  /** {@return whether the caller goes because it was called; with the lock held} */
  private boolean goes(Turns.Turn turn) {
    boolean goes = mayGo(turn);
    if (goes && turn.number > released()) {
      words.set(SIGNALS, words.get(SIGNALS) - 1);
    }
    return goes;
  }

  /** {@return whether it was called; false if its time is over} */
  boolean await(long nanos, boolean interruptibly) throws InterruptedException {
    lock.ensureMine();
    if (interruptibly && Thread.interrupted()) {
      throw new InterruptedException();
    }
    long start = System.nanoTime();
    boolean interrupted = false;
    boolean over = false;
    boolean called = false;
    Turns.Turn turn = turns.enter(this::isReady);
    try {
      while (!called && !over && !interrupted) {
        int holds = lock.giveAll();
        try {
          long left =
              nanos == Nanos.FOREVER ? nanos : Math.max(0, nanos) - (System.nanoTime() - start);
          over = !turns.await(turn, () -> mayGo(turn), left, interruptibly);
        } catch (InterruptedException e) {
          interrupted = true;
        } finally {
          lock.takeAgain(holds);
        }
        called = goes(turn);
      }
    } finally {
      turns.leave(turn);
    }
    if (interrupted && !called) {
      throw new InterruptedException();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return called;
  }

  void signal(int count) {
    lock.ensureMine();
    long first = turns.firstNumber();
    long left = first > words.get(LIMIT) ? 0 : words.get(SIGNALS);
    words.set(LIMIT, turns.last());
    words.set(SIGNALS, Math.min(left + count, turns.count())); // pairs with mayGo()
    turns.wakeFirst();
  }

  void signalAll() {
    lock.ensureMine();
    words.set(SIGNALS, 0);
    words.set(ALL, turns.last()); // pairs with mayGo()
    turns.wakeAll();
  }

  void ensureMine() {
    lock.ensureMine();
  }

  int waiting() {
    return turns.count();
  }

  String describeLock() {
    return lock.describe();
  }
}
