package dev.tutti.testkit;

import dev.tutti.Pool;
import dev.tutti.plan.Defaults;

/** Pools that choose where their calls run, and that somebody closes. */
final class AutoPool {
  private AutoPool() {}

  static Pool open(int workers) {
    Defaults defaults = Defaults.NONE.withBackend("auto").withWorkers(workers);
    return ScopedValue.where(Defaults.CURRENT, defaults).call(Pool::open);
  }
}
