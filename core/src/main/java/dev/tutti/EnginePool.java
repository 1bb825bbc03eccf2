package dev.tutti;

import dev.tutti.engine.Engine;
import dev.tutti.engine.HeldTask;
import dev.tutti.event.PoolListener;
import dev.tutti.event.Subscription;
import dev.tutti.plan.CallOptions;
import dev.tutti.plan.Cpus;
import dev.tutti.plan.SubmitQueue;
import dev.tutti.plan.SubmitQueue.WhenFull;
import dev.tutti.spi.Body;
import dev.tutti.spi.HelpingGroup;
import dev.tutti.task.Action;
import dev.tutti.task.Task;
import dev.tutti.task.TaskFuture;
import dev.tutti.task.WorkerContext;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A pool in front of an engine: the words of {@code ExecutorService}. */
final class EnginePool implements Pool {
  private static final Duration FOR_EVER = Duration.ofNanos(Long.MAX_VALUE);
  private static final Duration STOPPING_PATIENCE = Duration.ofSeconds(1);

  private final Engine engine;
  private final CallOptions options;

  /** How long an attempt may run where options do not say it; kept to by all views. */
  private final Optional<Duration> usualTimeout;

  /** Reachable as long as one view of the pool is, or one of its result streams. */
  private final Object handle;

  /** Whether it belongs to nobody, so that nobody can close it. */
  private final boolean shared;

  private EnginePool(
      Engine engine,
      CallOptions options,
      Optional<Duration> usualTimeout,
      Object handle,
      boolean shared) {
    this.engine = engine;
    this.options = withTimeout(options, usualTimeout);
    this.usualTimeout = usualTimeout;
    this.handle = handle;
    this.shared = shared;
  }

  private static EnginePool of(Engine engine, Object handle, boolean shared) {
    return new EnginePool(engine, CallOptions.DEFAULTS, engine.usualTimeout(), handle, shared);
  }

  /** {@return a pool whose owner closes it, or drops it} */
  static EnginePool ownedBy(Engine engine) {
    Object handle = new Object();
    engine.closeWhenDropped(handle);
    return of(engine, handle, false);
  }

  /** {@return a pool that nobody closes} */
  static EnginePool shared(Engine engine) {
    return of(engine, engine, true);
  }

  /** {@return the pool whose task runs on this thread} */
  static Pool current() {
    return Engine.current()
        .<Pool>map(engine -> of(engine, engine, engine.chooses()))
        .orElseGet(() -> WorkerContext.current().perWorker(Nested.class, Nested::open).pool());
  }

  /** {@return this pool for who has another usual time-out} */
  EnginePool usually(Optional<Duration> timeout) {
    return timeout.equals(usualTimeout)
        ? this
        : new EnginePool(engine, CallOptions.DEFAULTS, timeout, handle, shared);
  }

  /** {@return options of a part of a call, where they do not say it with the usual time-out} */
  CallOptions complete(CallOptions of) {
    return withTimeout(of, usualTimeout);
  }

  private static CallOptions withTimeout(CallOptions of, Optional<Duration> usual) {
    Optional<Duration> limit = of.timeout().or(() -> usual).filter(EnginePool::canBeCounted);
    return limit.equals(of.timeout())
        ? of
        : new CallOptions(limit, of.deadline(), of.retry(), of.priority(), of.queue());
  }

  /** One that is longer is none, and so it is said that there is to be none. */
  private static boolean canBeCounted(Duration limit) {
    return TimeUnit.NANOSECONDS.convert(limit) < Long.MAX_VALUE;
  }

  /** The pool that the tasks of one worker process share; it ends with the worker. */
  private record Nested(Pool pool) implements AutoCloseable {
    static Nested open() {
      return new Nested(Pool.processes(Cpus.available())); // its share, whatever the defaults say
    }

    @Override
    public void close() {
      pool.close();
    }
  }

  @Override
  public Pool with(CallOptions other) {
    Objects.requireNonNull(other, "options");
    other
        .queue()
        .filter(queue -> queue.whenFull() == WhenFull.CALLER_RUNS)
        .ifPresent(queue -> ensureCallersMayRun(queue, complete(other)));
    return new EnginePool(engine, other, usualTimeout, handle, shared);
  }

  private void ensureCallersMayRun(SubmitQueue queue, CallOptions of) {
    if (goesBehindWalls(of)) {
      throw new IllegalArgumentException(
          "the caller must not run tasks with a time-out, which go to a pool of processes;"
              + " use SubmitQueue.blocking(%d), or no time-out".formatted(queue.capacity()));
    }
    if (!engine.callersMayRun()) {
      throw new IllegalArgumentException(
          "the caller must not run tasks of a pool of %s; use SubmitQueue.blocking(%d)"
              .formatted(engine.backend(), queue.capacity()));
    }
  }

