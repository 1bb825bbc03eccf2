package dev.tutti.testkit;

import dev.tutti.Pool;

/** The contract, where it is chosen for each call where it runs. */
final class AutoContractTest extends BackendContract {
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
}
