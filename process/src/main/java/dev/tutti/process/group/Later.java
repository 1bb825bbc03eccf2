package dev.tutti.process.group;

/** Runs an action later, unless the pool is gone by then. */
@FunctionalInterface
interface Later {
  void run(long delayNanos, Runnable action);
}
