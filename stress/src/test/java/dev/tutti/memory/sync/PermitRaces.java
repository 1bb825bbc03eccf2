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
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Races of a semaphore on mapped words. Those whose names begin with Broken must be found. */
public class PermitRaces {
  private PermitRaces() {}

  /** Two processes with a semaphore. */
  static class Shared {
    final Permits one;
    final Permits two;
    private final Ground ground;

    Shared(Fault fault, int free) {
      ground = new Ground(fault);
      Ground.Player first = ground.enter();
      Permits.first(first, free, 2);
      one = new Permits(first.join(), 1);
      two = new Permits(ground.enter().join(), 1);
    }

    int free() {
      return (int) ground.state(0);
    }
  }

  /** One permit goes to one. */
  @JCStressTest
  @State
  @Outcome(
      id = {"true, false", "false, true"},
      expect = ACCEPTABLE)
  @Outcome(expect = FORBIDDEN, desc = "both have the permit, or none has")
  public static class LastPermit extends Shared {
    public LastPermit() {
      super(Fault.NONE, 1);
    }

    @Actor
    public void one(ZZ_Result r) {
      r.r1 = one.tryTake();
    }

    @Actor
    public void two(ZZ_Result r) {
      r.r2 = two.tryTake();
    }
  }

  /** The same where a compare-and-set is two steps. */
  @JCStressTest
  @State
  @Outcome(
      id = {"true, false", "false, true"},
      expect = ACCEPTABLE)
  @Outcome(expect = FORBIDDEN, desc = "both have the permit, or none has")
  public static class BrokenLastPermit extends Shared {
    public BrokenLastPermit() {
      super(Fault.TWO_STEPS, 1);
    }

    @Actor
    public void one(ZZ_Result r) {
      r.r1 = one.tryTake();
    }

    @Actor
    public void two(ZZ_Result r) {
      r.r2 = two.tryTake();
    }
  }

  /** Who has a permit sees what was done before it was given. */
  @JCStressTest
  @State
  @Outcome(
      id = {"-1", "1"},
      expect = ACCEPTABLE)
  @Outcome(expect = FORBIDDEN, desc = "the permit came before what was done")
  public static class Given extends Shared {
    private int done;

    public Given() {
      super(Fault.NONE, 0);
    }

    @Actor
    public void giver() {
      done = 1;
      one.give(1);
    }

    @Actor
    public void taker(I_Result r) {
      r.r1 = two.tryTake() ? done : -1;
    }
  }

  /** Permits are neither lost nor made by giving and taking at once. */
  @JCStressTest
  @State
  @Outcome(
      id = {"1, 1", "0, 1"},
      expect = ACCEPTABLE)
  @Outcome(expect = FORBIDDEN, desc = "a permit was lost or made")
  public static class GiveAndTake extends Shared {
    public GiveAndTake() {
      super(Fault.NONE, 1);
    }

    @Actor
    public void giver() {
      one.give(1);
    }

    @Actor
    public void taker(II_Result r) {
      r.r2 = two.tryTake() ? 1 : 0;
    }

    @Arbiter
    public void count(II_Result r) {
      r.r1 = free();
    }
  }
}
