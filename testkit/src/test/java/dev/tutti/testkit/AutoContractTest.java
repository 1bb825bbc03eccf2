package dev.tutti.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.plan.CallOptions;
import dev.tutti.plan.SubmitQueue;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What the contract says of bulk calls, where it is chosen for each call where it runs. Not the
 * limits, as a time-out asks for processes, nor what submitted tasks do, which have virtual
 * threads.
 */
@Tag("contract")
@ExtendWith({Watchdog.class, LeakCheck.class})
final class AutoContractTest
    implements BulkSuite,
        StreamSuite,
        InputSuite,
        ReduceSuite,
        MappingSuite,
        SharingSuite,
        ShutdownSuite,
        GroupSuite {
  @Override
  public Pool open(int workers) {
    return AutoPool.open(workers);
  }

  @Override
  public Pool open() {
    return AutoPool.open(2);
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

  @Override
  public boolean boundsWorkers() {
    return false;
  }

  /** Nobody runs a task in front of the wall that its time-out asks for. */
  @Test
  void with_callerRunsAndTimeout_isRefused() {
    try (Pool pool = open(1)) {
      CallOptions callerRuns = CallOptions.DEFAULTS.withQueue(SubmitQueue.callerRuns(3));
      assertThat(pool.with(callerRuns).submit(() -> 1).join()).isEqualTo(1);
      CallOptions withTimeout = callerRuns.withTimeout(Duration.ofSeconds(1));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> pool.with(withTimeout))
          .withMessageContaining("SubmitQueue.blocking(3), or no time-out");
    }
  }

  /** A time-out asks for processes, and these are not there. */
  @Override
  @Test
  public void reduce_itemTakesTooLong_isNamed() {
    try (Pool pool = open()) {
      assertThatThrownBy(() ->
              Parallel.on(pool)
                  .timeout(Duration.ofSeconds(1))
                  .reduce(List.of(1, 2), 0, Integer::sum))
          .hasMessageContaining("dev.tutti.process");
    }
  }

  /** As above. */
  @Override
  @Test
  public void outcomes_functionThrowsTimeout_isAFailureLikeAnyOther() {
    try (Pool pool = open()) {
      assertThatThrownBy(() ->
              Parallel.on(pool)
                  .timeout(Duration.ofSeconds(1))
                  .outcomes(List.of(1, 2), n -> n)
                  .toList())
          .hasMessageContaining("dev.tutti.process");
    }
  }
}
