package dev.tutti.process.group;

import dev.tutti.event.PoolEvent;
import dev.tutti.event.PoolListener;
import dev.tutti.process.launch.Launcher;
import dev.tutti.process.launch.PoolFolder;
import dev.tutti.process.wire.Introduction;
import dev.tutti.spi.GroupRequest;
import dev.tutti.spi.OutcomeSink;
import dev.tutti.spi.ServiceThread;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * What all workers of a pool share from the pool's start to its end: its folder, what starts them,
 * its timer, and whom they report to.
 *
 * <p><b>Thread safety.</b> For any thread; nothing here changes but by {@link #close}.
 */
final class GroupResources implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("dev.tutti");

  /** How long a worker that is dismissed may take at least. */
  private static final long LEAST_LEAVING_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final GroupPlan plan;
  private final String pool;
  private final OutcomeSink sink;
  private final PoolListener events;
  private final PoolFolder folder;
  private final Launcher launcher;
  private final ScheduledExecutorService timer;
  private final Reading.Shared readings;
  private final CacheKeeper cache;
  private final String secret;

  /**
   * @param allCoresWork whether the group's workers have work for all cores of the machine
   */
  GroupResources(GroupPlan plan, GroupRequest request, BooleanSupplier allCoresWork)
      throws IOException {
    this.plan = plan;
    this.pool = request.pool();
    this.sink = request.sink();
    this.events = request.events();
    this.launcher = new Launcher(plan.launch());
    launcher.prepare();
    try {
      this.folder = PoolFolder.create();
    } catch (IOException | RuntimeException | Error e) {
      launcher.close();
      throw e;
    }
    this.timer =
        Executors.newSingleThreadScheduledExecutor(
            ServiceThread.builder().name("tutti-" + pool + "-timer").factory());
    this.readings =
        new Reading.Shared(plan.filter(), plan.maxReadTime(), this::after, new AtomicInteger());
    this.cache =
        new CacheKeeper(pool, plan.launch(), launcher, folder, events, this::after, allCoresWork);
    this.secret = Introduction.newSecret();
  }

  GroupPlan plan() {
    return plan;
  }

  String pool() {
    return pool;
  }

  PoolFolder folder() {
    return folder;
  }

  Launcher launcher() {
    return launcher;
  }

  /** {@return what a worker has to know to be let in} */
  String secret() {
    return secret;
  }

  OutcomeSink sink() {
    return sink;
  }

  Reading.Shared readings() {
    return readings;
  }

  CacheKeeper cache() {
    return cache;
  }

  void tell(PoolEvent event) {
    events.happened(event);
  }

  /** Runs something when the grace time is over, unless the pool is gone by then. */
  void afterGrace(Runnable action) {
    after(TimeUnit.NANOSECONDS.convert(plan.grace()), action);
  }

  /** For a worker that has nothing to do: what it closes takes time, however short the grace is. */
  void afterLeaving(Runnable action) {
    long grace = TimeUnit.NANOSECONDS.convert(plan.grace());
    after(Math.max(grace, LEAST_LEAVING_NANOS), action);
  }

  /** Runs something later, unless the pool is gone by then. */
  void after(long nanos, Runnable action) {
    try {
      var _ = timer.schedule(action, nanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      // All workers are gone, and the timer with them: there is nobody left to kill.
      LOG.log(Level.DEBUG, "too late to stop anything in {0}", pool);
    }
  }

  /** All workers are gone. */
  @Override
  public void close() {
    timer.shutdownNow();
    launcher.close();
    try {
      cache.close(); // reads in the folder
    } finally {
      removeFolder();
    }
  }

  private void removeFolder() {
    try {
      folder.close();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "cannot remove the folder of pool " + pool, e);
    }
  }
}
