package dev.tutti.memory.sync;

import dev.tutti.memory.bell.Layout;
import dev.tutti.memory.bell.Line;
import dev.tutti.memory.bell.Members;
import dev.tutti.memory.bell.Words;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Many threads of several processes that read, or one that writes. */
final class Readership implements Line.Subject, Turns.Rule, Cores.Core {
  /*
   *   tally of a slot   how many threads of that process read
   *   GATE              which thread has closed the gate, to write; see Owner
   *   WRITING           which thread writes, or died while it did; 0 if nobody. Only who has the gate changes it
   *   HOLDS             how often the writer has locked: the writer's
   *   LOST, LOST_THREAD who died while it wrote: the writer's; until it says that all is in order
   *
   *   reader:  (1) adds 1 to its process's tally   (2) looks at the gate: closed, it subtracts 1 again and waits its turn
   *   writer:  (3) closes the gate: compare-and-set   (4) looks at all tallies, and again when one has become 0, until all are 0
   *            (5) notes as LOST who is in WRITING   (6) puts itself into WRITING;  at the end 0 into WRITING, then into GATE
   *
   * All are volatile, so they are in one order. If (2) comes after (3), the reader goes away; else (1) comes before (4), and the writer
   * waits for it. So nobody reads beside a writer. Two writers are kept apart by the gate.
   *
   * Deaths. The tally of a dead process is in the slot of a dead process: nobody counts it, and nobody has to subtract it. It is 0 before
   * the slot is anyone else's. A thread that ends while it reads is found by its own process, which knows its readers (`readers`, each with how
   * often it has locked) and looks when it is rung; a writer that waits, or tries in vain, has the others rung every 250 ms. A gate whose
   * owner is gone is taken by the next writer, or opened by the next reader: nothing is lost by that, since WRITING says who died
   * inside. One that dies while it waits at the closed gate for readers to leave has put nothing there.
   *
   * Who waits to begin stands in `turns`, readers and writers alike, and whoever comes while others wait does too; so neither
   * can starve the other. A reader that leaves the queue because it reads wakes the next one. A writer leaves it when it has closed the
   * gate, and waits in `line` for the readers. Who has the lock already, to read or to write, never waits for more of it.
   */
  private static final int GATE = Layout.state(0);
  private static final int WRITING = Layout.state(1);
  private static final int HOLDS = Layout.state(2);
  private static final int LOST = Layout.state(3);
  private static final int LOST_THREAD = Layout.state(4);
  private static final long IS_LOST = Long.MIN_VALUE;

  private final Members members;
  private final Words words;
  private final Line line;
  private final Turns turns;
  private final Owner gate;
  private final Seldom asking;
  private final int tally;
  private final Map<Thread, Integer> readers = new ConcurrentHashMap<>();

  Readership(Members members, long key) {
    this.members = members;
    this.words = members.words();
    this.line = new Line(members, key, true, this);
    this.gate = new Owner(members, GATE);
    this.asking = new Seldom(members.neighbourhood().lookNanos());
    this.tally = Layout.tally(members.slot());
    this.turns = new Turns(members, key, this);
    words.set(tally, 0); // no reader of this process is left: see Cores
    members.neighbourhood().add(line);
    line.open();
  }

  // ---------------------------------------------------------------- reading

  /** Whoever else waits. */
  boolean tryRead() {
    return readsAlready() || comesToRead() || asksWriter();
  }

  boolean read(long nanos, boolean interruptibly) throws InterruptedException {
    return readsAlready()
        || (!turns.isAwaited() && comesToRead())
        || turns.await(this::comesToRead, this::isReady, nanos, interruptibly)
        || asksWriter();
  }

  private boolean asksWriter() {
    gate.askHomeSeldom(line);
    return false;
  }

  private boolean readsAlready() {
    Thread self = Thread.currentThread();
    Integer holds = readers.get(self);
    if (holds != null) {
      if (holds == Integer.MAX_VALUE) {
        throw new IllegalStateException("locked too often by one thread: holds=" + holds);
      }
      readers.put(self, holds + 1);
      return true;
    }
    if (gate.isMine()) {
      readers.put(self, 1); // there may be no memory for it
      words.increment(tally);
      return true;
    }
    return false;
  }

