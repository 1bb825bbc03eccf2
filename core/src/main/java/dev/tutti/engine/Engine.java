package dev.tutti.engine;

import dev.tutti.event.PoolListener;
import dev.tutti.event.Subscription;
import dev.tutti.plan.BackendOptions;
import dev.tutti.plan.CallOptions;
import dev.tutti.spi.Backend;
import dev.tutti.spi.Batch;
import dev.tutti.spi.Body;
import dev.tutti.spi.CallContext;
import dev.tutti.spi.CallerGroup;
import dev.tutti.spi.ChoosingGroup;
import dev.tutti.spi.GroupRequest;
import dev.tutti.spi.HelpingGroup;
import dev.tutti.spi.Item;
import dev.tutti.spi.JdkFloor;
import dev.tutti.spi.WorkerGroup;
import dev.tutti.task.TaskFuture;
import dev.tutti.task.WorkerContext;
import java.lang.ref.Cleaner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What runs behind one pool: a dispatcher and a group of workers. */
public final class Engine {
  /** For what is dropped without being closed. */
  static final Cleaner CLEANER = Cleaner.create();

  private static final AtomicInteger POOLS = new AtomicInteger();

  /** What was found once: to look opens each jar of the class path. */
  private static final Map<String, Backend> FOUND = new ConcurrentHashMap<>();

  private final String name;
  private final String backend;
  private final Dispatcher dispatcher;
  private final Listeners listeners;
  private final Submissions submissions;
  private final Optional<Duration> usualTimeout;

  Engine(
      String name,
      String backend,
      Dispatcher dispatcher,
      Listeners listeners,
      Optional<Duration> usualTimeout) {
    this.name = name;
    this.backend = backend;
    this.dispatcher = dispatcher;
    this.listeners = listeners;
    this.submissions = new Submissions(dispatcher);
    this.usualTimeout = usualTimeout;
    dispatcher.engine(this);
  }

  /**
   * Opens the group that the options ask for.
   *
   * @param options which backend, and what it is to be like
   * @param usualTimeout how long an attempt may run where nobody says it
   * @return the running engine
   * @throws IllegalArgumentException if no such backend is there
   */
  public static Engine open(BackendOptions options, Optional<Duration> usualTimeout) {
    JdkFloor.ensure();
    Backend backend = backend(options.backend());
    String name = "p" + POOLS.incrementAndGet();
    Lookup<Dispatcher> self = new Lookup<>();
    // In the caller's thread group: whoever waits for its threads waits for open work.
    Thread.Builder keeping = Thread.ofPlatform().name("tutti-" + name + "-keeper").daemon(false);
    Keeper keeper = new Keeper(keeping.factory(), () -> self.value().openItems() > 0);
    Dispatcher dispatcher = new Dispatcher(keeper);
    self.set(dispatcher);
    Listeners listeners = new Listeners();
    dispatcher.group(
        backend.open(new GroupRequest(name, options, dispatcher, dispatcher, listeners)));
    return new Engine(name, backend.name(), dispatcher, listeners, usualTimeout);
  }

  /** {@return the engine whose task runs on this thread, in the JVM of its pool} */
  public static Optional<Engine> current() {
    return WorkerContext.current() instanceof CallContext context
            && context.call() instanceof EngineCall call
        ? Optional.of(call.engine())
        : Optional.empty();
  }

  /**
   * Waits until something is so. In the place of a thread of a pool of this JVM another one runs
   * tasks meanwhile.
   *
   * @param awaited what is waited for
   * @param nanos how long at most; {@code Long.MAX_VALUE} for ever
   * @return whether it is so
   * @throws InterruptedException if the calling thread is interrupted while it waits
   */
  public static boolean await(HelpingGroup.Awaited awaited, long nanos)
      throws InterruptedException {
    if (!awaited.isDone()) {
      Waiting waiting = new Waiting(awaited, nanos);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      Optional<Dispatcher> here = helped();
      if (here.isPresent()) {
        here.get().helpUntil(awaited, nanos);
      }
      ForkJoinPool.managedBlock(waiting); // lets a fork-join pool replace its waiting worker
    }
    return awaited.isDone();
  }

  /** {@return whether the calling thread is one of a pool, which is to know that it waits} */
  public static boolean canHelp() {
    return helped().isPresent();
  }

  /** {@return the dispatcher of the pool whose thread this is, whatever else runs on it} */
  static Optional<Dispatcher> helped() {
    CallContext context =
        WorkerContext.CURRENT.isBound() && WorkerContext.CURRENT.get() instanceof CallContext here
            ? here
            : null;
    while (context != null) {
      if (context.call() instanceof EngineCall call && call.engine().dispatcher.canHelp()) {
        return Optional.of(call.engine().dispatcher);
      }
      context = context.outer();
    }
    return Optional.empty();
  }

