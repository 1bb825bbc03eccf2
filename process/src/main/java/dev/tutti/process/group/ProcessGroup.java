package dev.tutti.process.group;

import dev.tutti.event.PoolEvent;
import dev.tutti.event.PoolEvent.Reason;
import dev.tutti.process.group.RetireRules.Retirement;
import dev.tutti.spi.Batch;
import dev.tutti.spi.Call;
import dev.tutti.spi.Capabilities;
import dev.tutti.spi.GroupRequest;
import dev.tutti.spi.Item;
import dev.tutti.spi.ServiceThread;
import dev.tutti.spi.WorkSource;
import dev.tutti.spi.WorkerGroup;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The worker processes of one pool. */
public final class ProcessGroup implements WorkerGroup {
  /*
   * `lock` guards the roster: which workers there are and which of them are idle; and whether
   * the patrol goes. It is held for no call to a link, to the source (but for hasWork) or to the sink.
   *
   * A worker that becomes free polls; if nothing waits it is entered as idle, and looks once more whether
   * something has come in between. Who queues work does so before it looks for an idle worker. So one of
   * the two sees the other, and who takes the link out of `idle` is the one who serves it. What waits may be
   * for another worker than the one that looks: then that one is woken, or started, if there is one.
   *
   * A worker that cannot be started is tried again after a pause, as the budget allows. When that is used up
   * and there is no worker at all, what waits fails with the cause, and so does what comes until the budget
   * has filled again.
   */
  private static final System.Logger LOG = System.getLogger("dev.tutti");
  private static final Retirement CLOSED = new Retirement(Reason.CLOSED, "the pool is closed");

  private final GroupResources resources;
  private final WorkSource source;
  private final Admission admission = new Admission();
  private final Patrol patrol;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Roster roster;
  private int serial;
  private long failures;
  private boolean closed;
  private boolean stopped;
  private boolean releasing;
  private boolean released;

  /**
   * Makes a group without any worker yet.
   *
   * @param plan what it is to be like
   * @param request whose workers they are
   * @throws IOException if there is no place for the pool's folder
   */
  public ProcessGroup(GroupPlan plan, GroupRequest request) throws IOException {
    this.source = request.source();
    this.roster = new Roster(plan.launch().workers(), plan.rules().least());
    this.resources = new GroupResources(plan, request, this::allCoresWork);
    this.patrol =
        new Patrol(
            request.pool(), plan.rules(), resources::after, lock, roster, source, this::workQueued);
  }

  // ---------------------------------------------------------------- for the links

  GroupResources resources() {
    return resources;
  }

  /** {@return whether as many workers have something to do as the machine has cores} */
  private boolean allCoresWork() {
    lock.lock();
    try {
      return roster.busyCount() >= Runtime.getRuntime().availableProcessors();
    } finally {
      lock.unlock();
    }
  }

  boolean isStopped() {
    lock.lock();
    try {
      return stopped;
    } finally {
      lock.unlock();
    }
  }

