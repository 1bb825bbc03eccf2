package dev.tutti;

import dev.tutti.engine.Engine;
import dev.tutti.engine.HeldTask;
import dev.tutti.engine.HelpingFuture;
import dev.tutti.spi.Batch;
import dev.tutti.spi.Body;
import dev.tutti.spi.CompletionPath;
import dev.tutti.spi.HelpingGroup;
import dev.tutti.spi.Timer;
import dev.tutti.task.Task;
import dev.tutti.task.TaskFailedException;
import dev.tutti.task.TaskFuture;
import dev.tutti.task.TaskTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The tasks of one group: who may start, what has ended it, and how. */
final class GroupTasks<T extends @Nullable Object, R extends @Nullable Object> {
  /*
   * `forks` belongs to the owner's thread, but is read by others too and so changed under `lock`. `lock` guards
   * also `ending`, `running` and `waiting`.
   *
   *   ending: null -> FAILED      a task has failed           (told by its future, on a virtual thread or by who cancels it)
   *           null -> SUCCEEDED   a task has returned         (the same)
   *           null -> EXPIRED     the deadline has come       (a virtual thread), or fork() finds that it has
   *           null -> DONE        all futures have ended      (the owner, in outcome)
   *           null -> CLOSED      the group was left          (the owner, in close), or its owner is to stop
   *
   * Whoever sets it cancels the futures that are open, without `lock`. fork() enters its task under `lock`
   * and looks at `ending` there; so a task is either among those that are cancelled, or is cancelled by
   * fork() itself.
   *
   * With a bound, `running` counts tasks that were started and may still run: those whose future is over
   * too. The next one is started by who hears that one has stopped, unless the group has ended. That its future has ended,
   * with which the group may end, is heard first. Two that stop together may start the next two in either order.
   */
  private enum Ending {
    FAILED,
    SUCCEEDED,
    EXPIRED,
    DONE,
    CLOSED
  }

