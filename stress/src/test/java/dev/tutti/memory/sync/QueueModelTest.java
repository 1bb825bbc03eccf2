package dev.tutti.memory.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.memory.sync.Stage.Fault;
import dev.tutti.stress.Model;
import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The ring of a queue of several processes, in interleavings that a model checker chooses. */
@Tag("unit")
class QueueModelTest {
  private static final String WRONG = "Invalid execution results";
  private static final int ITEM_BYTES = 2 * Long.BYTES;
  private static final int ITEM_UNITS = 1 + ITEM_BYTES / Long.BYTES;

  /** Processes at a queue with room for one item; the second goes on at the beginning. */
  public static class Shared {
    private static final int UNITS = 2 * ITEM_UNITS - 1;

    private final Side putter;
    private final Side taker;
    private final Side other;
    private final LateCells late;

    public Shared() {
      this(Fault.NONE, false);
    }

    Shared(Fault fault, boolean putsLate) {
      Stage stage = new Stage();
      Stage.Player first = stage.enter(fault);
      Ring.first(first, 2, UNITS);
      Cells cells = new PlainCells(UNITS);
      late = new LateCells(cells);
      putter = new Side(first.join(), putsLate ? late : cells, ITEM_BYTES);
      taker = new Side(stage.enter(fault).join(), cells, ITEM_BYTES);
      other = new Side(stage.enter(fault).join(), cells, ITEM_BYTES);
    }

    private Ring.Tried put(int number) {
      Ring.Tried tried = putter.put(number);
      late.catchUp();
      return tried;
    }

    public Ring.Tried putOne() {
      return put(1);
    }

    public Ring.Tried putTwo() {
      return put(2);
    }

    public int take() {
      return taker.take();
    }

    public int takeBeside() {
      return other.take();
    }

    public void close() {
      other.close();
    }
  }

  /** The same where the item comes after the tail. */
  public static final class SharedAndPutLate extends Shared {
    public SharedAndPutLate() {
      super(Fault.NONE, true);
    }
  }

  /** The same, where there is an item. */
  public static class Full extends Shared {
    public Full() {
      this(Fault.NONE);
    }

    Full(Fault fault) {
      super(fault, false);
      Ring.Tried _ = super.putOne();
    }
  }

  /** The same where a turn is a look and a write. */
  public static final class FullInTwoSteps extends Full {
    public FullInTwoSteps() {
      super(Fault.TWO_STEPS);
    }
  }

  /** What they put and take one after another. */
  public static class Fifo {
    private final Queue<Integer> items = new ArrayDeque<>();
    private boolean closed;

    private Ring.Tried put(int number) {
      if (closed) {
        return Ring.Tried.CLOSED;
      }
      return items.isEmpty() && items.add(number) ? Ring.Tried.DONE : Ring.Tried.NOT_NOW;
    }

    public Ring.Tried putOne() {
      return put(1);
    }

    public Ring.Tried putTwo() {
      return put(2);
    }

    public int take() {
      Integer item = items.poll();
      return item != null ? item : closed ? Side.END : Side.NONE;
    }

    public int takeBeside() {
      return take();
    }

    public void close() {
      closed = true;
    }
  }

  /** The same, where there is an item. */
  public static final class FullFifo extends Fifo {
    public FullFifo() {
      Ring.Tried _ = super.putOne();
    }
  }

  /** A process that puts and takes and is killed meanwhile, and one that does the same. */
  public static class Deadly {
    private static final int UNITS = 3 * ITEM_UNITS;

    private final Stage stage = new Stage();
    private final Stage.Player victim = stage.enter();
    private final Side first;
    private final Side second;

    /** How often each item was taken. No collections: a model checker follows each step of them. */
    private final int[] times = new int[4];

    private boolean right = true;
    private boolean hasPut;
    private int got = Side.NONE;

    public Deadly() {
      Ring.first(victim, 3, UNITS);
      Cells cells = new PlainCells(UNITS);
      first = new Side(victim.join(), cells, ITEM_BYTES);
      second = new Side(stage.enter().join(), cells, ITEM_BYTES);
      first.settle();
      second.settle();
      Ring.Tried _ = second.put(1);
    }

    public void victim() {
      try {
        hasPut = first.put(2) == Ring.Tried.DONE;
        got = first.take();
      } catch (Stage.Killed e) {
        victim.bury();
      }
    }

    public void killer() {
      victim.kill();
    }

    public boolean survivor() {
      boolean done = second.put(3) == Ring.Tried.DONE;
      int item = second.take();
      if (item != Side.NONE) {
        receive(item);
      }
      return done;
    }

    private void receive(int item) {
      right &= item != 1 || times[2] + times[3] == 0; // it was there first
      times[Math.max(item, 0)]++;
    }

    /** {@return whether each item was taken once, in order and whole, or is counted as lost} */
    public boolean rest() {
      for (int item = second.take(); item != Side.NONE; item = second.take()) {
        receive(item);
      }
      if (got != Side.NONE) {
        times[Math.max(got, 0)]++;
      }
      right &= times[0] == 0; // of those that are torn
      int missing = 0;
      for (int item = 1; item < times.length; item++) {
        boolean wasPut = item != 2 || hasPut;
        missing += wasPut && times[item] == 0 ? 1 : 0;
        right &= times[item] <= 1;
      }
      return right && missing == second.lost();
    }
  }

  /** What the threads may return in any order. */
  public static final class Whole {
    public void victim() {}

    public void killer() {}

    public boolean survivor() {
      return true;
    }

    public boolean rest() {
      return true;
    }
  }

  /** What is put is taken, in its order and until the end. */
  @Test
  void queue_putTakeAndClose_asOneAfterAnother() {
    assertThat(Model.check(Shared.class, Fifo.class, "putOne putTwo", "take take", "close"))
        .isEmpty();
  }

  /** An item goes to one, and nothing is written over it before. */
  @Test
  void queue_takeAndPutWhenFull_asOneAfterAnother() {
    assertThat(Model.check(Full.class, FullFifo.class, "take", "takeBeside")).isEmpty();
    assertThat(Model.check(Full.class, FullFifo.class, "putTwo", "take")).isEmpty();
  }

  /** Wherever a process is killed, no item is torn, doubled or gone, but for one in its hands. */
  @Test
  void queue_processIsKilledAnywhere_oneItemIsLostAtMost() {
    assertThat(Model.checkToEnd(Deadly.class, Whole.class, "rest", "victim", "killer", "survivor"))
        .isEmpty();
  }

  /** The model checker can tell: what is taken was not written yet. */
  @Test
  void model_itemComesAfterTheTail_isFound() {
    assertThat(Model.findFault(SharedAndPutLate.class, Fifo.class, "putOne", "take"))
        .contains(WRONG);
  }

  /** The model checker can tell: two take one item. */
  @Test
  void model_turnInTwoSteps_isFound() {
    assertThat(Model.findFault(FullInTwoSteps.class, FullFifo.class, "take", "takeBeside"))
        .contains(WRONG);
  }
}
