package dev.tutti.process;

import dev.tutti.Pool;
import dev.tutti.testkit.BackendContract;
import java.time.Duration;

/** Worker JVMs keep the contract that all backends keep. */
final class ProcessesContractTest extends BackendContract {
  private static final ProcessOptions OPTIONS =
      ProcessOptions.DEFAULTS
          .withJvmFlags("-XX:TieredStopAtLevel=1")
          .withGrace(Duration.ofSeconds(2));

  @Override
  public Pool open(int workers) {
    return Pool.open(OPTIONS.withWorkers(workers));
  }

  @Override
  public Pool open() {
    return open(2);
  }

  @Override
  public boolean isolated() {
    return true;
  }

  @Override
  public boolean callerRuns() {
    return false;
  }

  @Override
  public boolean canStop() {
    return true;
  }
}
