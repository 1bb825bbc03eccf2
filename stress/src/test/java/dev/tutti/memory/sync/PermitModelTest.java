package dev.tutti.memory.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.memory.sync.Stage.Fault;
import dev.tutti.stress.Model;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A semaphore of several processes, in interleavings that a model checker chooses. */
@Tag("unit")
class PermitModelTest {
  private static final long KEY = 1;

  /** Two processes and one permit, under which they count. */
  public static class Counted {
    private final Permits first;
    private final Permits second;
    private int count;

    public Counted() {
      this(Fault.NONE);
    }

    Counted(Fault fault) {
      Stage stage = new Stage();
      Stage.Player player = stage.enter(fault);
      Permits.first(player, 1, 1);
      first = new Permits(player.join(), KEY);
      second = new Permits(stage.enter(fault).join(), KEY);
    }

    private int count(Permits permits) {
      try {
        boolean _ = permits.take(Long.MAX_VALUE, false);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      int before = count;
      count = before + 1;
      permits.give(1);
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

  /** One has the permit at a time. */
  @Test
  void semaphore_twoProcesses_oneAtATime() {
    assertThat(Model.check(Counted.class, Count.class, "one", "two")).isEmpty();
  }

  /** The model checker can tell: two have the permit, or one has lost it. */
  @Test
  void model_compareAndSetInTwoSteps_isFound() {
    assertThat(Model.findFault(CountedInTwoSteps.class, Count.class, "one", "two")).isNotEmpty();
  }
}
