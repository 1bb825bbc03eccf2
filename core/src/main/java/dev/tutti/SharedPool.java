package dev.tutti;

import dev.tutti.engine.Engine;
import dev.tutti.plan.Defaults;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A pool that all of a JVM share: the one of processes, or the one that chooses. */
final class SharedPool {
  private static final SharedPool PROCESSES = new SharedPool("processes");
  private static final SharedPool AUTO = new SharedPool("auto");

  private final String backend;
  private final ReentrantLock lock = new ReentrantLock();

  /** Guarded by {@code lock}. */
  private @Nullable EnginePool pool;

  private SharedPool(String backend) {
    this.backend = backend;
  }

  static EnginePool processes() {
    return PROCESSES.get();
  }

  static EnginePool auto() {
    return AUTO.get();
  }

  private EnginePool get() {
    lock.lock();
    try {
      EnginePool here = pool;
      if (here == null) {
        Defaults defaults = Defaults.current();
        here =
            EnginePool.shared(
                Engine.open(
                    Engine.shared(
                        backend,
                        defaults.workerCount(),
                        defaults.idle().orElse(Defaults.BUILT_IN_IDLE)),
                    Defaults.ofProperties().timeout()));
        pool = here;
      }
      return Defaults.CURRENT.isBound() // its time-out is of who asks, not of all
          ? here.usually(Defaults.current().timeout())
          : here;
    } finally {
      lock.unlock();
    }
  }
}
