package dev.tutti.process.worker;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Races of an item that begins with who interrupts it. Those named Broken must be found. */
public class AttemptRaces {
  private static final long ITEM = 1;

  private AttemptRaces() {}

  /** An attempt on a thread that only counts its interrupts. */
  static class Shared {
    final AtomicInteger interrupts = new AtomicInteger();
    final AtomicInteger claim = new AtomicInteger();
    final Attempt attempt =
        new Attempt(
            new Thread() {
              @Override
              public void interrupt() {
                interrupts.incrementAndGet();
              }
            });

    /** Who interrupts an item. */
    void interruptItem() {
      attempt.interrupt(ITEM);
    }

    /** How often it was interrupted. */
    void count(I_Result r) {
      r.r1 = interrupts.get();
    }
  }

  /** An item that is announced, and then claimed, does not miss its interrupt. */
  @JCStressTest
  @State
  @Outcome(id = "0", expect = FORBIDDEN, desc = "nobody interrupts it")
  @Outcome(
      id = {"1", "2"},
      expect = ACCEPTABLE)
  public static class AnnounceOrInterrupt extends Shared {
    @Actor
    public void runner() {
      attempt.announce(ITEM);
      claim.compareAndSet(0, 1);
      attempt.begun(ITEM);
    }

    @Actor
    public void control() {
      interruptItem();
    }

    @Arbiter
    public void both(I_Result r) {
      count(r);
    }
  }

  /** The same without a claim in between. */
  @JCStressTest
  @State
  @Outcome(id = "0", expect = FORBIDDEN, desc = "nobody interrupts it")
  @Outcome(
      id = {"1", "2"},
      expect = ACCEPTABLE)
  public static class BrokenAnnounceOrInterrupt extends Shared {
    @Actor
    public void runner() {
      attempt.announce(ITEM);
      attempt.begun(ITEM);
    }

    @Actor
    public void control() {
      interruptItem();
    }

    @Arbiter
    public void both(I_Result r) {
      count(r);
    }
  }
}