  private boolean comesToRead() {
    if (isClosed()) {
      return false;
    }
    Thread self = Thread.currentThread();
    readers.put(self, 1); // there may be no memory for it
    boolean reads = false;
    words.increment(tally); // (1)
    try {
      reads = !isClosed(); // (2)
    } finally {
      if (!reads) {
        readers.remove(self);
        subtract();
      }
    }
    return reads;
  }

  private boolean isClosed() {
    long owner = gate.get();
    if (owner != 0 && gate.isGone(owner)) {
      gate.clear(owner);
      owner = gate.get();
    }
    return owner != 0;
  }

  private void subtract() {
    long now = words.get(tally);
    while (!words.compareAndSet(tally, now, now - 1)) {
      now = words.get(tally);
    }
    if (now == 1 && gate.get() != 0) {
      line.ringAll();
    }
  }

  void endRead() {
    Thread self = Thread.currentThread();
    Integer holds = readers.get(self);
    if (holds == null) {
      throw new IllegalMonitorStateException(
          "only a thread that has locked to read may unlock: " + describe());
    }
    if (holds > 1) {
      readers.put(self, holds - 1);
    } else {
      readers.remove(self);
      subtract();
    }
  }

  int readHolds() {
    return readers.getOrDefault(Thread.currentThread(), 0);
  }

  /** {@return how many threads read, in all processes} */
  int reading() {
    return isDrained() || isDrainedOfTheEnded() ? 0 : countReaders();
  }

  private int countReaders() {
    long sum = 0;
    for (int of = 0; of < Layout.SLOTS && members.pidAt(of) != 0; of++) {
      sum += readingOf(of);
    }
    return (int) sum;
  }

  private long readingOf(int of) {
    long count = words.get(Layout.tally(of));
    return count == 0 || members.isDead(of) ? 0 : count;
  }

  // ---------------------------------------------------------------- writing

  /** Whoever else waits. */
  boolean tryWrite() {
    return writesAlready()
        || ((isDrained() || isDrainedOfTheEnded()) && closes() && entersAfterReaders())
        || asksWriter();
  }

  boolean write(long nanos, boolean interruptibly) throws InterruptedException {
    return writesAlready() || comesToWrite(nanos, interruptibly) || asksWriter();
  }

  private boolean comesToWrite(long nanos, boolean interruptibly) throws InterruptedException {
    long start = System.nanoTime();
    boolean closed =
        (nanos > 0 || isDrained() || isDrainedOfTheEnded())
            && ((!turns.isAwaited() && closes())
                || turns.await(this::closes, this::isReady, nanos, interruptibly));
    if (!closed) {
      return false;
    }
    boolean drained = false;
    try {
      long left = nanos == Nanos.FOREVER ? nanos : nanos - (System.nanoTime() - start);
      drained = isDrained() || line.await(this::isDrained, this::isDrained, left, interruptibly);
    } finally {
      if (drained) {
        enters();
      } else {
        opens();
      }
    }
    return drained;
  }

  private boolean writesAlready() {
    if (!gate.isMine()) {
      if (readHolds() > 0) {
        throw new IllegalMonitorStateException(
            "a thread that reads cannot lock to write, it would wait for itself; unlock the read lock first: "
                + describe());
      }
      return false;
    }
    long holds = words.get(HOLDS);
    if (holds == Integer.MAX_VALUE) {
      throw new IllegalStateException("locked too often by one thread: holds=" + holds);
    }
    words.put(HOLDS, holds + 1);
    return true;
  }

  private boolean closes() {
    long owner = gate.get();
    return (owner == 0 || gate.isGone(owner)) && gate.take(owner, gate.mine()); // (3)
  }

  private boolean isDrained() {
    for (int of = 0; of < Layout.SLOTS && members.pidAt(of) != 0; of++) { // (4)
      if (readingOf(of) != 0) {
        return false;
      }
    }
    return true;
  }

