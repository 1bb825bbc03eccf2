package dev.tutti.memory.sync;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.tutti.memory.bell.Ground;
import dev.tutti.memory.bell.Ground.Fault;
import dev.tutti.memory.segment.SharedSegment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** Races of a queue on mapped memory. Those whose names begin with Broken must be found. */
public class QueueRaces {
  /*
   * A queue has a segment for itself. There are not many of them, so the races run with few states at a time.
   */
  private static final int SEGMENTS = 256;
  private static final int UNITS = 32;
  private static final int ITEM_BYTES = 80; // the third one goes on at the beginning
  private static final SharedSegment[] MAPPED = new SharedSegment[SEGMENTS];
  private static final AtomicInteger NEXT = new AtomicInteger();

  private QueueRaces() {}

  private static SharedSegment segment() {
    int place = NEXT.getAndIncrement() & (SEGMENTS - 1);
    synchronized (MAPPED) {
      if (MAPPED[place] == null) {
        try {
          MAPPED[place] = SharedSegment.create(QueueLayout.CELLS + (long) UNITS * Long.BYTES);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
      return MAPPED[place];
    }
  }

  /** Two processes at a queue. */
  static class Shared {
    final Side one;
    final Side two;
    final LateCells late;

    Shared(Fault fault, boolean putsLate) {
      SharedSegment segment = segment();
      Ground ground = new Ground(fault, segment);
      Ground.Player first = ground.enter();
      Ring.first(first, 3, UNITS);
      Cells cells = new MappedCells(segment, UNITS);
      late = new LateCells(cells);
      one = new Side(first.join(), putsLate ? late : cells, ITEM_BYTES);
      two = new Side(ground.enter().join(), cells, ITEM_BYTES);
    }
  }

  /** What is taken is whole, and comes in the order in which it was put. */
  @JCStressTest
  @State
  @Outcome(
      id = {"-1, -1", "-1, 1", "1, -1", "1, 2"},
      expect = ACCEPTABLE)
  @Outcome(expect = FORBIDDEN, desc = "an item is torn, doubled or out of its order")
  public static class InOrder extends Shared {
    public InOrder() {
      super(Fault.NONE, false);
    }

    @Actor
    public void putter() {
      Ring.Tried _ = one.put(1);
      Ring.Tried _ = one.put(2);
    }

    @Actor
    public void taker(II_Result r) {
      r.r1 = two.take();
      r.r2 = two.take();
    }
  }

  /** The same where the item comes after the tail. */
  @JCStressTest
  @State
  @Outcome(
      id = {"-1", "1"},
      expect = ACCEPTABLE)
  @Outcome(expect = FORBIDDEN, desc = "the item is not there yet")
  public static class BrokenInOrder extends Shared {
    public BrokenInOrder() {
      super(Fault.NONE, true);
    }

    @Actor
    public void putter() {
      Ring.Tried _ = one.put(1);
      late.catchUp();
    }

    @Actor
    public void taker(I_Result r) {
      r.r1 = two.take();
    }
  }

  /** A queue with one item, and two who take. */
  static class Last extends Shared {
    Last(Fault fault) {
      super(fault, false);
      Ring.Tried _ = one.put(1);
    }
  }

  /** One item goes to one. */
  @JCStressTest
  @State
  @Outcome(
      id = {"1, -1", "-1, 1"},
      expect = ACCEPTABLE)
  @Outcome(expect = FORBIDDEN, desc = "both have the item, or none has")
  public static class LastItem extends Last {
    public LastItem() {
      super(Fault.NONE);
    }

    @Actor
    public void one(II_Result r) {
      r.r1 = one.take();
    }

    @Actor
    public void two(II_Result r) {
      r.r2 = two.take();
    }
  }

  /** The same where a turn is a look and a write. */
  @JCStressTest
  @State
  @Outcome(
      id = {"1, -1", "-1, 1"},
      expect = ACCEPTABLE)
  @Outcome(expect = FORBIDDEN, desc = "both have the item, or none has")
  public static class BrokenLastItem extends Last {
    public BrokenLastItem() {
      super(Fault.TWO_STEPS);
    }

    @Actor
    public void one(II_Result r) {
      r.r1 = one.take();
    }

    @Actor
    public void two(II_Result r) {
      r.r2 = two.take();
    }
  }

  /** What was put before the end comes before the end. */
  @JCStressTest
  @State
  @Outcome(
      id = {"-1", "1"},
      expect = ACCEPTABLE)
  @Outcome(expect = FORBIDDEN, desc = "the end came before the item")
  public static class BeforeTheEnd extends Shared {
    public BeforeTheEnd() {
      super(Fault.NONE, false);
    }

    @Actor
    public void putter() {
      Ring.Tried _ = one.put(1);
      one.close();
    }

    @Actor
    public void taker(I_Result r) {
      r.r1 = two.take();
    }
  }
}
