package dev.tutti.process.group;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.spi.Batch;
import dev.tutti.spi.WorkSource;
import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** When a pool looks after its workers, with looks that are made by the test. */
@Tag("unit")
class PatrolTest {
  private static final int SOME = 4;
  private static final int MANY = 100;

  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<Runnable> planned = new ArrayDeque<>();
  private boolean hasWork;
  private final Patrol patrol =
      new Patrol(
          "p1",
          PlainPool.RULES,
          (_, action) -> planned.add(action),
          lock,
          new Roster(1, 1),
          new Source(),
          () -> {});

  /** One that has work if the test says so. */
  private final class Source implements WorkSource {
    @Override
    public @Nullable Batch poll(Object worker, boolean othersFree, int most) {
      return null;
    }

    @Override
    public boolean hasWork() {
      return hasWork;
    }
  }

  private void somethingToDo() {
    lock.lock();
    try {
      patrol.ensureLooking();
    } finally {
      lock.unlock();
    }
  }

  /** {@return how many looks there were, of as many as might be} */
  private int look(int most) {
    int looks = 0;
    while (looks < most && !planned.isEmpty()) {
      planned.remove().run();
      looks++;
    }
    return looks;
  }

  /** An idle pool costs nothing after a while, and looks again once there is work. */
  @Test
  void look_atRest_endsAndBeginsAgain() {
    for (int i = 0; i < 2; i++) {
      somethingToDo();
      assertThat(look(MANY)).isLessThan(MANY);
    }
  }

  /** Who submits now and then plans nothing: there is a look to come all the while. */
  @Test
  void ensureLooking_nowAndThen_goesOn() {
    somethingToDo();
    for (int i = 0; i < MANY; i++) {
      assertThat(look(SOME)).isEqualTo(SOME);
      somethingToDo();
      assertThat(planned).hasSize(1);
    }
  }

  /** What waits keeps it going. */
  @Test
  void look_workWaits_goesOn() {
    hasWork = true;
    somethingToDo();
    assertThat(look(MANY)).isEqualTo(MANY);
  }
}
