package dev.tutti.memory.bell;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.tutti.memory.bell.Ground.Fault;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Races at a line of mapped words. Those whose names begin with Broken must be found. */
public class LineRaces {
  private LineRaces() {}

  /** One who releases, and one of another process who is about to park. */
  static class Meeting {
    private static final int FREE = Layout.state(0);

    private final Ground ground;
    private final Ground.Player releaser;
    private final Ground.Player waiter;
    private final Members waiting;
    private final Line line;

    Meeting(Fault fault) {
      ground = new Ground(fault);
      releaser = ground.enter();
      waiter = ground.enter();
      line = new Line(releaser.join(), 1, false, () -> false);
      waiting = waiter.join();
      waiting.answerTheBell();
    }

    void release() {
      releaser.set(FREE, 1);
      line.ringOne();
    }

    /** {@return whether it need not park} */
    boolean announceAndTry() {
      waiter.announce(waiting);
      return waiter.get(FREE) == 1;
    }

    boolean isRung() {
      return ground.isRung();
    }
  }

  /** Who is about to park has found what it waits for, or is rung. */
  @JCStressTest
  @State
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "it parks, and nobody rings")
  @Outcome(expect = ACCEPTABLE)
  public static class WakeUp extends Meeting {
    public WakeUp() {
      super(Fault.NONE);
    }

    @Actor
    public void releaser() {
      release();
    }

    @Actor
    public void waiter(ZZ_Result r) {
      r.r1 = announceAndTry();
    }

    @Arbiter
    public void after(ZZ_Result r) {
      r.r2 = isRung();
    }
  }

  /** The same where the write that releases may come after the read of the bitmap. */
  @JCStressTest
  @State
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "it parks, and nobody rings")
  @Outcome(expect = ACCEPTABLE)
  public static class BrokenWakeUp extends Meeting {
    public BrokenWakeUp() {
      super(Fault.WEAK_SET);
    }

    @Actor
    public void releaser() {
      release();
    }

    @Actor
    public void waiter(ZZ_Result r) {
      r.r1 = announceAndTry();
    }

    @Arbiter
    public void after(ZZ_Result r) {
      r.r2 = isRung();
    }
  }
}
