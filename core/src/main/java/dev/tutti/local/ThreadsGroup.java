package dev.tutti.local;

import dev.tutti.plan.ThreadOptions;
import dev.tutti.spi.Batch;
import dev.tutti.spi.Belongings;
import dev.tutti.spi.Capabilities;
import dev.tutti.spi.GroupRequest;
import dev.tutti.spi.HelpingGroup;
import dev.tutti.spi.ServiceThread;
import dev.tutti.spi.StartBudget;
import dev.tutti.spi.StartContext;
import dev.tutti.task.Action;
import dev.tutti.task.WorkerContext;
import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The threads of one pool, which pull their work. */
final class ThreadsGroup extends LocalGroup implements HelpingGroup {
  /*
   * Guarded by `lock`: the workers, how many of them are idle, how many wake-ups they have been given
   * and not taken. A worker says that it is idle and looks for work once more before it waits; who
   * queues work does so before it looks for an idle worker. So one of the two sees the other. A worker
   * that is as good as free (`free`) looks for work next, without being woken, so no other one is started
   * for it; if it takes something else, it wakes another one for what had counted on it. One that leaves
   * because there are too many looks for work as its last act.
   *
   * Of all workers `most` are busy: they are neither idle nor aside, which is where a worker is whose task only waits
   * (`helpers`). So there may be more workers than that. When the task goes on, one more than `most` is busy, until the next
   * one that ends its task finds so and rests, whatever waits. `spares` is how many more there may be though they have nothing
   * to do: each that was started for one aside counts, until one has rested for SPARE_NANOS.
   */
  private static final long SPARE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Optional<Action> initialiser;
  private final BiConsumer<String, Runnable> starter;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition wake = lock.newCondition();
  private final Condition gone = lock.newCondition();
  private final Set<Worker> workers = new HashSet<>();
  private final Helpers helpers =
      new Helpers(lock, () -> this.most, source, this::workQueued, this::runAside);
  private final StartBudget budget = new StartBudget();
  private final long idleNanos;
  private int most;
  private int spares;
  private int idle;
  private int wakeUps;
  private int named;
  private boolean closed;
  private @Nullable Throwable lastFailure;

  ThreadsGroup(GroupRequest request, ThreadOptions options) {
    this(request, options, ThreadsGroup::start);
  }

  /** Threads that leave when they have had nothing to do for some time, and are measured. */
  ThreadsGroup(GroupRequest request, int workers, Duration idle) {
    this(
        request,
        ThreadOptions.DEFAULTS.withWorkers(workers),
        ThreadsGroup::start,
        true,
        TimeUnit.NANOSECONDS.convert(idle));
  }

  /**
   * Makes a group.
   *
   * @param starter starts a thread of that name; it throws what {@link Thread#start} does where the
   *     system gives none
   */
  ThreadsGroup(GroupRequest request, ThreadOptions options, BiConsumer<String, Runnable> starter) {
    this(request, options, starter, false, Long.MAX_VALUE);
  }

  private ThreadsGroup(
      GroupRequest request,
      ThreadOptions options,
      BiConsumer<String, Runnable> starter,
      boolean measures,
      long idleNanos) {
    super(request, measures);
    this.most = options.workers();
    this.initialiser = options.initialiser();
    this.starter = starter;
    this.idleNanos = idleNanos;
  }

  private static void start(String name, Runnable work) {
    var _ = ServiceThread.builder().name(name).start(work);
  }

  @Override
  public Capabilities capabilities() {
    return new Capabilities(false, true, false, false);
  }