  @Override
  public Subscription listen(PoolListener listener) {
    return engine.listen(Objects.requireNonNull(listener, "listener"));
  }

  @Override
  public void resize(int workers) {
    if (workers < 1) {
      throw new IllegalArgumentException("workers must be >= 1: workers=" + workers);
    }
    engine.resize(workers);
  }

  @Override
  public void resize(int least, int most) {
    if (least < 0 || most < 1 || least > most) {
      throw new IllegalArgumentException(
          "workers must be 0 <= least <= most and most >= 1: least=%d most=%d"
              .formatted(least, most));
    }
    engine.resize(least, most);
  }

  CallOptions options() {
    return options;
  }

  Engine engine() {
    return engine;
  }

  /** {@return what runs a call with these options: where a pool chooses, walls are processes} */
  Engine engine(CallOptions of) {
    return goesBehindWalls(of) ? SharedPool.processes().engine : engine;
  }

  private boolean goesBehindWalls(CallOptions of) {
    return engine.chooses() && of.timeout().isPresent();
  }

  // ---------------------------------------------------------------- single tasks

  @Override
  public <R extends @Nullable Object> TaskFuture<R> submit(Task<R> task) {
    return submit(Body.CALLABLE, Objects.requireNonNull(task, "task"));
  }

  @Override
  public <R extends @Nullable Object> TaskFuture<R> submit(Callable<R> task) {
    return submit(Body.CALLABLE, Objects.requireNonNull(task, "task"));
  }

  @Override
  public TaskFuture<@Nullable Void> submit(Action action) {
    return submit(Body.RUNNABLE, Objects.requireNonNull(action, "action"));
  }

  @Override
  public TaskFuture<@Nullable Void> submit(Runnable task) {
    return submit(Body.RUNNABLE, Objects.requireNonNull(task, "task"));
  }

  private <R extends @Nullable Object> TaskFuture<R> submit(Body body, Object function) {
    return submit(body, function, Long.MAX_VALUE);
  }

  private <R extends @Nullable Object> TaskFuture<R> submit(
      Body body, Object function, long nanos) {
    try {
      return engine(options).submitWithin(body, function, options, nanos);
    } finally {
      Reference.reachabilityFence(handle); // a pool that is dropped is closed
    }
  }

  /** Takes a task in that its caller starts later. */
  <R extends @Nullable Object> HeldTask<R> hold(Body body, Object function) {
    return engine(options).hold(body, function, options);
  }

  @Override
  public <R extends @Nullable Object> TaskFuture<R> submit(Runnable task, R result) {
    try {
      return engine(options).submit(Objects.requireNonNull(task, "task"), result, options);
    } finally {
      Reference.reachabilityFence(handle);
    }
  }

  @Override
  public void execute(Action action) {
    execute((Runnable) action);
  }

  @Override
  public void execute(Runnable task) {
    try {
      engine(options).execute(Objects.requireNonNull(task, "task"), options);
    } finally {
      Reference.reachabilityFence(handle);
    }
  }

  // ---------------------------------------------------------------- many tasks

  @Override
  public <T extends @Nullable Object> List<Future<T>> invokeAll(
      Collection<? extends Callable<T>> tasks) throws InterruptedException {
    return invokeAll(tasks, Long.MAX_VALUE, TimeUnit.NANOSECONDS);
  }

