package dev.tutti;

import dev.tutti.task.Action;
import dev.tutti.task.NotSendableException;
import dev.tutti.task.Task;
import dev.tutti.task.TaskFailedException;
import dev.tutti.task.TaskFuture;
import dev.tutti.task.TaskTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
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
  private final EnginePool pool;
  private final GroupTasks<T, R> tasks;
  private boolean joined; // these two are the owner's
  private boolean closed;

  private TaskGroup(EnginePool pool, GroupPolicy<T, R> policy) {
    this.pool = pool;
    this.tasks = new GroupTasks<>(pool, policy);
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
    return GroupPolicy.of(GroupPolicy.Until.FIRST_FAILURE, Collections::unmodifiableList);
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
    return tasks.fork(task);
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
   * {@linkplain Pool#current In a task} of a pool of threads that is no deadlock.
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
    tasks.awaitAll();
    tasks.cancelAlarm();
    return tasks.outcome();
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
    Future<?> sooner = tasks.expireAfter(left.isNegative() ? Duration.ZERO : left);
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
      tasks.close();
    }
  }

  private void ensureOwner() {
    Thread owner = tasks.owner();
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

  @Override
  public String toString() {
    return tasks.toString();
  }
}
