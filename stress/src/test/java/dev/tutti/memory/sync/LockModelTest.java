package dev.tutti.memory.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.memory.sync.Stage.Fault;
import dev.tutti.stress.Model;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A lock of several processes, in interleavings that a model checker chooses. */
@Tag("unit")
class LockModelTest {
  private static final long KEY = 1;
  private static final String HUNG = "hung";
  private static final String WRONG = "Invalid execution results";

  private static void take(Ownership lock) {
    try {
      boolean _ = lock.take(Long.MAX_VALUE, false);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Two processes that lock, count and unlock. */
  public static class Counted {
    private final Ownership first;
    private final Ownership second;
    private int count;

    public Counted() {
      this(Fault.NONE);
    }

    Counted(Fault fault) {
      Stage stage = new Stage();
      first = new Ownership(stage.enter(fault).join(), KEY);
      second = new Ownership(stage.enter(fault).join(), KEY);
    }

    private int count(Ownership lock) {
      take(lock);
      int before = count;
      count = before + 1;
      lock.give();
      return before;
    }

    public int one() {
      return count(first);
    }

    public int two() {
      return count(second);
    }
  }

  /** The same where a compare-and-set is two steps. */
  public static final class CountedInTwoSteps extends Counted {
    public CountedInTwoSteps() {
      super(Fault.TWO_STEPS);
    }
  }

  /** What the threads count one after another. */
  public static final class Count {
    private int count;

    public int one() {
      return count++;
    }

    public int two() {
      return count++;
    }
  }

  /** A holder that has died, and two processes that try to lock. */
  public static class Left {
    private final Ownership first;
    private final Ownership second;

    public Left() {
      this(Fault.NONE);
    }

    Left(Fault fault) {
      Stage stage = new Stage();
      Stage.Player holder = stage.enter();
      boolean _ = new Ownership(holder.join(), KEY).tryTake();
      first = new Ownership(stage.enter(fault).join(), KEY);
      second = new Ownership(stage.enter(fault).join(), KEY);
      holder.bury();
    }

    public boolean one() {
      return first.tryTake();
    }

    public boolean two() {
      return second.tryTake();
    }
  }

  /** The same where who finds the holder dead writes his own name. */
  public static final class LeftAndWritten extends Left {
    public LeftAndWritten() {
      super(Fault.TAKE_OVER_BY_WRITE);
    }
  }

  /** The first one has it. */
  public static final class FirstOne {
    private boolean taken;

    private boolean take() {
      boolean first = !taken;
      taken = true;
      return first;
    }

    public boolean one() {
      return take();
    }

    public boolean two() {
      return take();
    }
  }

  /** A process that locks and unlocks and is killed meanwhile, and one that locks. */
  public static final class Deadly {
    private final Stage stage = new Stage();
    private final Stage.Player victim = stage.enter();
    private final Ownership first = new Ownership(victim.join(), KEY);
    private final Ownership second = new Ownership(stage.enter().join(), KEY);
    private boolean inside;

    public void victim() {
      try {
        take(first);
        inside = true;
        victim.get(0); // it may die here
        inside = false;
        first.give();
      } catch (Stage.Killed e) {
        victim.bury();
      }
    }

    public void killer() {
      victim.kill();
    }

    /** {@return whether nobody was inside but one that is known to have died there} */
    public boolean survivor() {
      take(second);
      boolean alone = !inside || second.lost().isPresent();
      second.give();
      return alone;
    }
  }

  /** What the threads may return in any order. */
  public static final class Alone {
    public void victim() {}

    public void killer() {}

    public boolean survivor() {
      return true;
    }
  }

  /** One has the lock at a time. */
  @Test
  void lock_twoProcesses_oneAtATime() {
    assertThat(Model.check(Counted.class, Count.class, "one", "two")).isEmpty();
  }

  /** The lock of a dead process is taken over by one. */
  @Test
  void lock_holderIsDead_oneTakesOver() {
    assertThat(Model.check(Left.class, FirstOne.class, "one", "two")).isEmpty();
  }

  /** Wherever a process is killed, the others get the lock, and are told if it died inside. */
  @Test
  void lock_processIsKilledAnywhere_isTakenOver() {
    assertThat(Model.check(Deadly.class, Alone.class, "victim", "killer", "survivor")).isEmpty();
  }

  /** The model checker can tell: two have the lock. */
  @Test
  void model_compareAndSetInTwoSteps_isFound() {
    assertThat(Model.findFault(CountedInTwoSteps.class, Count.class, "one", "two"))
        .containsAnyOf(WRONG, HUNG);
  }

  /** The model checker can tell: two take over. */
  @Test
  void model_takeOverByWrite_isFound() {
    assertThat(Model.findFault(LeftAndWritten.class, FirstOne.class, "one", "two")).contains(WRONG);
  }
}
