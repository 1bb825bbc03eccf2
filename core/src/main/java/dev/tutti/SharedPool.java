package dev.tutti;

import dev.tutti.engine.Engine;
import dev.tutti.plan.Defaults;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The one pool of processes that all of a JVM share. */
final class SharedPool {
  private static final ReentrantLock LOCK = new ReentrantLock();

  /** Guarded by {@code LOCK}. */
  private static @Nullable EnginePool pool;

  private SharedPool() {}

  static Pool get() {
    LOCK.lock();
    try {
      EnginePool here = pool;
      if (here == null) {
        Defaults defaults = Defaults.current();
        here =
            EnginePool.shared(
                Engine.open(
                    Engine.shared(
                        "processes",
                        defaults.workerCount(),
                        defaults.idle().orElse(Defaults.BUILT_IN_IDLE))));
        pool = here;
      }
      return here;
    } finally {
      LOCK.unlock();
    }
  }
}
