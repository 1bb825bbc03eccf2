package dev.tutti.memory.sync;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.tutti.memory.bell.Ground;
import dev.tutti.memory.bell.Ground.Fault;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Races of an event on mapped words. Those whose names begin with Broken must be found. */
public class FlagRaces {
  private FlagRaces() {}

  /** Two processes with an event. */
  static class Shared {
    final Flag one;
    final Flag two;
    private final Ground ground;

    Shared(Fault fault, boolean set) {
      ground = new Ground(fault);
      one = new Flag(ground.enter().join(), 1);
      two = new Flag(ground.enter().join(), 1);
      if (set) {
        one.set();
      }
    }

    /** Before the race it is set. */
    void clearAndSet() {
      one.clear();
      one.set();
    }

    /** How often the event was set, which is what its waiters go by. */
    int times() {
      return (int) (ground.state(0) >> 1);
    }
  }

  /** Who finds it set sees what was done before. */
  @JCStressTest
  @State
  @Outcome(
      id = {"-1", "1"},
      expect = ACCEPTABLE)
  @Outcome(expect = FORBIDDEN, desc = "the event came before what was done")
  public static class Seen extends Shared {
    private int done;

    public Seen() {
      super(Fault.NONE, false);
    }

    @Actor
    public void setter() {
      done = 1;
      one.set();
    }

    @Actor
    public void looker(I_Result r) {
      r.r1 = two.isSet() ? done : -1;
    }
  }

  /** A clear beside it does not undo that the event was set twice. */
  @JCStressTest
  @State
  @Outcome(id = "2", expect = ACCEPTABLE)
  @Outcome(expect = FORBIDDEN, desc = "a waiter would not learn that the event was set")
  public static class Counted extends Shared {
    public Counted() {
      super(Fault.NONE, true);
    }

    @Actor
    public void setter() {
      clearAndSet();
    }

    @Actor
    public void clearer() {
      two.clear();
    }

    @Arbiter
    public void count(I_Result r) {
      r.r1 = times();
    }
  }

  /** The same where a compare-and-set is two steps. */
  @JCStressTest
  @State
  @Outcome(id = "2", expect = ACCEPTABLE)
  @Outcome(expect = FORBIDDEN, desc = "a waiter would not learn that the event was set")
  public static class BrokenCounted extends Shared {
    public BrokenCounted() {
      super(Fault.TWO_STEPS, true);
    }

    @Actor
    public void setter() {
      clearAndSet();
    }

    @Actor
    public void clearer() {
      two.clear();
    }

    @Arbiter
    public void count(I_Result r) {
      r.r1 = times();
    }
  }
}
