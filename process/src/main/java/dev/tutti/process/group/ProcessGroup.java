package dev.tutti.process.group;

import static java.util.Objects.requireNonNull;

import dev.tutti.codec.Role;
import dev.tutti.event.PoolEvent;
import dev.tutti.event.PoolEvent.Reason;
import dev.tutti.event.PoolListener;
import dev.tutti.process.block.Blocks;
import dev.tutti.process.block.Cargo;
import dev.tutti.process.group.RetireRules.Retirement;
import dev.tutti.process.launch.Launcher;
import dev.tutti.process.launch.PoolFolder;
import dev.tutti.process.wire.Frame;
import dev.tutti.process.wire.Introduction;
import dev.tutti.spi.Batch;
import dev.tutti.spi.Call;
import dev.tutti.spi.Capabilities;
import dev.tutti.spi.GroupRequest;
import dev.tutti.spi.Item;
import dev.tutti.spi.OutcomeSink;
import dev.tutti.spi.WorkSource;
import dev.tutti.spi.WorkerGroup;
import dev.tutti.task.NotSendableException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The worker processes of one pool. */
public final class ProcessGroup implements WorkerGroup {
  /*
   * `lock` guards the roster: which workers there are and which of them are idle. It is held for no call to a
   * link, to the source (but for hasWork) or to the sink.
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

  /** How long a worker that is dismissed may take at least. */
  private static final long LEAST_LEAVING_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final GroupPlan plan;
  private final String pool;
  private final WorkSource source;
  private final OutcomeSink sink;
  private final PoolListener events;
  private final PoolFolder folder;
  private final Launcher launcher;
  private final ScheduledExecutorService timer;
  private final Reading.Shared readings;
  private final CacheKeeper cache;
  private final String secret;
  private final Blocks blocks = new Blocks(Runtime.getRuntime().maxMemory());

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Roster roster;
  private int serial;
  private int warming;
  private long failures;
  private boolean closed;
  private boolean stopped;
  private boolean looking;
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
    this.plan = plan;
    this.pool = request.pool();
    this.source = request.source();
    this.sink = request.sink();
    this.events = request.events();
    this.roster = new Roster(plan.launch().workers(), plan.rules().least());
    this.folder = PoolFolder.create();
    this.launcher = new Launcher(plan.launch());
    launcher.prepare(folder);
    this.timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("tutti-" + pool + "-timer").factory());
    this.readings =
        new Reading.Shared(plan.filter(), plan.maxReadTime(), this::after, new AtomicInteger());
    this.cache = new CacheKeeper(pool, plan.launch(), launcher, folder, events, this::after);
    this.secret = Introduction.newSecret();
  }

  // ---------------------------------------------------------------- for the links

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

  String secret() {
    return secret;
  }

  OutcomeSink sink() {
    return sink;
  }

  PoolListener events() {
    return events;
  }

  boolean isStopped() {
    lock.lock();
    try {
      return stopped;
    } finally {
      lock.unlock();
    }
  }

  Reading.Shared readings() {
    return readings;
  }

  CacheKeeper cache() {
    return cache;
  }

  void afterGrace(Runnable action) {
    after(TimeUnit.NANOSECONDS.convert(plan.grace()), action);
  }

  /** For a worker that has nothing to do: what it closes takes time, however short the grace is. */
  void afterLeaving(Runnable action) {
    long grace = TimeUnit.NANOSECONDS.convert(plan.grace());
    after(Math.max(grace, LEAST_LEAVING_NANOS), action);
  }

  private void after(long nanos, Runnable action) {
    try {
      var _ = timer.schedule(action, nanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      // All workers are gone, and the timer with them: there is nobody left to kill.
      LOG.log(Level.DEBUG, "too late to stop anything in {0}", pool);
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
        ensureLooking();
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
      ensureLooking();
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
      ensureLooking();
      return roster.takeIdle(link);
    } finally {
      lock.unlock();
    }
  }

  /** A worker is to get nothing more, though it may still run something. */
  void leaves(Link link) {
    lock.lock();
    try {
      roster.leave(link);
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
      LOG.log(Level.WARNING, "a worker of {0} could not be started: {1}", pool, cause.getMessage());
      events.happened(new PoolEvent.WorkerNotStarted(pool, link.name(), cause, left));
    }
    Exception hopeless = removeAfter(pause, link);
    if (hopeless != null) {
      sink.startFailed(noWorker(hopeless));
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
    timer.shutdownNow();
    launcher.close();
    blocks.close();
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

  // ---------------------------------------------------------------- looking after the workers

  /** With `lock` held, whenever a worker has something to do that had nothing. */
  private void ensureLooking() {
    if (!looking) {
      looking = true;
      lookLater();
    }
  }

  private void lookLater() {
    after(TimeUnit.MILLISECONDS.toNanos(plan.rules().tickMillis()), this::lookAndGoOn);
  }

  private void lookAndGoOn() {
    try {
      if (isAtRest()) {
        return;
      }
      look();
    } catch (RuntimeException | Error e) {
      LOG.log(Level.WARNING, "cannot look after the workers of " + pool, e);
    }
    lookLater();
  }

  /** {@return whether nobody need look until there is work again} An idle pool costs nothing. */
  private boolean isAtRest() {
    lock.lock();
    try {
      boolean nothingToSee = plan.rules().letIdle() || roster.isEmpty();
      looking = !(roster.isAtRest() && nothingToSee && !source.hasWork());
      return !looking;
    } finally {
      lock.unlock();
    }
  }

  /** Lets go what has been idle for long enough, and finds what takes too much or does nothing. */
  private void look() {
    Map<Link, Retirement> due = new LinkedHashMap<>();
    List<Link> running;
    lock.lock();
    try {
      var _ = roster.takeIdle(link -> isDue(link, due));
      due.keySet().forEach(roster::leave);
      running = roster.running();
    } finally {
      lock.unlock();
    }
    due.forEach(Link::dismiss);
    running.forEach(Link::look);
    if (source.hasWork()) {
      workQueued();
    }
  }

  private boolean isDue(Link link, Map<Link, Retirement> due) {
    int spare = roster.size() - due.size() - roster.least();
    Retirement retirement = warming > 0 ? null : link.dueWhileIdle(spare);
    if (retirement != null) {
      due.put(link, retirement);
    }
    return retirement != null;
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
    call.form(new SentCall(cargo(call.function(), Role.FUNCTION), Frame.Loader.current()));
  }

  @Override
  public void admit(Item item) {
    if (!item.call().body().hasItem()) {
      return;
    }
    Cargo function = ((SentCall) requireNonNull(item.call().form(), "form")).cargo();
    if (item.isPack()) {
      admitPack(item, function);
      return;
    }
    Cargo cargo = cargo(item.argument(), Role.ITEM);
    boolean holdsFunction = function.hold();
    item.form(
        cargo.hasBlock() || holdsFunction
            ? new SentItem(cargo, holdsFunction ? function : null)
            : cargo.bytes(),
        cargo.size());
  }

  /** What is large has an item of its own, which holds its memory. */
  private static void admitPack(Item pack, Cargo function) {
    if (function.hasBlock()) {
      throw new NotSendableException("the function of a pack has large parts", null);
    }
    EncodedPack form = EncodedPack.of(pack);
    pack.form(form, form.bytes(0, pack.count()));
  }

  private Cargo cargo(@Nullable Object value, Role role) {
    return Cargo.of(
        value, role, blocks, Frame.MAX_PAYLOAD_BYTES, "pass the name of a file instead");
  }

  @Override
  public void forget(Call call) {
    if (call.form() instanceof SentCall sent) {
      sent.forget();
    }
  }

  @Override
  public void forget(Item item) {
    if (item.form() instanceof SentItem sent) {
      sent.forget();
    }
  }

  @Override
  public void workQueued() {
    Link free;
    Exception hopeless = null;
    lock.lock();
    try {
      ensureLooking();
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
      sink.startFailed(noWorker(hopeless));
    }
  }

  /** With `lock` held; the new thread does the work. */
  private void startOne() {
    Link link = new Link(this, serial++);
    roster.start(link);
    ensureLooking();
    try {
      Thread.ofPlatform().daemon().name(link.name()).start(link);
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
    warming++; // nobody leaves for being idle while the others start
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
      warming--;
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
