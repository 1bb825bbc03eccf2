package dev.tutti.process.wire;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Races of the words by which a pool and a worker agree. Those named Broken must be found. */
public class ClaimRaces {
  /*
   * A race about one item has words of its own among all words. One about the gate has all words for itself; there are not
   * many of them, so the races run with few states at a time.
   */
  private static final int GATES = 256;
  private static final Claims ITEMS = words();
  private static final Claims[] GATED = new Claims[GATES];
  private static final AtomicLong NEXT = new AtomicLong();

  private ClaimRaces() {}

  private static Claims words() {
    try {
      return Claims.create();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An item that nobody has. */
  static class Queued {
    final Claims claims = ITEMS;
    final long item = NEXT.getAndIncrement();

    Queued() {
      claims.queue(item);
    }
  }

  /** An item is claimed, or taken back. */
  @JCStressTest
  @State
  @Outcome(
      id = {"true, false", "false, true"},
      expect = ACCEPTABLE)
  @Outcome(expect = FORBIDDEN, desc = "it runs twice, or never")
  public static class ClaimOrTakeBack extends Queued {
    @Actor
    public void worker(ZZ_Result r) {
      r.r1 = claims.claim(item);
    }

    @Actor
    public void pool(ZZ_Result r) {
      r.r2 = claims.takeBack(item);
    }
  }

  /** The same where the worker believes what it has seen. */
  @JCStressTest
  @State
  @Outcome(
      id = {"true, false", "false, true"},
      expect = ACCEPTABLE)
  @Outcome(expect = FORBIDDEN, desc = "it runs twice, or never")
  public static class BrokenClaimOrTakeBack extends Queued {
    @Actor
    public void worker(ZZ_Result r) {
      boolean free = !claims.isBegun(item);
      boolean _ = claims.claim(item);
      r.r1 = free;
    }

    @Actor
    public void pool(ZZ_Result r) {
      r.r2 = claims.takeBack(item);
    }
  }

  /** A pack of two that nobody has. */
  static class QueuedPack {
    static final int COUNT = 2;

    final Claims claims = ITEMS;
    final long pack = NEXT.getAndAdd(COUNT);

    QueuedPack() {
      claims.queuePack(pack, COUNT);
    }

    int runAll() {
      int ran = 0;
      while (ran < COUNT && claims.claimElement(pack, ran)) {
        ran++;
      }
      claims.noneRuns(pack);
      return ran;
    }
  }

  /** What a worker has not begun of a pack is taken back, and nothing else. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0", "1, 1", "2, 2"},
      expect = ACCEPTABLE)
  @Outcome(expect = FORBIDDEN, desc = "an element runs twice, or never")
  public static class ClaimOrTakeBackPack extends QueuedPack {
    @Actor
    public void worker(II_Result r) {
      r.r1 = runAll();
    }

    @Actor
    public void pool(II_Result r) {
      r.r2 = claims.takeBackFrom(pack, 0);
    }
  }

  /** The same where the pool believes what it has seen. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0", "1, 1", "2, 2"},
      expect = ACCEPTABLE)
  @Outcome(expect = FORBIDDEN, desc = "an element runs twice, or never")
  public static class BrokenClaimOrTakeBackPack extends QueuedPack {
    @Actor
    public void worker(II_Result r) {
      r.r1 = runAll();
    }

    @Actor
    public void pool(II_Result r) {
      int begun = claims.begunOf(pack);
      int _ = claims.takeBackFrom(pack, begun);
      r.r2 = begun;
    }
  }

  /** A worker that runs an item and has another one queued. */
  static class Running {
    static final long FIRST = 0;
    static final long SECOND = 1;

    final Claims claims;

    Running() {
      int place = (int) (NEXT.getAndIncrement() % GATES);
      synchronized (GATED) {
        if (GATED[place] == null) {
          GATED[place] = words();
        }
        claims = GATED[place];
      }
      claims.openGate();
      claims.queue(FIRST);
      claims.queue(SECOND);
      if (!claims.claim(FIRST)) {
        throw new IllegalStateException("nobody else has it");
      }
    }

    boolean goesOn() {
      claims.done(FIRST);
      return !claims.isGateShut() && claims.claim(SECOND);
    }
  }

  /** A worker that is killed for an item has claimed no other. */
  @JCStressTest
  @State
  @Outcome(id = "true, true", expect = FORBIDDEN, desc = "another item pays for the kill")
  @Outcome(expect = ACCEPTABLE)
  public static class ShutGate extends Running {
    @Actor
    public void worker(ZZ_Result r) {
      r.r1 = goesOn();
    }

    @Actor
    public void pool(ZZ_Result r) {
      claims.shutGate();
      r.r2 = claims.isRunning(FIRST);
    }
  }

  /** The same where the pool looks before it shuts the gate. */
  @JCStressTest
  @State
  @Outcome(id = "true, true", expect = FORBIDDEN, desc = "another item pays for the kill")
  @Outcome(expect = ACCEPTABLE)
  public static class BrokenShutGate extends Running {
    @Actor
    public void worker(ZZ_Result r) {
      r.r1 = goesOn();
    }

    @Actor
    public void pool(ZZ_Result r) {
      r.r2 = claims.isRunning(FIRST);
      claims.shutGate();
    }
  }
}
