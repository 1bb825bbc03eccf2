package dev.tutti.memory.sync;

import dev.tutti.memory.bell.Layout;
import dev.tutti.memory.bell.Line;
import dev.tutti.memory.bell.Members;
import dev.tutti.memory.bell.Words;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A lock that a thread of a process owns, and that the next one takes over when that is gone. */
final class Ownership implements Line.Subject {
  /*
   * The word OWNER:
   *
   *    63    62                   32 31               0
   *   +-----+-----------------------+------------------+
   *   | 1   | the process's ticket  | number of thread |     0 if it is free
   *   +-----+-----------------------+------------------+
   *     abandoned: the thread has ended, its process says so
   *
   *   0     -> mine    tryTake(): compare-and-set
   *   gone  -> mine    tryTake(): compare-and-set, from the very word that was found to be of one that is gone. A ticket
   *                    is given out once and a dead one does not come back, so if the word is still the same, nobody
   *                    has taken it over since
   *   mine  -> 0       give(), by the owner: a write; nobody changes the word of an owner that lives
   *   ended -> abandoned   rung() or look() in the process whose thread it was: compare-and-set
   *
   * HOLDS is the owner's: how often it has locked. LOST and LOST_THREAD are written by the owner, when it has taken over
   * and before it goes on; a new owner that dies in between is found gone in its turn. They pair with OWNER: who has
   * locked sees what the owners before have written.
   *
   * `holder` is the thread of this process that owns it. It is written without a fence, after OWNER was
   * taken and before it is given. Who finds OWNER to be of this process and the holder's number to be that in it, and the thread ended,
   * has a word that no living thread will change, but by compare-and-set as he does. An old value leads to another number or to
   * a failing compare-and-set.
   *
   * A thread of another process cannot be asked whether it lives: its process is, by a ring, every 250 ms while
   * somebody waits. That is why whoever uses a lock has a doorbell from the start.
   */
  private static final int OWNER = Layout.state(0);
  private static final int HOLDS = Layout.state(1);
  private static final int LOST = Layout.state(2);
  private static final int LOST_THREAD = Layout.state(3);
  private static final long ABANDONED = Long.MIN_VALUE;
  private static final long IS_LOST = Long.MIN_VALUE;
  private static final int SPINS = 64;

  private final Words words;
  private final Members members;
  private final Line line;
  private final long processPart;
  private @Nullable Thread holder;

  Ownership(Members members, long key) {
    this.words = members.words();
    this.members = members;
    this.line = new Line(members, key, false, this);
    this.processPart = (long) members.ticket() << Integer.SIZE;
    members.neighbourhood().add(line);
    line.open();
  }

  private static long number(Thread thread) {
    return thread.threadId() & 0xFFFF_FFFFL;
  }

  private static int ticket(long owner) {
    return (int) ((owner & ~ABANDONED) >>> Integer.SIZE);
  }

  private static long thread(long owner) {
    return owner & 0xFFFF_FFFFL;
  }

  private long mine() {
    return processPart | number(Thread.currentThread());
  }

  boolean isMine() {
    return words.get(OWNER) == mine();
  }

  boolean isTaken() {
    return words.get(OWNER) != 0;
  }

  /** {@return how often the calling thread has locked} */
  int holds() {
    return isMine() ? (int) words.get(HOLDS) : 0;
  }

  boolean tryTake() {
    long mine = mine();
    return words.compareAndSet(OWNER, 0, mine) ? taken() : tryTakeSlowly(mine);
  }

  private boolean taken() {
    words.put(HOLDS, 1);
    holder = Thread.currentThread();
    return true;
  }

  private boolean tryTakeSlowly(long mine) {
    long owner = words.get(OWNER);
    if (owner == mine) {
      long holds = words.get(HOLDS);
      if (holds == Integer.MAX_VALUE) {
        throw new IllegalStateException("locked too often by one thread: holds=" + holds);
      }
      words.put(HOLDS, holds + 1);
      return true;
    }
    if (owner == 0) {
      return words.compareAndSet(OWNER, 0, mine) && taken();
    }
    if (isGone(owner) && words.compareAndSet(OWNER, owner, mine)) {
      words.put(LOST_THREAD, thread(owner));
      words.put(LOST, IS_LOST | members.pid(ticket(owner)));
      return taken();
    }
    return false;
  }

  boolean take(long nanos, boolean interruptibly) throws InterruptedException {
    if (tryTake()) {
      return true;
    }
    for (int i = 0; i < SPINS && nanos > 0; i++) {
      if (words.get(OWNER) == 0 && tryTake()) {
        return true;
      }
      Thread.onSpinWait();
    }
    return line.await(this::tryTake, this::isReady, nanos, interruptibly);
  }

  void give() {
    if (!isMine()) {
      throw new IllegalMonitorStateException(
          "only the thread that has locked may unlock: " + describe());
    }
    long holds = words.get(HOLDS);
    if (holds > 1) {
      words.put(HOLDS, holds - 1);
      return;
    }
    holder = null;
    words.set(OWNER, 0); // pairs with tryTake()
    line.ringOne();
  }

  private boolean isGone(long owner) {
    return owner < 0 || (isHere(owner) ? hasEnded(owner) : members.isGone(ticket(owner)));
  }

  private boolean isHere(long owner) {
    return ticket(owner) == members.ticket();
  }

  private boolean hasEnded(long owner) {
    Thread last = holder;
    return last != null && number(last) == thread(owner) && !last.isAlive();
  }

  @Override
  public boolean isReady() {
    long owner = words.get(OWNER);
    return owner == 0 || isGone(owner);
  }

  @Override
  public void rung() {
    long owner = words.get(OWNER);
    if (owner > 0 && isHere(owner) && hasEnded(owner)) {
      words.compareAndSet(OWNER, owner, owner | ABANDONED); // pairs with isGone() elsewhere
      line.ringOne();
    }
  }

  @Override
  public void look() {
    long owner = words.get(OWNER);
    if (owner > 0 && !isHere(owner)) {
      line.ask(ticket(owner));
    }
  }

  Optional<LockHolder> owner() {
    long owner = words.get(OWNER);
    return owner == 0
        ? Optional.empty()
        : Optional.of(new LockHolder(members.pid(ticket(owner)), thread(owner)));
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
    long owner = words.get(OWNER);
    String who =
        owner == 0
            ? "unlocked"
            : "locked by process %d thread %d%s"
                .formatted(
                    members.pid(ticket(owner)),
                    thread(owner),
                    isGone(owner) ? ", which is gone" : "");
    return words.get(LOST) == 0 ? who : who + ", recovered";
  }

  int waiting() {
    return line.length();
  }
}
