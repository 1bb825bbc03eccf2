package dev.tutti.process.group;

import dev.tutti.codec.Codec;
import dev.tutti.codec.Role;
import dev.tutti.process.launch.LaunchPlan;
import dev.tutti.process.launch.Launcher;
import dev.tutti.process.launch.PoolFolder;
import dev.tutti.process.wire.Frame;
import dev.tutti.spi.Batch;
import dev.tutti.spi.Body;
import dev.tutti.spi.Call;
import dev.tutti.spi.Capabilities;
import dev.tutti.spi.Item;
import dev.tutti.spi.OutcomeSink;
import dev.tutti.spi.WorkSource;
import dev.tutti.spi.WorkerGroup;
import dev.tutti.task.NotSendableException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The worker processes of one pool. */
public final class ProcessGroup implements WorkerGroup {
  /*
   * `lock` guards which workers there are and which of them are idle. It is held for no call to a link, to
   * the source or to the sink.
   *
   * A worker that becomes free polls; if nothing waits it is entered as idle, and looks once more whether
   * something has come in between. Who queues work does so before it looks for an idle worker. So one of
   * the two sees the other, and who takes the link out of `idle` is the one who serves it.
   *
   * A worker that cannot be started is tried again after a pause. After MAX_FAILURES in a row without a
   * single worker alive, what waits fails with the cause; the next task tries once more.
   */
  private static final System.Logger LOG = System.getLogger("dev.tutti");
  private static final int MAX_FAILURES = 3;
  private static final long BACK_OFF_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final int SECRET_BYTES = 32;

  private final String pool;
  private final int most;
  private final Duration grace;
  private final WorkSource source;
  private final OutcomeSink sink;
  private final PoolFolder folder;
  private final Launcher launcher;
  private final ScheduledExecutorService timer;
  private final String secret;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Set<Link> links = new HashSet<>();
  private final Set<Link> ready = new HashSet<>();
  private final ArrayDeque<Link> idle = new ArrayDeque<>();
  private int serial;
  private int failures;
  private @Nullable Exception lastFailure;
  private boolean closed;
  private boolean stopped;
  private boolean releasing;
  private boolean released;

