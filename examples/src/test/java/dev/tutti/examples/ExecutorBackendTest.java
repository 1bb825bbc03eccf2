package dev.tutti.examples;

import dev.tutti.Pool;
import dev.tutti.examples.BackendSnippets.ExecutorOptions;
import dev.tutti.testkit.BackendContract;

/** The backend of the guide keeps the contract. */
final class ExecutorBackendTest extends BackendContract {
  @Override
  public Pool open(int workers) {
    return Pool.open(new ExecutorOptions(task -> Thread.ofVirtual().start(task)));
  }

  @Override
  public Pool open() {
    return open(2);
  }

  @Override
  public boolean isolated() {
    return false; // tasks see the caller's objects
  }

  @Override
  public boolean callerRuns() {
    return false;
  }

  @Override
  public boolean canStop() {
    return false; // a thread that ignores its interrupt goes on
  }

  @Override
  public boolean boundsWorkers() {
    return false; // each task starts at once
  }
}