  /**
   * A task of the group.
   *
   * @param index counts them
   * @param task the task
   * @param heard ends when its future has ended and the group knows it
   */
  private record Fork<T extends @Nullable Object>(
      long index, HeldTask<? extends T> task, CompletableFuture<@Nullable Void> heard) {
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
  private final LinkedHashSet<HeldTask<?>> waiting = new LinkedHashSet<>();
  private final AtomicInteger ended = new AtomicInteger(); // futures, and the group has heard it
  private final AllEnds allEnds = new AllEnds();
  private final Optional<Future<?>> alarm;
  private @Nullable Ending ending;
  private @Nullable Fork<T> decisive;
  private Duration limit;
  private boolean expired;
  private int running;

  GroupTasks(EnginePool pool, GroupPolicy<T, R> policy) {
    this.pool = pool;
    this.policy = policy;
    this.carried = Carried.capture(policy.carried(), pool.engine().sharesMemory());
    this.bounded = policy.atMost().isPresent() && !pool.engine().callerRuns();
    this.expired = policy.deadline().filter(Duration::isZero).isPresent();
    this.limit = policy.deadline().orElse(Duration.ZERO);
    this.alarm = policy.deadline().filter(d -> !d.isZero()).map(this::expireAfter);
  }

  Thread owner() {
    return owner;
  }

  // ---------------------------------------------------------------- what the owner does

  <U extends T> TaskFuture<U> fork(Task<U> task) {
    HeldTask<U> held = pool.hold(Body.CALLABLE, carried.around(task));
    Fork<T> fork = new Fork<>(forks.size(), held, new CompletableFuture<>());
    boolean starts = enter(fork);
    if (starts && pool.engine().callerRuns()) {
      try {
        held.start(); // and when it has ended the group knows it before the next fork
      } finally {
        hear(fork);
      }
    } else {
      hear(fork);
      if (starts) {
        held.start();
      }
    }
    return held.asFuture();
  }

  /** Waits until all futures have ended, which they have once the group has. */
  void awaitAll() throws InterruptedException {
    boolean _ = Engine.await(allEnds, Long.MAX_VALUE);
  }

  void cancelAlarm() {
    alarm.ifPresent(a -> a.cancel(false));
  }

  /** Cancels what is open, and waits until all futures have ended and nothing runs any more. */
  void close() {
    cancelAlarm();
    end(Ending.CLOSED, null);
    CompletableFuture<@Nullable Void> all = new HelpingFuture<>(); // for a pool whose thread waits
    var _ =
        CompletableFuture.allOf(
                forks.stream()
                    .flatMap(fork -> Stream.of(fork.heard(), fork.future().stopped()))
                    .toArray(CompletableFuture<?>[]::new))
            .whenComplete((_, _) -> all.complete(null));
    all.join();
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
    if (bounded) { // the next one is started on a thread that nobody waits for
      CompletableFuture<?> stopped = fork.future().stopped();
      var _ =
          stopped.runAfterBothAsync(
              fork.heard(), () -> stopped(fork.task()), CompletionPath.CALLBACKS);
    }
    fork.task()
        .whenEnded(() -> {
          try {
            ended(fork, !fork.future().isCompletedExceptionally());
          } finally {
            fork.heard().complete(null); // also where there was no memory to end the others
          }
        });
  }

  private void ended(Fork<T> fork, boolean succeeded) {
    List<Fork<T>> others = List.of();
    if (succeeded && policy.until() == GroupPolicy.Until.FIRST_SUCCESS) {
      others = enterEnding(Ending.SUCCEEDED, fork);
    } else if (!succeeded && policy.until() == GroupPolicy.Until.FIRST_FAILURE) {
      others = enterEnding(Ending.FAILED, fork);
    }
    ended.incrementAndGet(); // before a cancel, which runs what users have hung on a future
    LockSupport.unpark(owner);
    cancel(others);
  }

  /** What the owner waits for in {@code join}; asked on its thread only. */
  private final class AllEnds implements HelpingGroup.Awaited {
    private int asked; // how many forks were asked whether they wait for a worker

    @Override
    public boolean isDone() {
      return ended.get() == forks.size();
    }

    @Override
    public long changes() {
      return ended.get();
    }

    @Override
    public @Nullable Batch take(Object worker) {
      Batch batch = null;
      if (policy.until()
          != GroupPolicy.Until.FIRST_SUCCESS) { // else what runs here may be too much
        while (batch == null && asked < forks.size()) {
          batch = Engine.take(forks.get(asked++).future(), worker);
        }
      }
      return batch;
    }

    /** The owner's thread runs a task, of this group perhaps, while the owner is to stop. */
    @Override
    public void interrupted() {
      Thread.ofVirtual().name("tutti-interrupt").start(() -> end(Ending.CLOSED, null));
    }
  }

  /** A task has ended and runs nowhere any more, or has never run. */
  private void stopped(HeldTask<?> task) {
    HeldTask<?> next = null;
    lock.lock();
    try {
      if (waiting.remove(task)) {
        return; // it was given up while it waited
      }
      if (waiting.isEmpty() || ending != null) {
        running--;
      } else {
        next = waiting.removeFirst();
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
    cancel(enterEnding(why, because));
  }

  /** {@return what is to be cancelled} */
  private List<Fork<T>> enterEnding(Ending why, @Nullable Fork<T> because) {
    lock.lock();
    try {
      if (ending == null) {
        ending = why;
        decisive = because;
      } else if (why != Ending.CLOSED) {
        return List.of();
      }
      return List.copyOf(forks);
    } finally {
      lock.unlock();
    }
  }

  private void cancel(List<Fork<T>> all) {
    for (Fork<T> fork : all.reversed()) { // what waits before what runs
      if (fork.future().getNumberOfDependents() == 0) {
        fork.future().cancel(true);
      } else { // which run where it is cancelled, and the next fork is not to wait for them
        fork.task().drop();
        CompletionPath.CALLBACKS.execute(() -> fork.future().cancel(true));
      }
    }
  }

  /** Ends the group after a time, unless that is cancelled. */
  Future<?> expireAfter(Duration allowed) {
    // Not on the timer's thread: what users have hung on the futures runs where they are cancelled.
    return Timer.after(
        TimeUnit.NANOSECONDS.convert(allowed), // as long as it can be, where that is too long
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

  /** {@return what join returns} It throws what join throws. */
  R outcome() {
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
          throw failure(firstThatFailed());
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

  private Fork<T> firstThatFailed() {
    return forks.stream()
        .filter(f -> f.future().state() != Future.State.SUCCESS)
        .findFirst()
        .orElseThrow();
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
