package dev.tutti.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.Pool;
import dev.tutti.plan.ThreadOptions;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The contract, on platform threads. */
final class ThreadsContractTest extends BackendContract {
  @Override
  public Pool open(int workers) {
    return Pool.threads(workers);
  }

  @Override
  public Pool open() {
    return Pool.threads();
  }

  @Override
  public boolean isolated() {
    return false;
  }

  @Override
  public boolean callerRuns() {
    return false;
  }

  @Override
  public boolean canStop() {
    return false;
  }

  /** A thread that cannot be initialised is tried a few times; then tasks fail with the cause. */
  @Test
  void initialiser_alwaysFails_tasksFailWithCause() {
    AtomicInteger tries = new AtomicInteger();
    ThreadOptions options =
        ThreadOptions.DEFAULTS
            .withWorkers(2)
            .withInitialiser(() -> {
              tries.incrementAndGet();
              throw new IOException("no licence");
            });
    try (Pool pool = Pool.open(options)) {
      assertThatThrownBy(() -> pool.submit(() -> 1).get())
          .hasMessageContaining("no worker thread can be initialised")
          .hasRootCauseMessage("no licence");
      int made = tries.get();
      assertThat(made).isBetween(1, 4);
      assertThatThrownBy(() -> pool.submit(() -> 2).get()).hasRootCauseMessage("no licence");
      assertThat(tries.get()).isEqualTo(made);
    }
  }

  /** A thread that is initialised at the second try costs no task. */
  @Test
  void initialiser_worksAtSecondTry_noTaskFails() {
    AtomicInteger tries = new AtomicInteger();
    ThreadOptions options =
        ThreadOptions.DEFAULTS
            .withWorkers(1)
            .withInitialiser(() -> {
              if (tries.incrementAndGet() == 1) {
                throw new IOException("not yet");
              }
            });
    try (Pool pool = Pool.open(options)) {
      assertThat(pool.map(List.of(1, 2, 3), i -> 2 * i)).containsExactly(2, 4, 6);
      assertThat(tries.get()).isEqualTo(2);
    }
  }
}
