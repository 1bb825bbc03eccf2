package dev.tutti.memory.sync;

import dev.tutti.memory.bell.Line;
import dev.tutti.memory.bell.Members;
import dev.tutti.memory.bell.Words;
import org.jspecify.annotations.Nullable;

/** A word of shared memory that says which thread of which process has something. */
final class Owner {
  /*
   *    63    62                   32 31               0
   *   +-----+-----------------------+------------------+
   *   | 1   | the process's ticket  | number of thread |     0 if nobody has it
   *   +-----+-----------------------+------------------+
   *     abandoned: the thread has ended, its process says so
   *
   *   0     -> mine    take(): compare-and-set
   *   gone  -> mine    take(): compare-and-set, from the very word that was found to be of one that is gone. A ticket
   *                    is given out once and a dead one does not come back, so if the word is still the same, nobody
   *                    has taken it over since
   *   gone  -> 0       clear(): compare-and-set, for the same reason
   *   mine  -> 0       give(), by the owner: a write; nobody changes the word of an owner that lives
   *   ended -> abandoned   abandonIfEnded() in the process whose thread it was: compare-and-set
   *
   * `holder` is the thread of this process that owns it. It is written without a fence, after the word was
   * taken and before it is given. Who finds the word to be of this process and the holder's number to be that in it, and the thread ended,
   * has a word that no living thread will change, but by compare-and-set as he does. An old value leads to another number or to
   * a failing compare-and-set. The owner itself always finds itself there: so a thread whose number has come round to that of the
   * owner, after 2^32 others, does not take itself for it.
   *
   * A thread of another process cannot be asked whether it lives: its process is, by a ring, every 250 ms while
   * somebody waits, or has tried in vain. That is why whoever owns something has a doorbell from the start.
   */
  private static final long ABANDONED = Long.MIN_VALUE;

  private final Words words;
  private final Members members;
  private final int word;
  private final long processPart;
  private final Seldom asking;
  private @Nullable Thread holder;

  Owner(Members members, int word) {
    this.words = members.words();
    this.members = members;
    this.word = word;
    this.processPart = (long) members.ticket() << Integer.SIZE;
    this.asking = new Seldom(members.neighbourhood().lookNanos());
  }

  private static long number(Thread thread) {
    return thread.threadId() & 0xFFFF_FFFFL;
  }

  private static int ticket(long owner) {
    return (int) ((owner & ~ABANDONED) >>> Integer.SIZE);
  }

  long get() {
    return words.get(word);
  }

  /** {@return what the word holds when the calling thread is the owner} */
  long mine() {
    return processPart | number(Thread.currentThread());
  }

  boolean isMine() {
    return holder == Thread.currentThread() && get() == mine();
  }

  /**
   * {@return whether the calling thread is the owner now, in the place of nobody or of one gone}
   */
  boolean take(long from, long mine) {
    boolean taken = words.compareAndSet(word, from, mine);
    if (taken) {
      holder = Thread.currentThread();
    }
    return taken;
  }

  /** By the owner. */
  void give() {
    holder = null;
    words.set(word, 0); // pairs with take()
  }

  /** Puts nobody in the place of one that is gone. */
  void clear(long gone) {
    words.compareAndSet(word, gone, 0);
  }

  boolean isGone(long owner) {
    return owner < 0 || (isHere(owner) ? hasEnded(owner) : members.isGone(ticket(owner)));
  }

  private boolean isHere(long owner) {
    return ticket(owner) == members.ticket();
  }

  private boolean hasEnded(long owner) {
    Thread last = holder;
    return last != null && number(last) == thread(owner) && !last.isAlive();
  }

  /** {@return the thread of this process that is the owner, or was when it ended; null if none} */
  @Nullable Thread here() {
    long owner = get();
    Thread last = holder;
    return owner > 0 && isHere(owner) && last != null && number(last) == thread(owner)
        ? last
        : null;
  }

  /** {@return whether the owner was a thread of this process that has ended; then others see it} */
  boolean abandonIfEnded() {
    long owner = get();
    return owner > 0
        && isHere(owner)
        && hasEnded(owner)
        && words.compareAndSet(word, owner, owner | ABANDONED); // pairs with isGone() elsewhere
  }

  /** Has the owner's process look whether its thread lives. */
  void askHome(Line line) {
    long owner = get();
    if (owner > 0 && !isHere(owner)) {
      line.ask(ticket(owner));
    }
  }

  /** As {@link #askHome}, for who does not wait: then nobody looks. */
  void askHomeSeldom(Line line) {
    long owner = get();
    if (owner > 0 && !isHere(owner) && asking.isDue()) {
      line.ask(ticket(owner));
    }
  }

  static long thread(long owner) {
    return owner & 0xFFFF_FFFFL;
  }

  /** {@return its process id; 0 if it is long gone} */
  long pid(long owner) {
    return members.pid(ticket(owner));
  }

  LockHolder holder(long owner) {
    return new LockHolder(pid(owner), thread(owner));
  }

  /** {@return who it is, in words} */
  String describe(long owner) {
    return "process %d thread %d%s"
        .formatted(pid(owner), thread(owner), isGone(owner) ? ", which is gone" : "");
  }
}
