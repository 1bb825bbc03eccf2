package dev.tutti.process.launch;

import dev.tutti.process.worker.ProcessMain;
import dev.tutti.process.worker.WorkerMain;

/** Where a JVM begins that this one starts. */
public enum Entry {
  /** As a worker of a pool, which runs items until the pool is gone. */
  POOL_WORKER(WorkerMain.class),
  /** As a process of its own, which runs one task. */
  OWN_TASK(ProcessMain.class);

  private final Class<?> main;

  Entry(Class<?> main) {
    this.main = main;
  }

  String mainClass() {
    return main.getName();
  }
}
