package dev.tutti;

import dev.tutti.engine.Engine;
import dev.tutti.engine.HeldTask;
import dev.tutti.spi.Body;
import dev.tutti.spi.HelpingGroup;
import dev.tutti.spi.Timer;
import dev.tutti.task.Action;
import dev.tutti.task.NotSendableException;
import dev.tutti.task.Task;
import dev.tutti.task.TaskFailedException;
import dev.tutti.task.TaskFuture;
import dev.tutti.task.TaskTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Tasks that begin and end together, within a block, on any pool: structured concurrency.
 *
 * {@snippet class=dev.tutti.GroupSnippets region=group lang=java}
 *
 * <p>The words are those of the JDK's {@code StructuredTaskScope}: {@link #fork} starts a task,
 * {@link #join} waits for all, {@link #close} leaves nothing behind. The policy says what ends the
 * group early: {@link #failFast} the first failure, {@link #anySuccessful} the first success,
 * {@link #awaitAll} nothing; tasks that have not ended then are cancelled, as by {@code
 * cancel(true)}. A worker process that does not heed that is killed.
 *
 * <p><b>Lifetime.</b> A group that is closed before it was joined, because the block returned or
 * threw, cancels its tasks. {@code close} waits until none of them runs any more; on threads one
 * that ignores its interrupt is waited for as long as it goes on. The pool stays open. A task may
 * open groups of its own; they end with it.
 *
 * <p><b>Thread safety.</b> {@code fork}, {@code join} and {@code close} are for the thread that
 * opened the group; another one gets a {@link WrongThreadException}. The futures are for any
 * thread.
 *
 * <p><b>Memory consistency.</b> As for {@link Pool#submit(Task)}: what the owner did before a fork
 * is visible to the task, and what the task did to the owner after {@code join}, where they share
 * memory.
 *
 * <p><b>Failure.</b> {@code join} throws {@link TaskFailedException} for the task that failed
 * first. It names the fork, counted from 0; its cause is what the task threw; those that failed
 * before they could be cancelled are suppressed in it. A task that somebody else cancelled counts
 * as failed.
 *
 * @param <T> the type of what the tasks return
 * @param <R> the type of what {@code join} returns
 * @since 0.1
 */
public final class TaskGroup<T extends @Nullable Object, R extends @Nullable Object>
    implements AutoCloseable {
  /*
   * `forks`, `joined` and `closed` belong to the owner's thread, but `forks` is read by others too and so
   * changed under `lock`. `lock` guards also `ending`, `running` and `waiting`.
   *
   *   ending: null -> FAILED      a task has failed           (told by its future, on a virtual thread)
   *           null -> SUCCEEDED   a task has returned         (the same)
   *           null -> EXPIRED     the deadline has come       (a virtual thread), or fork() finds that it has
   *           null -> DONE        all futures have ended      (the owner, in join)
   *           null -> CLOSED      the group was left          (the owner, in close)
   *
   * Whoever sets it cancels the futures that are open, without `lock`. fork() enters its task under `lock`
   * and looks at `ending` there; so a task is either among those that are cancelled, or is cancelled by
   * fork() itself.
   *
   * With a bound, `running` counts tasks that were started and may still run: those whose future is over
   * too. The next one is started by who hears that one has stopped.
   */
  private enum Ending {
    FAILED,
    SUCCEEDED,
    EXPIRED,
    DONE,
    CLOSED
  }

  private record Fork<T extends @Nullable Object>(long index, HeldTask<? extends T> task) {
    TaskFuture<? extends T> future() {
      return task.asFuture();
    }
  }

  private final Thread owner = Thread.currentThread();
  private final EnginePool pool;
  private final GroupPolicy<T, R> policy;
  private final Carried carried;
  private final boolean bounded;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Fork<T>> forks = new ArrayList<>();
  private final Deque<HeldTask<?>> waiting = new ArrayDeque<>();
  private final AtomicInteger ended = new AtomicInteger(); // futures, and the group has heard it
  private final AllEnds allEnds = new AllEnds();
  private final Optional<Future<?>> alarm;
  private @Nullable Ending ending;
  private @Nullable Fork<T> decisive;
  private Duration limit;
  private boolean expired;
  private int running;
  private boolean joined;
  private boolean closed;

  private TaskGroup(EnginePool pool, GroupPolicy<T, R> policy) {
    this.pool = pool;
    this.policy = policy;
    this.carried = Carried.capture(policy.carried(), pool.engine().sharesMemory());
    this.bounded = policy.atMost().isPresent() && !pool.engine().callerRuns();
    this.expired = policy.deadline().filter(Duration::isZero).isPresent();
    this.limit = policy.deadline().orElse(Duration.ZERO);
    this.alarm = policy.deadline().filter(d -> !d.isZero()).map(this::expireAfter);
  }

  /**
   * Opens a group that the first failure ends.
   *
   * @param pool whose workers run the tasks; it stays open
   * @return the group, to be closed by the calling thread
   */
  public static TaskGroup<@Nullable Object, @Nullable Void> open(Pool pool) {
    return open(pool, failFast());
  }

  /**
   * Opens a group.
   *
   * @param <T> the type of what the tasks return
   * @param <R> the type of what {@code join} returns
   * @param pool whose workers run the tasks; it stays open
   * @param policy when the group is done, and what its tasks keep to
   * @return the group, to be closed by the calling thread
   * @throws NotSendableException if it is told to carry a scoped value that cannot travel to the
   *     pool's workers
   */
  public static <T extends @Nullable Object, R extends @Nullable Object> TaskGroup<T, R> open(
      Pool pool, GroupPolicy<T, R> policy) {
    return new TaskGroup<>(
        (EnginePool) Objects.requireNonNull(pool, "pool"),
        Objects.requireNonNull(policy, "policy"));
  }

  /** {@return a policy by which all tasks succeed, or the first failure cancels the others} */
  public static GroupPolicy<@Nullable Object, @Nullable Void> failFast() {
    return GroupPolicy.of(GroupPolicy.Until.FIRST_FAILURE, _ -> null);
  }

  /**
   * {@return a policy as {@link #failFast}, whose {@code join} returns all results in the order of
   * the forks}
   *
   * @param <T> the type of the results
   */
  public static <T extends @Nullable Object> GroupPolicy<T, List<T>> allSuccessful() {
    return GroupPolicy.of(GroupPolicy.Until.FIRST_FAILURE, results -> results);
  }

  /**
   * {@return a policy by which the first task that succeeds cancels the others, and its result is
   * what {@code join} returns} If none succeeds, {@code join} throws for the first that failed.
   *
   * @param <T> the type of the result
   */
  public static <T extends @Nullable Object> GroupPolicy<T, T> anySuccessful() {
    return GroupPolicy.of(GroupPolicy.Until.FIRST_SUCCESS, List::getFirst);
  }

  /** {@return a policy by which {@code join} waits for all tasks, however they end} */
  public static GroupPolicy<@Nullable Object, @Nullable Void> awaitAll() {
    return GroupPolicy.of(GroupPolicy.Until.ALL_HAVE_ENDED, _ -> null);
  }

  // ---------------------------------------------------------------- the owner's words

  /**
   * Starts a task. In a group that has been ended early it does not start, and its future is
   * cancelled.
   *
   * @param <U> the type of its result
   * @param task the task
   * @return its future
   * @throws WrongThreadException if another thread opened the group
   * @throws IllegalStateException if the group was joined or closed
   * @throws NotSendableException if the task cannot be moved to a worker
   * @throws RejectedExecutionException if the pool is closed
   */
  public <U extends T> TaskFuture<U> fork(Task<U> task) {
    Objects.requireNonNull(task, "task");
    ensureOpen("fork");
    if (pool.isShutdown()) {
      throw new RejectedExecutionException("pool is closed: it takes no further tasks");
    }
    HeldTask<U> held = pool.hold(Body.CALLABLE, carried.around(task));
    Fork<T> fork = new Fork<>(forks.size(), held);
    boolean starts = enter(fork);
    if (starts && pool.engine().callerRuns()) {
      held.start(); // and when it has ended the group knows it before the next fork
      hear(fork);
    } else {
      hear(fork);
      if (starts) {
        held.start();
      }
    }
    return held.asFuture();
  }

  /**
   * Starts a task that has no result. All else is as for {@link #fork(Task)}.
   *
   * @param action the task
   * @return its future, whose result is null
   * @throws WrongThreadException if another thread opened the group
   * @throws IllegalStateException if the group was joined or closed
   * @throws NotSendableException if the task cannot be moved to a worker
   * @throws RejectedExecutionException if the pool is closed
   */
  public TaskFuture<? extends T> fork(Action action) {
    Objects.requireNonNull(action, "action");
    Task<T> task = withoutResult(action);
    return fork(task);
  }

  @SuppressWarnings("NullAway") // an action's result is null, whatever T is
  private static <T extends @Nullable Object> Task<T> withoutResult(Action action) {
    return () -> {
      action.act();
      return null;
    };
  }

  /**
   * Waits until all tasks have ended, or the group was ended early. Nothing can be forked after it.
   * A thread that runs a task of a pool of this JVM runs what waits there meanwhile.
   *
   * @return what the policy says: the results, the first result, or null
   * @throws TaskFailedException if a task failed and the policy minds
   * @throws TaskTimeoutException if the deadline came before all had ended
   * @throws NoSuchElementException if the policy wants one result and nothing was forked
   * @throws InterruptedException if the calling thread is interrupted; the tasks go on until the
   *     group is closed
   * @throws WrongThreadException if another thread opened the group
   * @throws IllegalStateException if the group was joined or closed before
   */
  public R join() throws InterruptedException {
    ensureOpen("join");
    joined = true;
    boolean _ = Engine.await(allEnds, Long.MAX_VALUE);
    try {
      return outcome();
    } finally {
      alarm.ifPresent(a -> a.cancel(false));
    }
  }

  /**
   * Waits as {@link #join} does, but no longer than until a point in time; then tasks that have not
   * ended are cancelled.
   *
   * @param deadline the point in time
   * @return what the policy says: the results, the first result, or null
   * @throws TaskFailedException if a task failed and the policy minds
   * @throws TaskTimeoutException if the point in time, or the policy's deadline, came first
   * @throws NoSuchElementException if the policy wants one result and nothing was forked
   * @throws InterruptedException if the calling thread is interrupted
   * @throws WrongThreadException if another thread opened the group
   * @throws IllegalStateException if the group was joined or closed before
   */
  public R joinUntil(Instant deadline) throws InterruptedException {
    ensureOpen("joinUntil");
    Duration left = Duration.between(Instant.now(), deadline);
    Future<?> sooner = expireAfter(left.isNegative() ? Duration.ZERO : left);
    try {
      return join();
    } finally {
      sooner.cancel(false);
    }
  }

  /**
   * Cancels the tasks that have not ended and waits until none runs any more. If the calling thread
   * is interrupted meanwhile, it waits on and keeps its flag. Further calls do nothing.
   *
   * @throws WrongThreadException if another thread opened the group
   */
  @Override
  public void close() {
    ensureOwner();
    if (!closed) {
      closed = true;
      alarm.ifPresent(a -> a.cancel(false));
      end(Ending.CLOSED, null);
      CompletableFuture.allOf(
              forks.stream()
                  .map(fork -> fork.future().stopped())
                  .toArray(CompletableFuture<?>[]::new))
          .join();
    }
  }

  private void ensureOwner() {
    if (Thread.currentThread() != owner) {
      throw new WrongThreadException(
          "a task group is for the thread that opened it: owner=%s caller=%s"
              .formatted(owner.getName(), Thread.currentThread().getName()));
    }
  }

  private void ensureOpen(String call) {
    ensureOwner();
    if (joined || closed) {
      throw new IllegalStateException(
          "%s after the group was %s; open another group"
              .formatted(call, closed ? "closed" : "joined"));
    }
  }

  // ---------------------------------------------------------------- the way of a task

  /** {@return whether the task is to start now} */
  private boolean enter(Fork<T> fork) {
    lock.lock();
    try {
      if (expired && ending == null) {
        ending = Ending.EXPIRED;
      }
      forks.add(fork);
      if (ending == null) {
        boolean starts = !bounded || running < policy.atMost().getAsInt();
        if (starts) {
          running++;
        } else {
          waiting.add(fork.task());
        }
        return starts;
      }
    } finally {
      lock.unlock();
    }
    fork.future().cancel(true);
    return false;
  }

  private void hear(Fork<T> fork) {
    if (bounded) {
      var _ = fork.future().stopped().thenRun(() -> stopped(fork.task()));
    }
    var _ = fork.future().whenComplete((_, failure) -> ended(fork, failure == null));
  }

  private void ended(Fork<T> fork, boolean succeeded) {
    if (succeeded && policy.until() == GroupPolicy.Until.FIRST_SUCCESS) {
      end(Ending.SUCCEEDED, fork);
    } else if (!succeeded && policy.until() == GroupPolicy.Until.FIRST_FAILURE) {
      end(Ending.FAILED, fork);
    }
    ended.incrementAndGet();
    LockSupport.unpark(owner);
  }

  /** What the owner waits for in {@code join}; asked on its thread only. */
  private final class AllEnds implements HelpingGroup.Awaited {
    @Override
    public boolean isDone() {
      return ended.get() == forks.size();
    }

    @Override
    public long changes() {
      return ended.get();
    }

    /** The owner's thread runs a task, of this group perhaps, while the owner is to stop. */
    @Override
    public void interrupted() {
      Thread.ofVirtual().name("tutti-interrupt").start(() -> end(Ending.CLOSED, null));
    }
  }

  /** A task runs nowhere any more, or has never run. */
  private void stopped(HeldTask<?> task) {
    HeldTask<?> next;
    lock.lock();
    try {
      if (waiting.remove(task)) {
        return; // it was given up while it waited
      }
      next = waiting.poll();
      if (next == null) {
        running--;
      }
    } finally {
      lock.unlock();
    }
    if (next != null) {
      next.start();
    }
  }

  /** Ends the group, unless it has ended; then cancels what is open. */
  private void end(Ending why, @Nullable Fork<T> because) {
    List<Fork<T>> all;
    lock.lock();
    try {
      if (ending == null) {
        ending = why;
        decisive = because;
      } else if (why != Ending.CLOSED) {
        return;
      }
      all = List.copyOf(forks);
    } finally {
      lock.unlock();
    }
    all.reversed().forEach(fork -> fork.future().cancel(true)); // what waits before what runs
  }

  private Future<?> expireAfter(Duration allowed) {
    // Not on the timer's thread: what users have hung on the futures runs where they are cancelled.
    return Timer.after(
        allowed.toNanos(),
        () -> Thread.ofVirtual().name("tutti-deadline").start(() -> expire(allowed)));
  }

  private void expire(Duration allowed) {
    boolean tasksAreOpen;
    lock.lock();
    try {
      expired = true;
      limit = allowed;
      tasksAreOpen = forks.stream().anyMatch(fork -> !fork.future().isDone());
    } finally {
      lock.unlock();
    }
    if (tasksAreOpen) {
      end(Ending.EXPIRED, null);
    }
  }

  // ---------------------------------------------------------------- the outcome

  private R outcome() {
    Ending how;
    Fork<T> first;
    lock.lock();
    try {
      if (ending == null) {
        ending = Ending.DONE;
      }
      how = ending;
      first = decisive;
    } finally {
      lock.unlock();
    }
    return switch (how) {
      case EXPIRED -> throw new TaskTimeoutException(limit, true);
      case SUCCEEDED -> policy.result(resultsOf(List.of(Objects.requireNonNull(first))));
      case FAILED -> throw failure(Objects.requireNonNull(first));
      case DONE, CLOSED -> outcomeOfAll();
    };
  }

  /** All tasks have ended by themselves. */
  private R outcomeOfAll() {
    List<Fork<T>> good =
        forks.stream().filter(f -> f.future().state() == Future.State.SUCCESS).toList();
    switch (policy.until()) {
      case FIRST_FAILURE -> {
        if (good.size() < forks.size()) {
          throw failure(forks.stream().filter(f -> !good.contains(f)).findFirst().orElseThrow());
        }
      }
      case FIRST_SUCCESS -> {
        if (forks.isEmpty()) {
          throw new NoSuchElementException("no task was forked, so none has succeeded");
        }
        if (good.isEmpty()) {
          throw failure(forks.getFirst());
        }
      }
      case ALL_HAVE_ENDED -> {}
    }
    return policy.result(resultsOf(good));
  }

  private List<T> resultsOf(List<Fork<T>> all) {
    List<T> results = new ArrayList<>(all.size());
    all.forEach(fork -> results.add(fork.future().resultNow()));
    return results;
  }

  private TaskFailedException failure(Fork<T> first) {
    TaskFailedException failure = failureOf(first);
    for (Fork<T> other : forks) {
      if (other != first && other.future().state() == Future.State.FAILED) {
        failure.addSuppressed(failureOf(other));
      }
    }
    return failure;
  }

  private TaskFailedException failureOf(Fork<T> fork) {
    Throwable cause =
        fork.future().state() == Future.State.FAILED
            ? fork.future().exceptionNow()
            : new CancellationException("the task was cancelled");
    return TaskFailedException.ofFork(fork.index(), Math.max(1, fork.task().attempts()), cause);
  }

  @Override
  public String toString() {
    lock.lock();
    try {
      return "TaskGroup[owner=%s forks=%d state=%s]"
          .formatted(owner.getName(), forks.size(), ending == null ? "open" : ending);
    } finally {
      lock.unlock();
    }
  }
}