  /**
   * Takes a submitted task out of what waits in the pool whose thread this is.
   *
   * @param future its future, or any other one
   * @param worker who is to run it
   * @return the task alone; null if it does not wait there
   */
  public static @Nullable Batch take(CompletableFuture<?> future, Object worker) {
    return future instanceof SubmittedFuture<?> submitted ? submitted.take(worker) : null;
  }

  /**
   * Has a submitted task go before the others, if it waits in the pool whose thread this is.
   *
   * @param future its future, or any other one
   */
  public static void hasten(CompletableFuture<?> future) {
    if (future instanceof SubmittedFuture<?> submitted) {
      submitted.hasten();
    }
  }

  /**
   * {@return the options of a backend for a user who names only the number of workers}
   *
   * @param backend its name
   * @param workers how many workers at most
   * @throws IllegalArgumentException if no such backend is there, or not with so many workers
   */
  public static BackendOptions defaults(String backend, int workers) {
    return backend(backend).defaults(workers);
  }

  /**
   * {@return the options of the pool that a whole JVM shares}
   *
   * @param backend the name of its backend
   * @param workers how many workers at most
   * @param idle after how long without work one leaves
   * @throws IllegalArgumentException if no such backend is there, or not with so many workers
   */
  public static BackendOptions shared(String backend, int workers, Duration idle) {
    return backend(backend).shared(workers, idle);
  }

  private static Backend backend(String wanted) {
    Backend known = FOUND.get(wanted);
    return known != null ? known : find(wanted);
  }

  private static Backend find(String wanted) {
    TreeSet<String> found = new TreeSet<>();
    for (Backend backend : ServiceLoader.load(Backend.class, Engine.class.getClassLoader())) {
      if (backend.name().equals(wanted)) {
        FOUND.put(wanted, backend);
        return backend;
      }
      found.add(backend.name());
    }
    throw new IllegalArgumentException(
        "backend '%s' not found: searched %d backends (%s); add the module that provides it to the"
                .formatted(wanted, found.size(), String.join(", ", found))
            + " class path or module path (processes: dev.tutti.process) [T001]");
  }

  /** {@return the pool's name, as it stands in thread names} */
  public String name() {
    return name;
  }

  /**
   * Adds somebody who is told what happens to the pool.
   *
   * @param listener who
   * @return takes him away again
   */
  public Subscription listen(PoolListener listener) {
    return listeners.add(listener)::run;
  }

  /** {@return how long an attempt may run where nobody says it} */
  public Optional<Duration> usualTimeout() {
    return usualTimeout;
  }

  /** {@return the name of the backend} */
  public String backend() {
    return backend;
  }

  /** {@return the workers} */
  public WorkerGroup group() {
    return dispatcher.group();
  }

  /**
   * Submits one task.
   *
   * @param <R> the type of its result
   * @param body in which way it is called
   * @param function the task
   * @param options what it is to keep to
   * @return its future
   */
  public <R extends @Nullable Object> TaskFuture<R> submit(
      Body body, Object function, CallOptions options) {
    return submitWithin(body, function, options, Long.MAX_VALUE);
  }

  /**
   * The same for a task that nobody wants any more after some time.
   *
   * @param <R> the type of its result
   * @param body in which way it is called
   * @param function the task
   * @param options what it is to keep to
   * @param nanos how long it may wait for room in the queue; {@code Long.MAX_VALUE} for ever
   * @return its future; it is cancelled, and the task never starts, if there was no room by then
   */
  public <R extends @Nullable Object> TaskFuture<R> submitWithin(
      Body body, Object function, CallOptions options, long nanos) {
    return submissions.submit(new SubmittedCall<>(body, function, options, dispatcher), nanos);
  }

  /**
   * Submits one task whose result is known before.
   *
   * @param <R> the type of the result
   * @param task the task
   * @param result the result of its future once the task has returned
   * @param options what it is to keep to
   * @return its future
   */
  public <R extends @Nullable Object> TaskFuture<R> submit(
      Runnable task, R result, CallOptions options) {
    return submissions.submit(
        new SubmittedCall.WithResult<>(task, result, options, dispatcher), Long.MAX_VALUE);
  }

  /**
   * Takes a task in, as {@link #submit(Body, Object, CallOptions)} does, and holds it back until it
   * is told to start.
   *
   * @param <R> the type of its result
   * @param body in which way it is called
   * @param function the task
   * @param options what it is to keep to; its deadline counts from now
   * @return the task
   */
  public <R extends @Nullable Object> HeldTask<R> hold(
      Body body, Object function, CallOptions options) {
    return submissions.hold(new HeldCall<>(body, function, options, dispatcher));
  }

