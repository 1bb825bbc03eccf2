package dev.tutti.memory.sync;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.tutti.memory.bell.Ground;
import dev.tutti.memory.bell.Ground.Fault;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Races of a lock on mapped words. Those whose names begin with Broken must be found. */
@SuppressWarnings("LockNotBeforeTry") // the actors are as small as they can be
public class LockRaces {
  private LockRaces() {}

  /** Two processes, a number that only the lock guards. */
  static class Guarded {
    private final Ownership one;
    private final Ownership two;
    private int number;

    Guarded(Fault fault) {
      Ground ground = new Ground(fault);
      one = new Ownership(ground.enter().join(), 1);
      two = new Ownership(ground.enter().join(), 1);
    }

    int addByOne() {
      return add(one);
    }

    int addByTwo() {
      return add(two);
    }

    private int add(Ownership lock) {
      while (!lock.tryTake()) {
        Thread.onSpinWait();
      }
      int sum = ++number;
      lock.give();
      return sum;
    }
  }

  /** The second one sees what the first one did, and is alone. */
  @JCStressTest
  @State
  @Outcome(
      id = {"1, 2", "2, 1"},
      expect = ACCEPTABLE)
  @Outcome(expect = FORBIDDEN, desc = "two had the lock, or one did not see the other's write")
  public static class OneAtATime extends Guarded {
    public OneAtATime() {
      super(Fault.NONE);
    }

    @Actor
    public void one(II_Result r) {
      r.r1 = addByOne();
    }

    @Actor
    public void two(II_Result r) {
      r.r2 = addByTwo();
    }
  }

  /** Where a compare-and-set is two steps, two have it. */
  @JCStressTest
  @State
  @Outcome(id = "true, true", expect = FORBIDDEN, desc = "two have the lock")
  @Outcome(expect = ACCEPTABLE)
  public static class BrokenOneAtATime {
    private final Ground ground = new Ground(Fault.TWO_STEPS);
    private final Ownership one = new Ownership(ground.enter().join(), 1);
    private final Ownership two = new Ownership(ground.enter().join(), 1);

    @Actor
    public void one(ZZ_Result r) {
      r.r1 = one.tryTake();
    }

    @Actor
    public void two(ZZ_Result r) {
      r.r2 = two.tryTake();
    }
  }

  /** A lock whose holder has died, and two processes. */
  static class Left {
    private final Ownership one;
    private final Ownership two;

    Left(Fault fault) {
      Ground ground = new Ground(fault);
      Ground.Player holder = ground.enter();
      if (!new Ownership(holder.join(), 1).tryTake()) {
        throw new IllegalStateException("the lock must be free");
      }
      one = new Ownership(ground.enter().join(), 1);
      two = new Ownership(ground.enter().join(), 1);
      holder.die();
    }

    boolean takenByOne() {
      return one.tryTake();
    }

    boolean takenByTwo() {
      return two.tryTake();
    }
  }

  /** The lock of a dead holder is taken over by one. */
  @JCStressTest
  @State
  @Outcome(
      id = {"true, false", "false, true"},
      expect = ACCEPTABLE)
  @Outcome(expect = FORBIDDEN, desc = "taken over by both, or by none")
  public static class TakeOver extends Left {
    public TakeOver() {
      super(Fault.NONE);
    }

    @Actor
    public void one(ZZ_Result r) {
      r.r1 = takenByOne();
    }

    @Actor
    public void two(ZZ_Result r) {
      r.r2 = takenByTwo();
    }
  }

  /** The same where who finds the holder dead writes his own name. */
  @JCStressTest
  @State
  @Outcome(
      id = {"true, false", "false, true"},
      expect = ACCEPTABLE)
  @Outcome(expect = FORBIDDEN, desc = "taken over by both, or by none")
  public static class BrokenTakeOver extends Left {
    public BrokenTakeOver() {
      super(Fault.TAKE_OVER_BY_WRITE);
    }

    @Actor
    public void one(ZZ_Result r) {
      r.r1 = takenByOne();
    }

    @Actor
    public void two(ZZ_Result r) {
      r.r2 = takenByTwo();
    }
  }
}
