package dev.tutti.memory.sync;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.tutti.memory.bell.Ground;
import dev.tutti.memory.bell.Ground.Fault;
import dev.tutti.memory.bell.Layout;
import dev.tutti.memory.bell.Members;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Races of a turn on mapped words. Those whose names begin with Broken must be found. */
public class TurnRaces {
  private static final AtomicInteger NEXT = new AtomicInteger();

  private TurnRaces() {}

  /** One whose turn it is, and one who wants it. */
  static class Wanted {
    /* Who wants a turn spins before he says so; the other one has it for about as long, now more, now less. */
    private static final int LONGEST = 400;

    private final int spins = NEXT.getAndIncrement() % LONGEST;
    private final Turn held;
    private final Turn wanted;

    Wanted(Fault fault) {
      Ground ground = new Ground(fault);
      held = turn(ground.enter().join());
      wanted = turn(ground.enter().join());
      if (!held.tryTake()) {
        throw new IllegalStateException("it must be free");
      }
    }

    private static Turn turn(Members members) {
      return new Turn(members, Layout.state(0), Layout.state(1), () -> {});
    }

    /** {@return whether the other one is rung} */
    boolean give() {
      for (int i = 0; i < spins; i++) {
        Thread.onSpinWait();
      }
      held.give();
      return held.wasWanted();
    }

    /** {@return whether it need not park} */
    boolean take() {
      return wanted.tryTake();
    }
  }

  /** Who is about to park has got the turn, or is rung. */
  @JCStressTest
  @State
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "it parks, and nobody rings")
  @Outcome(expect = ACCEPTABLE)
  public static class Given extends Wanted {
    public Given() {
      super(Fault.NONE);
    }

    @Actor
    public void giver(ZZ_Result r) {
      r.r1 = give();
    }

    @Actor
    public void taker(ZZ_Result r) {
      r.r2 = take();
    }
  }

  /** The same where the write that gives it may come after the look at who wants it. */
  @JCStressTest
  @State
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "it parks, and nobody rings")
  @Outcome(expect = ACCEPTABLE)
  public static class BrokenGiven extends Wanted {
    public BrokenGiven() {
      super(Fault.WEAK_SET);
    }

    @Actor
    public void giver(ZZ_Result r) {
      r.r1 = give();
    }

    @Actor
    public void taker(ZZ_Result r) {
      r.r2 = take();
    }
  }
}