  @Override
  public int maxWorkers() {
    lock.lock();
    try {
      return most;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int liveWorkers() {
    lock.lock();
    try {
      return workers.size();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void workQueued() {
    Throwable failure = null;
    helpers.countQueued();
    lock.lock();
    try {
      if (idle > wakeUps) {
        if (isRoom() && source.hasWork()) { // else nobody is to come for nothing
          wakeUps++;
          wake.signal();
        }
      } else if (countOnFree()) {
        return;
      } else if (isRoom() && source.hasWork()) { // else somebody has taken it already
        if (budget.allowsStart(System.nanoTime())) {
          helpers.alone(!startWorker());
        } else if (workers.isEmpty()) {
          failure = lastFailure;
        } else {
          helpers.alone(true);
        }
      }
    } finally {
      lock.unlock();
    }
    if (failure != null) {
      sink.startFailed(noWorker(failure));
    }
  }

  private static IllegalStateException noWorker(Throwable cause) {
    return new IllegalStateException("no worker thread can be initialised: " + cause, cause);
  }

  /**
   * {@return whether a worker is about to look for work by itself, and counts for this one item}
   */
  private boolean countOnFree() {
    for (Worker worker : workers) {
      if (worker.free && !worker.countedOn) {
        worker.countedOn = true;
        return true;
      }
    }
    return false;
  }

  /** {@return how many threads there may be} */
  private int allowed() {
    return most + Math.max(spares, helpers.aside());
  }

  /** {@return how many threads run a task that does not wait, or look for one} */
  private int busy() {
    return workers.size() - idle - helpers.aside();
  }

  /** {@return whether one more than those and the ones that were woken may run a task} */
  private boolean isRoom() {
    return busy() + wakeUps < most;
  }

  /** {@return whether there is one more; if not, others serve} */
  private boolean startWorker() {
    Worker worker = new Worker("tutti-" + pool + "-worker-" + named++);
    workers.add(worker);
    try {
      starter.accept(worker.name, worker);
    } catch (RuntimeException | Error e) { // no memory for a thread; others may still serve
      workers.remove(worker);
      if (workers.isEmpty()) {
        throw e;
      }
      return false;
    }
    spares = Math.max(spares, workers.size() - most);
    return true;
  }

  /** A worker whose task runs another one itself helps its pool where that one waits. */
  @Override
  public void run(Batch batch) {
    Runner here = Runner.here(this);
    if (here == null) {
      super.run(batch);
    } else {
      here.inner().run(batch);
    }
  }

  @Override
  public boolean isWorker() {
    return Runner.here(this) != null;
  }

  @Override
  public void helpUntil(Awaited awaited, long nanos) throws InterruptedException {
    Runner mine = Objects.requireNonNull(Runner.here(this), "a task of this pool");
    Runner innermost = Objects.requireNonNull(Runner.here(), "a task");
    helpers.help(innermost, mine, awaited, nanos);
  }

  @Override
  public void resize(int workersWanted) {
    lock.lock();
    try {
      spares = Math.min(spares, Math.max(0, workers.size() - workersWanted));
      most = workersWanted;
      wake.signalAll();
      boolean more = true;
      while (more && busy() + idle < most && !closed && source.hasWork()) {
        more = startWorker();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void warm() {
    lock.lock();
    try {
      boolean more = true;
      while (more && workers.size() < most && !closed) {
        more = startWorker();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      wake.signalAll();
      gone.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void closeNow() {
    Set<Worker> running;
    lock.lock();
    try {
      close();
      running = Set.copyOf(workers);
    } finally {
      lock.unlock();
    }
    running.forEach(worker -> worker.runner.stopCurrent());
    stopAside();
  }

  @Override
  public boolean awaitGone(Duration timeout) throws InterruptedException {
    long left = timeout.toNanos();
    lock.lockInterruptibly();
    try {
      while (!workers.isEmpty()) {
        if (left <= 0) {
          return false;
        }
        left = gone.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private final class Worker implements Runnable {
    private final String name;
    private final Belongings belongings = new Belongings();
    private final Runner runner;
    private boolean free; // guarded by `lock`, as the next
    private boolean countedOn;
    private boolean rests; // it is one too many of those who are busy; read by itself only

    Worker(String name) {
      this.name = name;
      this.runner = Runner.onOwnThread(ThreadsGroup.this, name, belongings, this::isNearlyFree);
    }

    @Override
    public void run() {
      try (belongings) {
        boolean goesOn = isInitialised();
        while (goesOn) {
          goesOn = runNext();
        }
      } finally {
        leave();
      }
      if (source.hasWork()) {
        workQueued(); // what counted on this worker
      }
    }

    /**
     * {@return whether there may be more to run} While it waits, no frame of this thread has the
     * last batch: an interpreted frame would hold it, and all that its tasks have captured.
     */
    private boolean runNext() {
      Batch batch = next();
      if (batch != null) {
        runner.run(batch);
      }
      return batch != null;
    }

    private void leave() {
      lock.lock();
      try {
        workers.remove(this);
        gone.signalAll();
      } finally {
        lock.unlock();
      }
    }

    /** {@return whether the initialiser has run, after some tries if need be} */
    private boolean isInitialised() {
      if (initialiser.isEmpty()) {
        return true;
      }
      WorkerContext context =
          new StartContext(
              name, belongings, line -> LocalContext.log(name, line.level(), line.message()));
      while (true) {
        Throwable failure;
        try {
          ScopedValue.where(WorkerContext.CURRENT, context)
              .call(() -> {
                initialiser.get().act();
                return name;
              });
          succeeded();
          return true;
        } catch (Throwable e) { // whatever it is, this thread cannot serve
          failure = e;
        }
        if (!goesOnAfter(failure)) {
          return false;
        }
      }
    }

    private void succeeded() {
      lock.lock();
      try {
        budget.succeeded();
        lastFailure = null;
      } finally {
        lock.unlock();
      }
    }

    private boolean goesOnAfter(Throwable failure) {
      boolean tellsAll;
      lock.lock();
      try {
        lastFailure = failure;
        long pause = budget.failed(System.nanoTime());
        if (pause > 0) {
          while (pause > 0) {
            pause = gone.awaitNanos(pause);
          }
          return true;
        }
        workers.remove(this);
        tellsAll = workers.isEmpty();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt(); // the thread is the pool's own, and ends here
        tellsAll = false;
      } finally {
        lock.unlock();
      }
      if (tellsAll) {
        sink.startFailed(noWorker(failure));
      }
      return false;
    }

    private void isNearlyFree() {
      lock.lock();
      try {
        free = true;
      } finally {
        lock.unlock();
      }
    }

    /** {@return whether this worker is to stay} */
    private boolean looksForWork() {
      lock.lock();
      try {
        free = true;
        rests = !closed && busy() > most;
        return staysUnlessTooMany();
      } finally {
        lock.unlock();
      }
    }

    /** It has found work. Somebody may have counted on it for other work meanwhile. */
    private void isBusy() {
      boolean missed;
      lock.lock();
      try {
        missed = countedOn;
        free = false;
        countedOn = false;
      } finally {
        lock.unlock();
      }
      if (missed && source.hasWork()) {
        workQueued();
      }
    }

    /**
     * Nothing waits, and this worker has several items: an idle one takes over half of them, and
     * calls the next one. No later than this anybody would look, were the first of them slow.
     */
    private void callToShare() {
      lock.lock();
      try {
        if (!isRoom()) {
          return;
        }
        if (idle > wakeUps) {
          wakeUps++;
          wake.signal();
        } else if (idle == 0 && budget.allowsStart(System.nanoTime())) {
          startWorker();
        }
      } finally {
        lock.unlock();
      }
    }

    private boolean staysUnlessTooMany() {
      if (workers.size() <= allowed()) {
        return true;
      }
      workers.remove(this); // so that no other one leaves for the same reason
      gone.signalAll();
      return false;
    }

    /** {@return the next batch, waiting for one; null when this worker is to leave} */
    private @Nullable Batch next() {
      Batch batch = null;
      while (batch == null) {
        if (!looksForWork()) {
          return null;
        }
        batch = rests ? null : source.poll(this, false, Integer.MAX_VALUE);
        if (batch == null && !awaitWork()) {
          return null;
        }
      }
      isBusy();
      if (batch.count() > 1 && !source.hasWork()) {
        callToShare();
      }
      return batch;
    }

    private boolean awaitWork() {
      lock.lock();
      try {
        idle++;
        free = false; // from here on it is found among the idle ones
        countedOn = false; // what counted on it was queued before, and is looked for below
        try {
          long left = idleNanos;
          while (left > 0 && !closed && workers.size() <= allowed() && !hasReason()) {
            try {
              long bound = workers.size() > most ? Math.min(left, SPARE_NANOS) : left;
              long still = wake.awaitNanos(bound);
              left -= bound - still;
              if (still <= 0 && workers.size() > most) {
                spares = workers.size() - 1 - most; // this one leaves, or stands for one aside
              }
            } catch (InterruptedException e) {
              left = idleNanos; // nobody owns this thread but the pool, and no task runs on it
            }
          }
          if (wakeUps > 0) {
            wakeUps--;
          }
          return (left > 0 && !closed) || source.hasWork();
        } finally {
          idle--;
          free = true; // it looks for work, or sees to what counts on it when it leaves
        }
      } finally {
        lock.unlock();
      }
    }

    /** {@return whether there is a reason to look for work} */
    private boolean hasReason() {
      if (busy() >= most) {
        wakeUps = 0; // who waited goes on; whoever of the busy ones is through looks first
        return false;
      }
      return wakeUps > 0 || source.hasWork();
    }
  }
}
