package dev.tutti.memory.bell;

import dev.tutti.memory.segment.SharedSegment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Processes that share mapped words, played by the actors of a race. Each state of a race has a
 * piece of one segment.
 */
public final class Ground {
  /*
   * The words of an object up to the slots of the first processes are mapped; the others are always zero. The
   * pieces are used in turns: there are more of them than states that live at a time. An object that has more words than
   * these has a segment for itself.
   */
  private static final int WORDS = 128;
  private static final int PIECES = 1 << 12;
  private static final Words MAPPED = map();
  private static final AtomicInteger NEXT = new AtomicInteger();

  private final Words mapped;
  private final int base;
  private final int size;
  private final Fault fault;
  private int players;
  private volatile long dead;
  private volatile boolean rung;

  /** How an access to words can be wrong. */
  public enum Fault {
    /** It is right. */
    NONE,
    /** A write may come after the reads that follow it. */
    WEAK_SET,
    /** A compare-and-set is a look and a write. */
    TWO_STEPS,
    /** A compare-and-set from a value other than zero is a write: a take-over without a look. */
    TAKE_OVER_BY_WRITE,
  }

  /** Makes words that are all zero. */
  public Ground(Fault fault) {
    this(fault, MAPPED, (NEXT.getAndIncrement() & (PIECES - 1)) * WORDS, WORDS);
    for (int word = 0; word < WORDS; word++) {
      MAPPED.put(base + word, 0);
    }
  }

  /** Takes all of a segment for the words, and fills it with zeros. */
  public Ground(Fault fault, SharedSegment segment) {
    this(fault, new MappedWords(segment), 0, (int) (segment.data().byteSize() / Long.BYTES));
    var _ = segment.data().fill((byte) 0);
  }

  private Ground(Fault fault, Words mapped, int base, int size) {
    this.fault = fault;
    this.mapped = mapped;
    this.base = base;
    this.size = size;
  }

  private static Words map() {
    try {
      return new MappedWords(SharedSegment.create((long) WORDS * PIECES * Long.BYTES));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@return a process that joins} */
  public Player enter() {
    return new Player(++players);
  }

  /** {@return whether one of them has rung another} */
  public boolean isRung() {
    return rung;
  }

  /** {@return a word of the object's own} */
  public long state(int index) {
    return mapped.get(base + Layout.state(index));
  }

  /** One process. A ring for it is noted, and nothing else. */
  public final class Player implements Words, Neighbourhood {
    private final int self;

    private Player(int self) {
      this.self = self;
    }

    /** {@return the process as one that takes part} */
    public Members join() {
      return new Members(this, this);
    }

    /** Asks to be rung, as a waiter does before it tries. */
    void announce(Members self) {
      setBits(Layout.WAITING, 1L << self.slot());
    }

    /** Ends the process, for the others. */
    public void die() {
      dead = self;
    }

    @Override
    public long get(int word) {
      return word < size ? mapped.get(base + word) : 0;
    }

    @Override
    public void set(int word, long value) {
      if (fault == Fault.WEAK_SET) {
        mapped.put(base + word, value);
      } else {
        mapped.set(base + word, value);
      }
    }

    @Override
    public void put(int word, long value) {
      mapped.put(base + word, value);
    }

    @Override
    public boolean compareAndSet(int word, long expected, long value) {
      boolean written =
          switch (fault) {
            case TWO_STEPS -> get(word) == expected && lingers();
            case TAKE_OVER_BY_WRITE -> expected != 0;
            case NONE, WEAK_SET -> false;
          };
      if (written) {
        mapped.set(base + word, value);
        return true;
      }
      return fault != Fault.TWO_STEPS && mapped.compareAndSet(base + word, expected, value);
    }

    private static boolean lingers() {
      for (int i = 0; i < 20; i++) {
        Thread.onSpinWait();
      }
      return true;
    }

    @Override
    public long self() {
      return self;
    }

    @Override
    public boolean isAlive(long process) {
      return process != dead;
    }

    @Override
    public long lookNanos() {
      return 0;
    }

    @Override
    public String bell() {
      return "bell";
    }

    @Override
    public boolean ring(long process, String bell, long key) {
      rung = true;
      return true;
    }

    @Override
    public void add(Line line) {}

    @Override
    public void watch(Line line) {}

    @Override
    public void unwatch(Line line) {}
  }
}