  /**
   * Runs one task whose end nobody waits for.
   *
   * @param task the task
   * @param options what it is to keep to
   */
  public void execute(Runnable task, CallOptions options) {
    submissions.execute(new ExecutedCall(task, options, dispatcher));
  }

  /** {@return what brings items to the workers} */
  Dispatcher dispatcher() {
    return dispatcher;
  }

  /** {@return what counts the submitted tasks} */
  SubmitGate gate() {
    return submissions.gate();
  }

  /**
   * Changes how many workers there are at most.
   *
   * @param workers how many
   */
  public void resize(int workers) {
    group().resize(workers);
    submissions.gate().wakeAll();
  }

  /**
   * Changes how many workers there are, at least and at most.
   *
   * @param least how many stay however long they have nothing to do
   * @param most how many at most
   */
  public void resize(int least, int most) {
    resize(most);
    group().keep(least);
  }

  /** {@return bulk calls on this engine} */
  public BulkCalls bulk() {
    return new BulkCalls(dispatcher, name);
  }

  /** {@return whether workers see the memory of this JVM} */
  public boolean sharesMemory() {
    return group().capabilities().sharesMemory();
  }

  /** {@return whether it is chosen for each call where it runs} */
  public boolean chooses() {
    return group() instanceof ChoosingGroup;
  }

  /** {@return whether the thread that submits a task may run it, where somebody asks for that} */
  public boolean callersMayRun() {
    return group() instanceof CallerGroup;
  }

  /** {@return whether the thread that submits a task runs it} */
  public boolean callerRuns() {
    return dispatcher.callerRuns();
  }

  /** Takes no further tasks; what was submitted goes on. */
  public void close() {
    dispatcher.close();
    submissions.gate().wakeAll();
  }

  /**
   * Does something when nobody has an object any more.
   *
   * @param owner the object
   * @param action what to do; it must not have the object
   */
  public static void whenDropped(Object owner, Runnable action) {
    CLEANER.register(owner, action);
  }

  /**
   * Closes the pool when nobody has it any more and all its tasks have ended.
   *
   * @param handle what everybody has who has the pool
   */
  public void closeWhenDropped(Object handle) {
    CLEANER.register(handle, this::dropped);
  }

  private void dropped() {
    if (!isClosed()) {
      System.getLogger("dev.tutti")
          .log(
              System.Logger.Level.WARNING,
              "pool {0} was dropped without close; it ends when its tasks have ended",
              name);
      dispatcher.closeWhenQuiet();
    }
  }

  /**
   * Takes no further tasks, ends what waits and stops what runs.
   *
   * @return the tasks that had not started
   */
  public List<Runnable> closeNow() {
    List<Runnable> tasks = new ArrayList<>();
    List<Item> neverStarted = dispatcher.closeNow();
    submissions.gate().wakeAll();
    for (Item item : neverStarted) {
      Object function = item.call().function();
      tasks.add(
          function instanceof Runnable r && item.call().body() == Body.RUNNABLE
              ? r
              : new NeverStarted(item));
    }
    return tasks;
  }

  /** {@return whether the pool takes no further tasks} */
  public boolean isClosed() {
    return !dispatcher.isOpen();
  }

  /** {@return whether the pool is closed, nothing runs and the workers are gone} */
  public boolean isGone() {
    return isClosed() && dispatcher.openItems() == 0 && group().liveWorkers() == 0;
  }

  /**
   * Waits until the pool is closed, nothing runs and the workers are gone.
   *
   * @param timeout how long at most
   * @return whether that is so
   * @throws InterruptedException if the caller is interrupted while it waits
   */
  public boolean awaitGone(Duration timeout) throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    return dispatcher.awaitQuiet(timeout)
        && group().awaitGone(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
  }

  /** A task that was submitted and never started, in the hands of who stopped the pool. */
  private record NeverStarted(Item item) implements Runnable {
    @Override
    public void run() {
      try {
        item.call().body().invoke(item.call().function(), item.argument());
      } catch (Exception e) {
        throw Unchecked.<RuntimeException>same(e);
      }
    }
  }

  /** A value that is known only after those who will ask for it were made. */
  private static final class Lookup<T> {
    private volatile @Nullable T value;

    void set(T value) {
      this.value = value;
    }

    T value() {
      T v = value;
      if (v == null) {
        throw new IllegalStateException("asked too early");
      }
      return v;
    }
  }
}
