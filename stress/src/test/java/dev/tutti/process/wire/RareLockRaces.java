package dev.tutti.process.wire;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicBoolean;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Races for the lock of a channel's writers. Those named Broken must be found. */
@SuppressWarnings("LockNotBeforeTry") // the actors are as small as they can be
public class RareLockRaces {
  private RareLockRaces() {}

  /** A number that only a lock guards. */
  abstract static class Guarded {
    private int number;

    abstract void lock();

    abstract void unlock();

    int add() {
      lock();
      int sum = ++number;
      unlock();
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
    private final RareLock lock = new RareLock();

    @Override
    void lock() {
      lock.lock();
    }

    @Override
    void unlock() {
      lock.unlock();
    }

    @Actor
    public void one(II_Result r) {
      r.r1 = add();
    }

    @Actor
    public void two(II_Result r) {
      r.r2 = add();
    }
  }

  /** The same with a lock that is looked at and taken in two steps. */
  @JCStressTest
  @State
  @Outcome(
      id = {"1, 2", "2, 1"},
      expect = ACCEPTABLE)
  @Outcome(expect = FORBIDDEN, desc = "two had the lock, or one did not see the other's write")
  public static class BrokenOneAtATime extends Guarded {
    private final AtomicBoolean held = new AtomicBoolean();

    @Override
    void lock() {
      while (held.get()) {
        Thread.onSpinWait();
      }
      held.set(true);
    }

    @Override
    void unlock() {
      held.setRelease(false);
    }

    @Actor
    public void one(II_Result r) {
      r.r1 = add();
    }

    @Actor
    public void two(II_Result r) {
      r.r2 = add();
    }
  }
}
