package dev.tutti.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.Pool;
import dev.tutti.event.PoolEvent;
import dev.tutti.event.PoolListener;
import dev.tutti.plan.BackendOptions;
import dev.tutti.spi.Backend;
import dev.tutti.spi.Batch;
import dev.tutti.spi.Belongings;
import dev.tutti.spi.Call;
import dev.tutti.spi.CallContext;
import dev.tutti.spi.CallerGroup;
import dev.tutti.spi.Capabilities;
import dev.tutti.spi.GroupRequest;
import dev.tutti.spi.Item;
import dev.tutti.spi.Timer;
import dev.tutti.spi.WorkerGroup;
import dev.tutti.task.Cancelled;
import dev.tutti.task.Failure;
import dev.tutti.task.Outcome;
import dev.tutti.task.Success;
import dev.tutti.task.WorkerContext;
import dev.tutti.testkit.LeakCheck;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A backend of one's own, for the guide: tasks run on an executor that is given. */
@Tag("unit")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class BackendSnippets {

  // @start region=backend
  /** The options: what {@code Pool.open} is given. */
  public record ExecutorOptions(Executor executor) implements BackendOptions {
    @Override
    public String backend() {
      return "executor";
    }
  }

  /** Found by its name among the services {@code dev.tutti.spi.Backend}. */
  public static final class ExecutorBackend implements Backend {
    @Override
    public String name() {
      return "executor";
    }

    @Override
    public BackendOptions defaults(int workers) {
      throw new IllegalArgumentException(
          "backend 'executor' needs an executor; use Pool.open(new ExecutorOptions(executor))");
    }

    @Override
    public WorkerGroup open(GroupRequest request) {
      return new ExecutorGroup(request, ((ExecutorOptions) request.options()).executor());
    }
  }

  // @end region=backend

  // @start region=group
  /** The workers of one pool: each batch is one command of the executor. */
  static final class ExecutorGroup implements CallerGroup {
    private final GroupRequest request;
    private final Executor executor;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition gone = lock.newCondition();
    private final Set<Worker> running = new HashSet<>(); // guarded by lock
    private final AtomicLong named = new AtomicLong();

    ExecutorGroup(GroupRequest request, Executor executor) {
      this.request = request;
      this.executor = executor;
    }

    @Override
    public Capabilities capabilities() {
      return new Capabilities(false, true, false, false); // tasks see the caller's own objects
    }

    @Override
    public void workQueued() { // workers fetch their work: here there is one for each batch
      for (Batch batch = poll(); batch != null; batch = poll()) {
        Worker worker = new Worker(this, batch);
        enter(worker);
        try {
          executor.execute(worker);
        } catch (RejectedExecutionException refused) {
          worker.fail(refused);
        }
      }
    }

    @Override
    public void run(Batch batch) { // on who submits, for SubmitQueue.callerRuns
      Worker worker = new Worker(this, batch);
      enter(worker);
      worker.run();
    }

    private @Nullable Batch poll() {
      return request.source().poll(this, false, Integer.MAX_VALUE);
    }

    @Override
    public void stop(Item item) {
      if (item.takeBack()) { // nobody had claimed it, and nobody will
        request.sink().returned(item, null);
      } else if (item.place() instanceof Worker worker) {
        worker.interrupt(item);
      }
    }

    @Override
    public List<Item> takeBack(Batch batch, int most) {
      List<Item> back = new ArrayList<>();
      List<Item> waiting = batch.items().stream().filter(i -> i.place() == batch).toList();
      int half = Math.min(most, (waiting.size() + 1) / 2);
      for (Item item : waiting.reversed()) {
        if (back.size() < half && item.takeBack()) {
          back.addFirst(item);
        }
      }
      return back;
    }

    @Override
    public void closeNow() {
      copyOfRunning().forEach(Worker::interrupt);
    }

    // @end region=group

    private Set<Worker> copyOfRunning() {
      lock.lock();
      try {
        return Set.copyOf(running);
      } finally {
        lock.unlock();
      }
    }

    private void enter(Worker worker) {
      lock.lock();
      try {
        running.add(worker);
      } finally {
        lock.unlock();
      }
    }

    private void leave(Worker worker) {
      lock.lock();
      try {
        running.remove(worker);
        gone.signalAll();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public boolean awaitGone(Duration timeout) throws InterruptedException {
      long left = TimeUnit.NANOSECONDS.convert(timeout);
      lock.lockInterruptibly();
      try {
        while (!running.isEmpty() && left > 0) {
          left = gone.awaitNanos(left);
        }
        return running.isEmpty();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public int maxWorkers() {
      return Integer.MAX_VALUE;
    }

    @Override
    public int liveWorkers() {
      return copyOfRunning().size();
    }

    @Override
    public void resize(int workers) {
      throw new UnsupportedOperationException("the executor has a size of its own");
    }

    @Override
    public void admit(Call call) {} // nothing has to travel

    @Override
    public void admit(Item item) {}

    @Override
    public void warm() {}

    @Override
    public void close() {} // the executor belongs to who gave it
  }

  // @start region=worker
  /** What runs one batch, on a thread of the executor. */
  static final class Worker implements Runnable {
    private final ExecutorGroup group;
    private final Batch batch;
    private final String name;
    private final Belongings belongings = new Belongings();
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Item current; // guarded by lock, so that an interrupt meets no other item
    private @Nullable Thread thread;

    Worker(ExecutorGroup group, Batch batch) {
      this.group = group;
      this.batch = batch;
      this.name =
          "tutti-%s-executor-%d".formatted(group.request.pool(), group.named.getAndIncrement());
    }

    @Override
    public void run() {
      long start = System.nanoTime();
      for (Item item : batch.items()) {
        if (item.isUnwanted() && item.takeBack()) {
          group.request.sink().returned(item, null);
        } else if (item.claim()) { // else somebody has taken it back
          item.place(this); // from here on stop() finds it
          run(item);
        }
      }
      end(start);
    }

    private void run(Item item) {
      begin(item);
      long start = System.nanoTime();
      Optional<Future<?>> alarm =
          item.call().options().timeout().map(limit -> alarm(item, start, limit));
      Outcome<?> outcome;
      try {
        Object value =
            ScopedValue.where(WorkerContext.CURRENT, new Context(this, item))
                .call(() -> item.call().body().invoke(item.call().function(), item.argument()));
        outcome = new Success<@Nullable Object>(value);
      } catch (Throwable failure) { // an Error of a task is a failure like any other
        outcome = item.isUnwanted() ? new Cancelled<>() : new Failure<>(failure);
      }
      alarm.ifPresent(a -> a.cancel(false));
      begin(null);
      group.request.sink().ended(item, outcome, System.nanoTime() - start);
    }

    /** The engine is told that an item has had its time, and has it stopped. */
    private Future<?> alarm(Item item, long start, Duration limit) {
      return Timer.after(
          TimeUnit.NANOSECONDS.convert(limit),
          () -> {
            if (runs(item)) {
              group.request.sink().overdue(item, System.nanoTime() - start);
            }
          });
    }

    /**
     * An item begins here; null is none, and takes away an interrupt that came for the last one.
     */
    private void begin(@Nullable Item item) {
      lock.lock();
      try {
        current = item;
        thread = Thread.currentThread();
        var _ = Thread.interrupted();
        if (item != null && item.isUnwanted()) { // stop() came between the claim and here
          thread.interrupt();
        }
      } finally {
        lock.unlock();
      }
    }

    void interrupt(Item item) {
      lock.lock();
      try {
        if (current == item && thread != null) {
          thread.interrupt();
        }
      } finally {
        lock.unlock();
      }
    }

    // @end region=worker

    void interrupt() {
      lock.lock();
      try {
        if (current != null && thread != null) {
          thread.interrupt();
        }
      } finally {
        lock.unlock();
      }
    }

    private boolean runs(Item item) {
      lock.lock();
      try {
        return current == item;
      } finally {
        lock.unlock();
      }
    }

    private void end(long start) {
      belongings.close();
      group.request.sink().batchEnded(batch, System.nanoTime() - start);
      group.leave(this);
    }

    /** The executor has not taken the batch. */
    void fail(RejectedExecutionException refused) {
      for (Item item : batch.items()) {
        if (item.claim()) {
          group.request.sink().ended(item, new Failure<>(refused), 0);
        }
      }
      end(System.nanoTime());
    }
  }

  // @start region=context
  /** What a task can ask of its worker; the engine reads the call of it. */
  record Context(Worker on, Item item) implements CallContext {
    @Override
    public Call call() {
      return item.call();
    }

    @Override
    public int attempt() {
      return item.attempts() + 1;
    }

    @Override
    public boolean isCancelled() {
      return item.isUnwanted() || item.isOverdue();
    }

    @Override
    public <T> T perWorker(Class<T> type, Supplier<? extends T> make) {
      return on.belongings.get(type, make); // closed when the worker ends
    }

    // @end region=context

    @Override
    public String worker() {
      return on.name;
    }

    @Override
    public void progress(double fraction, String text) {
      if (!(fraction >= 0 && fraction <= 1)) {
        throw new IllegalArgumentException("fraction must be from 0 to 1: fraction=" + fraction);
      }
      PoolListener events = on.group.request.events();
      events.happened(
          new PoolEvent.TaskAdvanced(
              on.group.request.pool(), worker(), item.index(), fraction, text));
    }

    @Override
    public void log(Level level, String message) {
      System.getLogger("dev.tutti.task").log(level, "{0}: {1}", worker(), message);
    }
  }

  @Test
  void use() {
    // @start region=use
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
        Pool pool = Pool.open(new ExecutorOptions(executor))) {
      assertThat(pool.map(List.of(1, 2, 3), n -> n * n)).containsExactly(1, 4, 9);
    }
    // @end region=use
  }

  /** What the executor refuses fails, and the pool ends. */
  @Test
  void submit_executorIsShutDown_failsWithItsRefusal() {
    ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    executor.close();
    try (Pool pool = Pool.open(new ExecutorOptions(executor))) {
      assertThat(pool.submit(() -> 1).handle((_, failure) -> failure).join())
          .isInstanceOf(RejectedExecutionException.class);
    }
  }
}
