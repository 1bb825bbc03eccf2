package dev.tutti.process.group;

import dev.tutti.event.PoolEvent;
import dev.tutti.event.PoolEvent.CacheState;
import dev.tutti.event.PoolListener;
import dev.tutti.process.launch.ExitHook;
import dev.tutti.process.launch.LaunchPlan;
import dev.tutti.process.launch.Launcher;
import dev.tutti.process.launch.PoolFolder;
import dev.tutti.process.launch.StartCache;
import dev.tutti.process.launch.StartCaches;
import dev.tutti.spi.ServiceThread;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/** Looks after the start caches of a group's workers: has them made, and finds them refused. */
final class CacheKeeper {
  /*
   * The rehearsal is the JVM's, not the pool's: it goes on when the pool is closed, on a daemon thread, and ends with
   * that, as the kernel ends what the thread has started. It begins when the pools of a program have lived for a second
   * together, so that one that is over by then pays nothing; and while the workers of one of them leave a core free. Beside
   * work for all cores it would take minutes at the lowest priority, and 1 % of the machine all that time, since the kernel
   * moves threads around it.
   *
   * That of a program begins when a look has found no class that was not known: at a pool that is a second old and more, or
   * at one that has ended. From one look to the next the pool becomes twice as old. When it is old what is known has to do,
   * so there is no timer for ever.
   */
  private static final System.Logger LOG = System.getLogger("dev.tutti");
  private static final long DELAY_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long OLD_NANOS = TimeUnit.MINUTES.toNanos(5);

  private final String pool;
  private final LaunchPlan plan;
  private final Launcher launcher;
  private final PoolFolder folder;
  private final PoolListener events;
  private final Later later;
  private final BooleanSupplier allCoresWork;
  private final AtomicBoolean said = new AtomicBoolean();
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
    later.run(0, () -> launcher.caches().ifPresent(caches -> look(caches, pid)));
  }

  private void look(StartCaches caches, long pid) {
    for (StartCache cache : caches.all()) {
      String refusal = cache.takeRefusal(folder, pid);
      if (refusal != null) {
        tell(CacheState.REFUSED, refusal);
      }
    }
    if (said.compareAndSet(false, true) && !caches.whyNot().isEmpty()) {
      LOG.log(Level.DEBUG, "workers of {0} start {1}", pool, caches.whyNot());
    }
    caches.ran();
    plan(caches);
  }

  private void plan(StartCaches caches) {
    Optional<StartCache> missing = caches.missing();
    if (missing.isPresent()) {
      rehearseLater(caches, DELAY_NANOS - missing.get().wantedNanos() - age());
    }
  }

  /** One look is planned at a time. */
  private void rehearseLater(StartCaches caches, long nanos) {
    if (planned.compareAndSet(false, true)) {
      later.run(
          Math.max(0, nanos),
          () -> {
            planned.set(false);
            rehearse(caches);
          });
    }
  }

  private long age() {
    return System.nanoTime() - sinceNanos;
  }

  /** The pool ends. */
  void close() {
    for (StartCache cache : caches()) {
      cache.learn(folder);
      cache.wasWanted(age());
    }
  }

  /**
   * {@return whether a worker that could not be started has crashed with the file, which is gone}
   */
  boolean crashed(long pid) {
    boolean crashed = caches().stream().anyMatch(cache -> cache.dropAfterCrash(folder, pid));
    if (crashed) {
      tell(CacheState.REFUSED, "a worker crashed at its start with it");
    }
    return crashed;
  }

  /** The task may be to blame, or a file that is damaged where only the task needs it. */
  void readyWorkerCrashed() {
    later.run(
        0,
        () ->
            ServiceThread.builder()
                .name("tutti-cache-check")
                .start(() -> caches().forEach(this::check)));
  }

  private void check(StartCache cache) {
    if (cache.dropIfDamaged()) {
      tell(CacheState.REFUSED, "it was damaged, " + cache.content());
    }
  }

  private List<StartCache> caches() {
    return launcher.caches().map(StartCaches::all).orElse(List.of());
  }

  private void rehearse(StartCaches caches) {
    StartCache missing = caches.missing().orElse(null);
    if (missing == null) {
      return;
    }
    if (allCoresWork.getAsBoolean()) {
      rehearseLater(caches, BUSY_NANOS);
      return;
    }
    if (age() >= DELAY_NANOS) {
      missing.learn(folder);
    }
    boolean old = age() >= OLD_NANOS;
    if (missing.isKnown(old) && missing.beginRehearsal()) {
      tell(CacheState.MISSING, "it is being made, " + missing.content());
      ServiceThread.builder().name("tutti-rehearsal").start(() -> make(caches, missing));
    } else if (!old) { // also while another one is at it, for what is to be made then
      rehearseLater(caches, Math.max(DELAY_NANOS, age()));
    }
  }

  private void make(StartCaches caches, StartCache cache) {
    try (ExitHook _ = ExitHook.of(() -> {})) {
      if (cache.make(plan, script -> Rehearsal.run(plan, script))) {
        tell(CacheState.MADE, "workers start faster from now on, " + cache.content());
        later.run(0, () -> plan(caches)); // there may be another one to make
      } else {
        LOG.log(Level.DEBUG, "another JVM makes the start cache, or has made it");
      }
    } catch (IOException | RuntimeException | Error e) { // workers start without it
      if (!ExitHook.jvmExits()) {
        tell(CacheState.FAILED, e.toString());
      }
    }
  }

  private void tell(CacheState state, String words) {
    LOG.log(Level.DEBUG, "start cache of {0}: {1}: {2}", pool, state, words);
    events.happened(new PoolEvent.StartCache(pool, state, words));
  }
}
