package dev.tutti.memory.sync;

import dev.tutti.memory.bell.Line;
import dev.tutti.memory.bell.Members;
import dev.tutti.memory.bell.Neighbourhood;
import dev.tutti.memory.bell.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Processes that share words of the heap, played by threads of one JVM and without chance, so that
 * a model checker can follow them. They may be killed between any two accesses.
 */
final class Stage {
  /*
   * Nobody looks every 250 ms: a waiter that is forgotten waits for ever, which the model checker tells. Only after
   * a death everyone looks, once, as the doorbell's thread of the others would. Who has died is buried at once:
   * a model checker's clock stands still, so nobody would find out that it is time to ask.
   */
  private static final int WORDS = (int) (QueueLayout.CELLS / Long.BYTES); // no object has more

  /** No other word has such a value. */
  private static final long FIRST = 1_000_000;

  private final AtomicLongArray memory = new AtomicLongArray(WORDS);
  private final List<Player> players = new ArrayList<>();

  /** What ends the thread of a process that is killed. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1;

    Killed() {
      super("killed", null, false, false);
    }
  }

  /** {@return a process whose words are as they should be} */
  Player enter() {
    return enter(Fault.NONE);
  }

  /** {@return a process that accesses words as a fault has it} */
  Player enter(Fault fault) {
    Player player = new Player(FIRST + players.size(), fault);
    players.add(player);
    return player;
  }

  /** How an access to words can be wrong. */
  enum Fault {
    /** It is right. */
    NONE,
    /** A compare-and-set is a look and a write. */
    TWO_STEPS,
    /** A compare-and-set from a value other than zero is a write: a take-over without a look. */
    TAKE_OVER_BY_WRITE,
  }

  /** One process. */
  final class Player implements Words, Neighbourhood {
    private final long self;
    private final Fault fault;
    private final List<Line> lines = new ArrayList<>();
    private int processWord;
    private volatile boolean killed;
    private volatile boolean gone;

    private Player(long self, Fault fault) {
      this.self = self;
      this.fault = fault;
    }

    /** {@return the process as one that takes part} */
    Members join() {
      Members members = new Members(this, this);
      while (memory.get(processWord) != self) {
        processWord++;
      }
      return members;
    }

    /** Ends the process; its threads learn of it at their next access. */
    void kill() {
      killed = true;
    }

    /** Lets the others find it dead, whose threads have ended; each of them looks. */
    void bury() {
      kill();
      gone = true;
      memory.set(processWord, -self);
      for (Player player : players) {
        player.look();
      }
    }

    private void look() {
      if (!gone) {
        lines.forEach(Line::look);
      }
    }

    private void ensureAlive() {
      if (killed) {
        throw new Killed();
      }
    }

    @Override
    public long get(int word) {
      ensureAlive();
      return memory.get(word);
    }

    @Override
    public void set(int word, long value) {
      ensureAlive();
      memory.set(word, value);
    }

    @Override
    public void put(int word, long value) {
      ensureAlive();
      memory.set(word, value);
    }

    @Override
    public boolean compareAndSet(int word, long expected, long value) {
      ensureAlive();
      return switch (fault) {
        case NONE -> memory.compareAndSet(word, expected, value);
        case TWO_STEPS -> inTwoSteps(word, expected, value);
        case TAKE_OVER_BY_WRITE ->
            expected == 0 ? memory.compareAndSet(word, expected, value) : written(word, value);
      };
    }

    private boolean inTwoSteps(int word, long expected, long value) {
      return memory.get(word) == expected && written(word, value);
    }

    private boolean written(int word, long value) {
      memory.set(word, value);
      return true;
    }

    @Override
    public long self() {
      return self;
    }

    @Override
    public boolean isAlive(long process) {
      return !players.get((int) (process - FIRST)).gone;
    }

    @Override
    public long lookNanos() {
      return 0;
    }

    @Override
    public String bell() {
      return "" + self;
    }

    /** A process that has died and is not found dead yet has a doorbell that nobody hears. */
    @Override
    public boolean ring(long process, String bell, long key) {
      ensureAlive();
      Player other = players.get((int) (process - FIRST));
      if (other.gone) {
        return false;
      }
      try {
        other.lines.forEach(Line::rung);
      } catch (Killed meanwhile) {
        return true; // it is written, and nobody reads it
      }
      return true;
    }

    @Override
    public void add(Line line) {
      lines.add(line);
    }

    @Override
    public void watch(Line line) {}

    @Override
    public void unwatch(Line line) {}
  }
}
