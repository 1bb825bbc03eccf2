package dev.tutti.process.group;

import dev.tutti.event.PoolEvent;
import dev.tutti.event.PoolEvent.CacheState;
import dev.tutti.event.PoolListener;
import dev.tutti.process.launch.LaunchPlan;
import dev.tutti.process.launch.Launcher;
import dev.tutti.process.launch.PoolFolder;
import dev.tutti.process.launch.StartCache;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/** Looks after the start cache of a group's workers: has it made, and finds it refused. */
final class CacheKeeper {
  /*
   * The rehearsal is the JVM's, not the pool's: it goes on when the pool is closed, on a daemon thread, and ends with
   * that, as the kernel ends what the thread has started. It begins when the pools of a program have lived for a second
   * together, so that one that is over by then pays nothing; and while the workers of one of them leave a core free. Beside
   * work for all cores it would take minutes at the lowest priority, and 1 % of the machine all that time, since the kernel
   * moves threads around it.
   */
  private static final System.Logger LOG = System.getLogger("dev.tutti");
  private static final long DELAY_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final String pool;
  private final LaunchPlan plan;
  private final Launcher launcher;
  private final PoolFolder folder;
  private final PoolListener events;
  private final Later later;
  private final BooleanSupplier allCoresWork;
  private final AtomicBoolean planned = new AtomicBoolean();
  private final long sinceNanos = System.nanoTime();

  CacheKeeper(
      String pool,
      LaunchPlan plan,
      Launcher launcher,
      PoolFolder folder,
      PoolListener events,
      Later later,
      BooleanSupplier allCoresWork) {
    this.pool = pool;
    this.plan = plan;
    this.launcher = launcher;
    this.folder = folder;
    this.events = events;
    this.later = later;
    this.allCoresWork = allCoresWork;
  }

  /** A worker is ready. What is done then is not to delay its first task. */
  void ready(long pid) {
    later.run(0, () -> launcher.cache().ifPresent(cache -> look(cache, pid)));
  }

  private void look(StartCache cache, long pid) {
    String refusal = cache.takeRefusal(folder, pid);
    if (refusal != null) {
      tell(CacheState.REFUSED, refusal);
    }
    if (!cache.isThere() && planned.compareAndSet(false, true)) {
      if (cache.whyNot().isEmpty()) {
        later.run(Math.max(0, DELAY_NANOS - cache.wantedNanos() - age()), () -> rehearse(cache));
      } else {
        LOG.log(Level.DEBUG, "workers of {0} start without a cache: {1}", pool, cache.whyNot());
      }
    }
  }

  private long age() {
    return System.nanoTime() - sinceNanos;
  }

  /** The pool ends. */
  void close() {
    launcher.cache().ifPresent(cache -> cache.wasWanted(age()));
  }

  /**
   * {@return whether a worker that could not be started has crashed with the file, which is gone}
   */
  boolean crashed(long pid) {
    boolean crashed =
        launcher.cache().map(cache -> cache.dropAfterCrash(folder, pid)).orElse(false);
    if (crashed) {
      tell(CacheState.REFUSED, "a worker crashed at its start with it");
    }
    return crashed;
  }

  private void rehearse(StartCache cache) {
    if (cache.isThere()) {
      return;
    }
    if (allCoresWork.getAsBoolean()) {
      later.run(BUSY_NANOS, () -> rehearse(cache));
    } else if (cache.beginRehearsal()) {
      tell(CacheState.MISSING, "it is being made");
      Thread.ofPlatform().daemon().name("tutti-rehearsal").start(() -> make(cache));
    }
  }

  private void make(StartCache cache) {
    try {
      if (cache.make(plan, flags -> Rehearsal.run(plan, flags))) {
        tell(CacheState.MADE, "workers start faster from now on");
      } else {
        LOG.log(Level.DEBUG, "another JVM makes the start cache");
      }
    } catch (IOException | RuntimeException | Error e) { // workers start without it
      tell(CacheState.FAILED, e.toString());
    }
  }

  private void tell(CacheState state, String words) {
    LOG.log(Level.DEBUG, "start cache of {0}: {1}: {2}", pool, state, words);
    events.happened(new PoolEvent.StartCache(pool, state, words));
  }
}
