package dev.tutti.testkit;

import dev.tutti.Pool;

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
}