  /** For who does not wait: then nobody looks. Those of other processes are found the next time. */
  private boolean isDrainedOfTheEnded() {
    subtractTheEnded();
    if (asking.isDue()) {
      ringReaders();
    }
    return isDrained();
  }

  private boolean entersAfterReaders() {
    boolean drained = isDrained();
    if (drained) {
      enters();
    } else {
      opens();
    }
    return drained;
  }

  private void enters() {
    long before = words.get(WRITING);
    if (before != 0) {
      words.put(LOST_THREAD, Owner.thread(before)); // (5)
      words.put(LOST, IS_LOST | gate.pid(before));
    }
    words.put(HOLDS, 1);
    words.set(WRITING, gate.mine()); // (6)
  }

  private void opens() {
    gate.give();
    turns.wakeFirst();
  }

  void endWrite() {
    ensureWrites();
    long holds = words.get(HOLDS);
    if (holds > 1) {
      words.put(HOLDS, holds - 1);
    } else {
      words.set(WRITING, 0);
      opens();
    }
  }

  void ensureWrites() {
    if (!gate.isMine()) {
      throw new IllegalMonitorStateException(
          "only the thread that has locked to write may do this: " + describe());
    }
  }

  int writeHolds() {
    return gate.isMine() ? (int) words.get(HOLDS) : 0;
  }

  Optional<LockHolder> writer() {
    long writing = words.get(WRITING);
    return writing == 0 ? Optional.empty() : Optional.of(gate.holder(writing));
  }

  // ---------------------------------------------------------------- deaths

  @Override
  public boolean isReady() {
    long owner = gate.get();
    return owner == 0 || gate.isGone(owner);
  }

  @Override
  public Collection<Thread> holders() {
    Set<Thread> all = new HashSet<>(readers.keySet());
    Thread writer = gate.here();
    if (writer != null) {
      all.add(writer);
    }
    return all;
  }

  @Override
  public void rung() {
    subtractTheEnded();
    if (gate.abandonIfEnded()) {
      turns.wakeFirst();
    }
  }

  private void subtractTheEnded() {
    readers.forEach((thread, holds) -> {
      if (!thread.isAlive() && readers.remove(thread, holds)) {
        subtract();
      }
    });
  }

  /**
   * For those in the line, which wait for readers, and those in the queue, which wait at the gate.
   */
  @Override
  public void look() {
    subtractTheEnded();
    gate.askHome(line);
    if (gate.get() != 0) {
      ringReaders();
    }
  }

  private void ringReaders() {
    for (int of = 0; of < Layout.SLOTS && members.pidAt(of) != 0; of++) {
      if (of != members.slot() && readingOf(of) != 0) {
        members.ring(of, line.key());
      }
    }
  }

  /** {@return the one that died while it wrote, for who has the lock} */
  Optional<LockHolder> lost() {
    long writing = gate.isMine() ? 0 : words.get(WRITING);
    if (writing != 0) {
      return Optional.of(gate.holder(writing));
    }
    long lost = words.get(LOST);
    return lost == 0
        ? Optional.empty()
        : Optional.of(new LockHolder(lost & ~IS_LOST, words.get(LOST_THREAD)));
  }

  void forget() {
    words.put(LOST, 0);
  }

  void ensureHas() {
    if (readHolds() == 0 && !gate.isMine()) {
      throw new IllegalMonitorStateException(
          "only a thread that has locked may ask: " + describe());
    }
  }

  String describe() {
    List<String> all = new ArrayList<>();
    long owner = gate.get();
    if (owner != 0) {
      all.add((words.get(WRITING) == owner ? "written by " : "awaited by ") + gate.describe(owner));
    }
    for (int of = 0; of < Layout.SLOTS && members.pidAt(of) != 0; of++) {
      long count = readingOf(of);
      if (count != 0) {
        all.add("read by process %d threads=%d".formatted(members.pidAt(of), count));
      }
    }
    return all.isEmpty() ? "unlocked" : String.join(", ", all);
  }

  /** {@return how many of this process wait} */
  int waiting() {
    return turns.countHere() + line.length();
  }
}
