package dev.tutti.testkit;

import dev.tutti.Pool;
import dev.tutti.plan.Defaults;

/** Pools that choose where their calls run, and that somebody closes. */
final class AutoPool {
  private AutoPool() {}

  static Pool open(int workers) {
    return open(Defaults.NONE.withWorkers(workers));
  }

  static Pool open(Defaults defaults) {
    return ScopedValue.where(Defaults.CURRENT, defaults.withBackend("auto")).call(Pool::open);
  }
}