  @Override
  public <T extends @Nullable Object> List<Future<T>> invokeAll(
      Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
      throws InterruptedException {
    Deadline deadline = new Deadline(timeout, unit);
    List<Future<T>> futures = new ArrayList<>(tasks.size());
    boolean allEnded = false;
    try {
      for (Callable<T> task : tasks) {
        futures.add(submitWithin(task, deadline));
      }
      allEnded = awaitEach(futures, deadline);
    } finally {
      if (!allEnded) {
        futures.forEach(future -> future.cancel(true));
      }
    }
    return futures;
  }

  /** What there is no time for any more is cancelled, and never starts. */
  private <T extends @Nullable Object> TaskFuture<T> submitWithin(
      Callable<T> task, Deadline deadline) {
    return submit(Body.CALLABLE, Objects.requireNonNull(task, "task"), deadline.leftNanos());
  }

  private static boolean awaitEach(List<? extends Future<?>> futures, Deadline deadline)
      throws InterruptedException {
    for (Future<?> future : futures) {
      try {
        if (deadline.isNever()) {
          future.get(); // which its thread may run
        } else {
          future.get(deadline.leftNanos(), TimeUnit.NANOSECONDS);
        }
      } catch (TimeoutException e) {
        return false;
      } catch (ExecutionException | CancellationException e) {
        // It has ended, and that is all that is asked here; the caller has the future itself.
      }
    }
    return true;
  }

  @Override
  public <T extends @Nullable Object> T invokeAny(Collection<? extends Callable<T>> tasks)
      throws InterruptedException, ExecutionException {
    try {
      return invokeAny(tasks, Long.MAX_VALUE, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("a wait without end came to its end", e);
    }
  }

  @Override
  public <T extends @Nullable Object> T invokeAny(
      Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    if (tasks.isEmpty()) {
      throw new IllegalArgumentException("tasks must not be empty: tasks=0");
    }
    Deadline deadline = new Deadline(timeout, unit);
    Ends<TaskFuture<T>> ended = new Ends<>();
    List<TaskFuture<T>> futures = new ArrayList<>(tasks.size());
    try {
      Iterator<? extends Callable<T>> more = tasks.iterator();
      int open = 0;
      ExecutionException failure = null;
      while (more.hasNext() || open > 0) {
        boolean inTime = futures.isEmpty() || deadline.leftNanos() > 0;
        if (more.hasNext() && !ended.isDone() && inTime) {
          Callable<T> task = Objects.requireNonNull(more.next(), "task");
          TaskFuture<T> future = submit(Body.CALLABLE, task, Math.max(1, deadline.leftNanos()));
          futures.add(future);
          boolean done = future.isDone(); // on the caller's own thread: the rest need not start
          open++;
          if (done) {
            ended.add(future);
          } else {
            var _ = future.whenComplete((_, _) -> ended.add(future));
          }
          continue;
        }
        if (!Engine.await(ended, deadline.leftNanos())) {
          throw late(timeout, unit);
        }
        open--;
        try {
          return ended.take().get();
        } catch (ExecutionException e) {
          failure = e;
        } catch (CancellationException e) {
          if (deadline.leftNanos() == 0) {
            throw late(timeout, unit); // it has found no room
          }
          failure = new ExecutionException(e);
        }
      }
      throw failure != null ? failure : new ExecutionException("no task succeeded", null);
    } finally {
      futures.forEach(future -> future.cancel(true));
    }
  }

  private static TimeoutException late(long timeout, TimeUnit unit) {
    return new TimeoutException("no task had succeeded in time: timeout=" + timeout + " " + unit);
  }

  /** What has ended, for the thread that waits for it. */
  private static final class Ends<F> implements HelpingGroup.Awaited {
    private final Thread owner = Thread.currentThread();
    private final Queue<F> ended = new ConcurrentLinkedQueue<>();
    private final AtomicLong count = new AtomicLong();

    void add(F future) {
      ended.add(future);
      count.incrementAndGet();
      LockSupport.unpark(owner);
    }

    F take() {
      return ended.remove();
    }

    @Override
    public boolean isDone() {
      return !ended.isEmpty();
    }

    @Override
    public long changes() {
      return count.get();
    }
  }

  /** A point in time, far away for very long time-outs. */
  private static final class Deadline {
    private final long atNanos;

    private final boolean isNever;

    Deadline(long timeout, TimeUnit unit) {
      this.isNever = timeout == Long.MAX_VALUE;
      this.atNanos = System.nanoTime() + Math.max(0, unit.toNanos(timeout));
    }

    boolean isNever() {
      return isNever;
    }

    long leftNanos() {
      return Math.max(0, atNanos - System.nanoTime());
    }
  }

  // ---------------------------------------------------------------- life

  @Override
  public void warm() {
    try {
      engine.group().warm();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while the workers started");
    }
  }

  @Override
  public int workers() {
    return engine.group().maxWorkers();
  }

  @Override
  public String name() {
    return engine.name();
  }

  @Override
  public void shutdown() {
    if (!shared) {
      engine.close();
    }
  }

  @Override
  public List<Runnable> shutdownNow() {
    return shared ? List.of() : engine.closeNow();
  }

  @Override
  public boolean isShutdown() {
    return engine.isClosed();
  }

  @Override
  public boolean isTerminated() {
    return engine.isGone();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    return engine.awaitGone(Duration.ofNanos(Math.max(0, unit.toNanos(timeout))));
  }

  @Override
  public void close() {
    if (shared) {
      return;
    }
    engine.close();
    boolean interrupted = false;
    boolean gone = false;
    while (!gone) {
      try {
        gone = engine.awaitGone(FOR_EVER);
      } catch (InterruptedException e) {
        interrupted = true;
        engine.closeNow();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void closeNow() {
    if (shared) {
      return;
    }
    engine.closeNow();
    boolean interrupted = Thread.interrupted();
    try {
      engine.awaitGone(patience());
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Threads that ignore their interrupt are not waited for for ever; processes can be killed. */
  private Duration patience() {
    return engine.group().capabilities().sharesMemory() ? STOPPING_PATIENCE : FOR_EVER;
  }

  @Override
  public String toString() {
    String state = engine.isGone() ? "terminated" : engine.isClosed() ? "closed" : "open";
    return "Pool[name=%s backend=%s state=%s]".formatted(engine.name(), engine.backend(), state);
  }
}
