package dev.tutti.memory.sync;

import dev.tutti.memory.bell.Layout;
import dev.tutti.memory.bell.Line;
import dev.tutti.memory.bell.Members;
import dev.tutti.memory.bell.Words;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A lock that a thread of a process owns, and that the next one takes over when that is gone. */
final class Ownership implements Line.Subject, Turns.Rule, Cores.Core {
  /*
   * The word OWNER says who has it; see Owner. HOLDS is the owner's: how often it has locked. LOST, LOST_THREAD and then RECOVERIES
   * are written by the owner, when it has taken over and before it goes on; a new owner that dies in between is found gone in its
   * turn. They pair with OWNER: who has locked sees what the owners before have written. RECOVERIES, how often it was taken over, is
   * read by others too: by those who wait at its conditions.
   *
   * Who waits stands in `line`, where a release wakes one and whoever comes first has it; if the lock is FAIR, in `turns`, and then
   * one who comes while others wait does not try.
   */
  private static final int OWNER = Layout.state(0);
  private static final int HOLDS = Layout.state(1);
  private static final int LOST = Layout.state(2);
  private static final int LOST_THREAD = Layout.state(3);
  private static final int FAIR = Layout.state(4);
  private static final int RECOVERIES = Layout.state(5);
  private static final long IS_LOST = Long.MIN_VALUE;
  private static final int SPINS = 64;

  private final Words words;
  private final Line line;
  private final Owner owner;
  private final @Nullable Turns turns;

  Ownership(Members members, long key) {
    this.words = members.words();
    this.line = new Line(members, key, false, this);
    this.owner = new Owner(members, OWNER);
    this.turns = words.get(FAIR) == 0 ? null : new Turns(members, key, this);
    members.neighbourhood().add(line);
    line.open();
  }

  /** Before anybody else knows of it. */
  static void first(Words words, boolean fair) {
    words.set(FAIR, fair ? 1 : 0);
  }

  boolean isFair() {
    return turns != null;
  }

  boolean isMine() {
    return owner.isMine();
  }

  boolean isTaken() {
    return owner.get() != 0;
  }

  boolean isAbandoned() {
    long who = owner.get();
    return who != 0 && owner.isGone(who);
  }

  /** {@return how often the calling thread has locked} */
  int holds() {
    return isMine() ? (int) words.get(HOLDS) : 0;
  }

  /** {@return how often it was taken over from one that was gone} */
  long recoveries() {
    return words.get(RECOVERIES);
  }

  /** Whoever else waits. What has ended elsewhere is found by one that comes after it. */
  boolean tryOnce() {
    return tryTake() || asks();
  }

  private boolean asks() {
    owner.askHomeSeldom(line);
    return false;
  }

  boolean tryTake() {
    long mine = owner.mine();
    return owner.take(0, mine) ? taken() : tryTakeSlowly(mine);
  }

  private boolean taken() {
    words.put(HOLDS, 1);
    return true;
  }

  private boolean tryTakeSlowly(long mine) {
    if (owner.isMine()) {
      long holds = words.get(HOLDS);
      if (holds == Integer.MAX_VALUE) {
        throw new IllegalStateException("locked too often by one thread: holds=" + holds);
      }
      words.put(HOLDS, holds + 1);
      return true;
    }
    long who = owner.get();
    if (who == 0) {
      return owner.take(0, mine) && taken();
    }
    if (owner.isGone(who) && owner.take(who, mine)) {
      words.put(LOST_THREAD, Owner.thread(who));
      words.put(LOST, IS_LOST | owner.pid(who));
      words.set(RECOVERIES, words.get(RECOVERIES) + 1);
      return taken();
    }
    return false;
  }

  boolean take(long nanos, boolean interruptibly) throws InterruptedException {
    if (mayTry() && tryTake()) {
      return true;
    }
    for (int i = 0; i < SPINS && nanos > 0; i++) {
      if (!isTaken() && mayTry() && tryTake()) {
        return true;
      }
      Thread.onSpinWait();
    }
    boolean taken =
        turns == null
            ? line.await(this::tryTake, this::isReady, nanos, interruptibly)
            : turns.await(this::tryTake, this::isReady, nanos, interruptibly);
    return taken || asks();
  }

  private boolean mayTry() {
    return turns == null || !turns.isAwaited() || isMine();
  }

  void give() {
    ensureMine();
    long holds = words.get(HOLDS);
    if (holds > 1) {
      words.put(HOLDS, holds - 1);
    } else {
      giveUp();
    }
  }

  private void giveUp() {
    owner.give();
    wakeNext();
  }

  private void wakeNext() {
    if (turns == null) {
      line.ringOne();
    } else {
      turns.wakeFirst();
    }
  }

  /** Gives it, however often the owner has locked. {@return how often that was} */
  int giveAll() {
    ensureMine();
    int holds = (int) words.get(HOLDS);
    giveUp();
    return holds;
  }

  /** Takes it again after {@link #giveAll}. */
  void takeAgain(int holds) {
    Uninterrupted.run(() -> take(Nanos.FOREVER, false));
    words.put(HOLDS, holds);
  }

  void ensureMine() {
    if (!isMine()) {
      throw new IllegalMonitorStateException(
          "only the thread that has locked may do this; call lock() first: " + describe());
    }
  }

  @Override
  public boolean isReady() {
    long who = owner.get();
    return who == 0 || owner.isGone(who);
  }

  @Override
  public Collection<Thread> holders() {
    Thread holder = owner.here();
    return holder == null ? List.of() : List.of(holder);
  }

  @Override
  public void rung() {
    if (owner.abandonIfEnded()) {
      wakeNext();
    }
  }

  @Override
  public void look() {
    owner.askHome(line);
  }

  Optional<LockHolder> owner() {
    long who = owner.get();
    return who == 0 ? Optional.empty() : Optional.of(owner.holder(who));
  }

  /** {@return the one that died, for the owner of the lock} */
  Optional<LockHolder> lost() {
    long lost = words.get(LOST);
    return lost == 0
        ? Optional.empty()
        : Optional.of(new LockHolder(lost & ~IS_LOST, words.get(LOST_THREAD)));
  }

  void forget() {
    words.put(LOST, 0);
  }

  String describe() {
    long who = owner.get();
    String text = who == 0 ? "unlocked" : "locked by " + owner.describe(who);
    return words.get(LOST) == 0 ? text : text + ", recovered";
  }

  int waiting() {
    return turns == null ? line.length() : turns.countHere();
  }
}