  /** A worker has both channels open, and has done what it is to do first. */
  void ready(Link link) {
    lock.lock();
    try {
      roster.ready(link);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    serve(link);
  }

  /** Gives a free worker the next batch, or enters it as idle. */
  void serve(Link link) {
    boolean declined = false;
    while (!leavesForSize(link)) {
      Batch batch = source.poll(link, hasOther(link), link.room());
      if (batch != null) {
        link.send(batch);
        if (batch.count() > 1 && !source.hasWork()) {
          callToShare();
        }
        return;
      }
      if (!rest(link)) {
        link.dismiss(CLOSED);
        return;
      }
      if (!source.hasWork() || (declined && callOther(link)) || !takeIdle(link)) {
        return;
      }
      declined = true; // if the next look finds nothing either, what waits is for another worker
    }
  }

  /**
   * Nothing waits, and a worker has several items: an idle one takes over half of them, and calls
   * the next one. No later than this anybody would look, were the first of the items slow.
   */
  private void callToShare() {
    Link idle;
    lock.lock();
    try {
      idle = roster.takeIdle();
      if (idle != null) {
        patrol.ensureLooking();
      } else if (!closed && roster.hasRoom()) {
        startOne();
      }
    } finally {
      lock.unlock();
    }
    if (idle != null) {
      serve(idle);
    }
  }

  private boolean leavesForSize(Link link) {
    lock.lock();
    try {
      if (!roster.isTooMany()) {
        return false;
      }
      roster.leave(link);
    } finally {
      lock.unlock();
    }
    link.dismiss(resized());
    return true;
  }

  private Retirement resized() {
    return new Retirement(Reason.RESIZED, "the pool was resized: workers=" + maxWorkers());
  }

  private boolean hasOther(Link link) {
    lock.lock();
    try {
      return roster.hasOther(link);
    } finally {
      lock.unlock();
    }
  }

  /** {@return whether the worker is entered as idle; if not, the pool is closed} */
  private boolean rest(Link link) {
    lock.lock();
    try {
      if (!closed) {
        link.rests();
        roster.idle(link);
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /** {@return whether another worker is about to look for work} */
  private boolean callOther(Link link) {
    Link other;
    lock.lock();
    try {
      patrol.ensureLooking();
      other = roster.takeIdleOther(link);
      if (other == null) {
        if (roster.hasRoom() && !closed) {
          startOne();
        }
        return roster.hasOther(link);
      }
    } finally {
      lock.unlock();
    }
    serve(other);
    return true;
  }

  private boolean takeIdle(Link link) {
    lock.lock();
    try {
      patrol.ensureLooking();
      return roster.takeIdle(link);
    } finally {
      lock.unlock();
    }
  }

  /**
   * A worker is to get nothing more, though it may still run something; or its process has ended,
   * and who reads of that is to find its place free.
   */
  void leaves(Link link) {
    lock.lock();
    try {
      roster.leave(link);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (source.hasWork()) {
      workQueued(); // its replacement need not wait for its end
    }
  }

  /** A worker could not be started. Called by its own thread, which ends with this. */
  void startFailed(Link link, Exception cause) {
    long pause;
    int left;
    lock.lock();
    try {
      failures++;
      pause = roster.startFailed(cause);
      left = roster.startsLeft();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (!isStopped()) {
      String pool = resources.pool();
      LOG.log(Level.WARNING, "a worker of {0} could not be started: {1}", pool, cause.getMessage());
      resources.tell(new PoolEvent.WorkerNotStarted(pool, link.name(), cause, left));
    }
    Exception hopeless = removeAfter(pause, link);
    if (hopeless != null) {
      resources.sink().startFailed(noWorker(hopeless));
    } else if (source.hasWork()) {
      workQueued();
    }
    releaseIfDone();
  }

  /** {@return why what waits has to fail; null if there are other workers, or a further start} */
  private @Nullable Exception removeAfter(long pauseNanos, Link link) {
    lock.lock();
    try {
      awaitPause(pauseNanos);
      roster.remove(link);
      changed.signalAll();
      return roster.hopeless();
    } finally {
      lock.unlock();
    }
  }

  private void awaitPause(long nanos) {
    long left = nanos;
    try {
      while (left > 0 && !closed) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the thread is the pool's own, and ends soon
    }
  }

  private static IllegalStateException noWorker(Exception cause) {
    return new IllegalStateException(
        "no worker process can be started: " + cause.getMessage(), cause);
  }

  /** A worker is gone, and what it had is reported. */
  void gone(Link link) {
    lock.lock();
    try {
      roster.remove(link);
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
      if (releasing || !closed || roster.processes() > 0) {
        return;
      }
      releasing = true;
    } finally {
      lock.unlock();
    }
    try {
      resources.close();
      admission.close();
    } finally {
      lock.lock(); // who waits for the end is told of it, whatever has happened
      try {
        released = true;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  // ---------------------------------------------------------------- WorkerGroup

  @Override
  public Capabilities capabilities() {
    return new Capabilities(false, false, true, true);
  }

  @Override
  public int maxWorkers() {
    lock.lock();
    try {
      return roster.most();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void resize(int workers) {
    List<Link> leaving = new ArrayList<>();
    lock.lock();
    try {
      roster.most(workers);
      while (roster.isTooMany()) {
        Link free = roster.takeIdle();
        if (free == null) {
          break; // the others leave when they have ended what they run
        }
        roster.leave(free);
        leaving.add(free);
      }
      while (roster.hasRoom() && !closed && source.hasWork()) {
        startOne();
      }
    } finally {
      lock.unlock();
    }
    leaving.forEach(link -> link.dismiss(resized()));
  }

  @Override
  public void keep(int workers) {
    lock.lock();
    try {
      roster.least(workers);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int liveWorkers() {
    lock.lock();
    try {
      int processes = roster.processes();
      return closed && !released ? Math.max(1, processes) : processes; // until all is cleaned up
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void admit(Call call) {
    admission.admit(call);
  }

  @Override
  public void admit(Item item) {
    admission.admit(item);
  }

  @Override
  public void forget(Call call) {
    admission.forget(call);
  }

  @Override
  public void forget(Item item) {
    admission.forget(item);
  }

  @Override
  public void lookOut(Item item) {
    if (item.place() instanceof Flight flight) {
      flight.link().lookOut(item);
    }
  }

  @Override
  public void workQueued() {
    Link free;
    Exception hopeless = null;
    lock.lock();
    try {
      patrol.ensureLooking();
      free = roster.takeIdle();
      if (free == null && !closed && source.hasWork()) { // else somebody has taken it already
        if (roster.hasRoom()) {
          startOne();
        } else {
          hopeless = roster.hopeless();
        }
      }
    } finally {
      lock.unlock();
    }
    if (free != null) {
      serve(free);
    } else if (hopeless != null) {
      resources.sink().startFailed(noWorker(hopeless));
    }
  }

  /** With `lock` held; the new thread does the work. */
  private void startOne() {
    Link link = new Link(this, serial++);
    roster.start(link);
    patrol.ensureLooking();
    try {
      ServiceThread.builder().name(link.name()).start(link);
    } catch (OutOfMemoryError e) { // the system gives no further thread
      IOException cause = new IOException("no thread for a worker: " + e.getMessage(), e);
      Thread.ofVirtual().start(() -> startFailed(link, cause)); // without the lock
    }
  }

  @Override
  public List<Item> takeBack(Batch batch, int most) {
    for (Item item : batch.items()) {
      if (item.place() instanceof Flight flight) {
        return flight.link().takeHalf(batch, most);
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
    patrol.beginWarming(); // nobody leaves for being idle while the others start
    try {
      long before = failures;
      while (!closed && roster.readyCount() < roster.most()) {
        Exception cause = roster.lastFailure();
        if (failures > before && cause != null) {
          throw new IllegalStateException(
              "a worker process cannot be started: " + cause.getMessage(), cause);
        }
        while (roster.size() < roster.most()) {
          startOne(); // also in the place of one that has died meanwhile
        }
        changed.await();
      }
    } finally {
      patrol.endWarming();
      lock.unlock();
    }
  }

  @Override
  public void close() {
    List<Link> leaving;
    lock.lock();
    try {
      closed = true;
      leaving = roster.takeIdle(_ -> true);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    leaving.forEach(link -> link.dismiss(CLOSED));
    releaseIfDone();
  }

  @Override
  public void closeNow() {
    List<Link> all;
    lock.lock();
    try {
      stopped = true;
      all = roster.all();
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
      while (roster.processes() > 0 || !released) {
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