  /**
   * Makes a group without any worker yet.
   *
   * @param plan how workers are started
   * @param grace how long what is to stop may go on
   * @param source where work comes from
   * @param sink where outcomes go
   * @throws IOException if there is no place for the pool's folder
   */
  public ProcessGroup(LaunchPlan plan, Duration grace, WorkSource source, OutcomeSink sink)
      throws IOException {
    this.pool = plan.pool();
    this.most = plan.workers();
    this.grace = grace;
    this.source = source;
    this.sink = sink;
    this.folder = PoolFolder.create();
    this.launcher = new Launcher(plan);
    this.timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("tutti-" + pool + "-timer").factory());
    byte[] key = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(key);
    this.secret = HexFormat.of().formatHex(key);
  }

  // ---------------------------------------------------------------- for the links

  String pool() {
    return pool;
  }

  PoolFolder folder() {
    return folder;
  }

  Launcher launcher() {
    return launcher;
  }

  String secret() {
    return secret;
  }

  Duration grace() {
    return grace;
  }

  OutcomeSink sink() {
    return sink;
  }

  boolean isStopped() {
    lock.lock();
    try {
      return stopped;
    } finally {
      lock.unlock();
    }
  }

  void afterGrace(Runnable action) {
    try {
      var _ = timer.schedule(action, grace.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      // All workers are gone, and the timer with them: there is nobody left to kill.
      LOG.log(Level.DEBUG, "too late to stop anything in {0}", pool);
    }
  }

  /** A worker has both channels open. */
  void ready(Link link) {
    lock.lock();
    try {
      ready.add(link);
      failures = 0;
      lastFailure = null;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    serve(link);
  }

  /** Gives a free worker the next batch, or enters it as idle. */
  void serve(Link link) {
    while (true) {
      Batch batch = source.poll();
      if (batch != null) {
        link.send(batch);
        return;
      }
      boolean leaves;
      lock.lock();
      try {
        leaves = closed;
        if (!leaves) {
          idle.addLast(link);
        }
      } finally {
        lock.unlock();
      }
      if (leaves) {
        link.dismiss();
        return;
      }
      if (!source.hasWork() || !takeIdle(link)) {
        return;
      }
    }
  }

  private boolean takeIdle(Link link) {
    lock.lock();
    try {
      return idle.remove(link);
    } finally {
      lock.unlock();
    }
  }

  /** A worker could not be started. Called by its own thread, which ends with this. */
  void startFailed(Link link, Exception cause) {
    boolean giveUp;
    long pause;
    lock.lock();
    try {
      lastFailure = cause;
      failures++;
      giveUp = failures >= MAX_FAILURES && ready.isEmpty();
      pause = BACK_OFF_NANOS << Math.min(failures - 1, MAX_FAILURES);
      while (pause > 0 && !giveUp && !closed) {
        pause = changed.awaitNanos(pause);
      }
      links.remove(link);
      if (giveUp) {
        failures = MAX_FAILURES - 1; // the next task may try once
      }
      changed.signalAll();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the thread is the pool's own, and ends here
      links.remove(link);
      giveUp = true;
    } finally {
      lock.unlock();
    }
    if (giveUp) {
      sink.startFailed(
          new IllegalStateException(
              "no worker process can be started: " + cause.getMessage(), cause));
    } else if (!isStopped()) {
      LOG.log(Level.WARNING, "a worker of {0} could not be started: {1}", pool, cause.getMessage());
      if (source.hasWork()) {
        workQueued();
      }
    }
    releaseIfDone();
  }

  /** A worker is gone, and what it had is reported. */
  void gone(Link link) {
    lock.lock();
    try {
      links.remove(link);
      ready.remove(link);
      idle.remove(link);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (source.hasWork()) {
      workQueued();
    }
    releaseIfDone();
  }

  private void releaseIfDone() {
    lock.lock();
    try {
      if (releasing || !closed || !links.isEmpty()) {
        return;
      }
      releasing = true;
    } finally {
      lock.unlock();
    }
    timer.shutdownNow();
    launcher.close();
    try {
      folder.close();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "cannot remove the folder of pool " + pool, e);
    }
    lock.lock();
    try {
      released = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  // ---------------------------------------------------------------- WorkerGroup

  @Override
  public Capabilities capabilities() {
    return new Capabilities(false, false, true);
  }

  @Override
  public int maxWorkers() {
    return most;
  }

  @Override
  public int liveWorkers() {
    lock.lock();
    try {
      return closed && !released
          ? Math.max(1, links.size())
          : links.size(); // until all is cleaned up
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void admit(Call call) {
    call.form(fitting(Codec.encode(call.function(), Role.FUNCTION), "task"));
  }

  @Override
  public void admit(Item item) {
    Body body = item.call().body();
    if (body == Body.FN || body == Body.ITEM_ACTION) {
      item.form(fitting(Codec.encode(item.argument(), Role.ITEM), "item"));
    }
  }

  private static byte[] fitting(byte[] bytes, String what) {
    if (bytes.length > Frame.MAX_PAYLOAD_BYTES) {
      throw new NotSendableException(
          "cannot send the %s to a worker: bytes=%d most=%d; pass the name of a file instead [T003]"
              .formatted(what, bytes.length, Frame.MAX_PAYLOAD_BYTES),
          null);
    }
    return bytes;
  }

  @Override
  public void workQueued() {
    Link free;
    lock.lock();
    try {
      free = idle.pollLast(); // the one that worked last: the others may be let go some day
      if (free == null && !closed && links.size() < most) {
        startOne();
      }
    } finally {
      lock.unlock();
    }
    if (free != null) {
      serve(free);
    }
  }

  /** With `lock` held; the new thread does the work. */
  private void startOne() {
    Link link = new Link(this, serial++);
    links.add(link);
    Thread.ofPlatform().daemon().name(link.name()).start(link);
  }

  @Override
  public List<Item> takeBack(Batch batch) {
    for (Item item : batch.items()) {
      if (item.place() instanceof Flight flight) {
        return flight.link().takeHalf(batch);
      }
    }
    return List.of();
  }

  @Override
  public void stop(Item item) {
    // An item without a place is on its way to a worker: send() looks once more when it has one.
    if (item.place() instanceof Flight flight) {
      flight.link().stop(flight);
    }
  }

  @Override
  public void warm() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      int before = failures;
      while (!closed && ready.size() < most) {
        Exception cause = lastFailure;
        if (failures > before && cause != null) {
          throw new IllegalStateException(
              "a worker process cannot be started: " + cause.getMessage(), cause);
        }
        while (links.size() < most) {
          startOne(); // also in the place of one that has died meanwhile
        }
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    List<Link> leaving;
    lock.lock();
    try {
      closed = true;
      leaving = List.copyOf(idle);
      idle.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    leaving.forEach(Link::dismiss);
    releaseIfDone();
  }

  @Override
  public void closeNow() {
    List<Link> all;
    lock.lock();
    try {
      stopped = true;
      all = new ArrayList<>(links);
    } finally {
      lock.unlock();
    }
    close();
    all.forEach(Link::stopAll);
  }

  @Override
  public boolean awaitGone(Duration timeout) throws InterruptedException {
    long left = timeout.toNanos();
    lock.lockInterruptibly();
    try {
      while (!links.isEmpty() || !released) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }
}
