package dev.tutti.testkit;

import dev.tutti.Pool;

/** The contract, on virtual threads. */
final class VirtualThreadsContractTest extends BackendContract {
  @Override
  public Pool open(int workers) {
    return Pool.virtualThreads();
  }

  @Override
  public Pool open() {
    return Pool.virtualThreads();
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
