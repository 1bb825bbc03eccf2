package dev.tutti;

import dev.tutti.engine.Engine;
import dev.tutti.event.PoolListener;
import dev.tutti.event.Subscription;
import dev.tutti.plan.BackendOptions;
import dev.tutti.plan.CallOptions;
import dev.tutti.plan.Defaults;
import dev.tutti.plan.SequentialOptions;
import dev.tutti.plan.ThreadOptions;
import dev.tutti.plan.VirtualThreadOptions;
import dev.tutti.task.Action;
import dev.tutti.task.BiFn;
import dev.tutti.task.Done;
import dev.tutti.task.Fn;
import dev.tutti.task.ItemAction;
import dev.tutti.task.NotSendableException;
import dev.tutti.task.Task;
import dev.tutti.task.TaskFailedException;
import dev.tutti.task.TaskFuture;
import dev.tutti.task.TaskTimeoutException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A set of workers that run tasks: the caller's thread, threads, virtual threads or worker JVMs.
 *
 * {@snippet class=dev.tutti.PoolSnippets region=pool lang=java}
 *
 * <p>It <b>is an</b> {@link ExecutorService}. On the pools of this JVM any {@code Callable} or
 * {@code Runnable} works. A pool of processes takes what can travel: lambdas and method references
 * given where a {@link Task} or {@link Action} is expected, if what they capture is serialisable;
 * {@code Path}, {@code Optional} and {@code ByteBuffer} are. Anything else is refused at the call
 * with {@link NotSendableException}.
 *
 * <p>The bulk calls here are those of {@link Bulk} with its defaults; {@link Parallel#on} opens the
 * way to the options, and to {@code reduce} and {@code mapping}. {@link Items} makes an input of a
 * stream, an iterator, an array, a range of numbers.
 *
 * <p><b>Lifetime.</b> Workers start when there is work for them. {@link #close} waits for all that
 * was submitted; {@link #closeNow} stops it. Both may be called again and end every future. A
 * program whose {@code main} ends without closing its pools finishes what it has submitted and
 * exits. A pool that is dropped without {@code close} is closed by the garbage collector when its
 * tasks have ended, with a warning.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 *
 * <p><b>Memory consistency.</b> What a thread did before it submitted a task happens-before the
 * task if the workers share its memory; what the task did happens-before what follows the taking of
 * its result. Workers in other processes see a copy of the task and its item, made during the call.
 *
 * <p><b>Failure.</b> A task that throws fails alone. A worker process that dies takes only the item
 * that it ran; items that had not started run elsewhere, a new worker takes its place and the pool
 * serves on.
 *
 * @since 0.1
 */
public sealed interface Pool extends ExecutorService permits EnginePool {

  /**
   * {@return a pool whose only worker is the caller's own thread} A task has ended when {@code
   * submit} returns. Useful to find a fault without the parallel part, and as the measure of
   * others. A function that leaves the interrupt flag of its thread set has interrupted the caller
   * here: the bulk call ends with a {@code CancellationException}, and the flag stays.
   */
  static Pool sequential() {
    return open(SequentialOptions.DEFAULTS);
  }

  /**
   * {@return a pool with a thread for each processor that affinity and container quota allow, or as
   * many as the {@linkplain Defaults defaults} say}
   */
  static Pool threads() {
    return open(ThreadOptions.DEFAULTS.withWorkers(Defaults.current().workerCount()));
  }

  /**
   * {@return a pool of threads}
   *
   * @param workers how many at most, at least 1
   * @throws IllegalArgumentException if there would be none
   */
  static Pool threads(int workers) {
    return open(ThreadOptions.DEFAULTS.withWorkers(workers));
  }

  /**
   * {@return a pool that runs each task on a virtual thread of its own} Of a bulk call as many
   * items run at once as its window holds.
   */
  static Pool virtualThreads() {
    return open(VirtualThreadOptions.DEFAULTS);
  }

  /**
   * {@return a pool with a worker JVM for each processor that affinity and container quota allow,
   * or as many as the {@linkplain Defaults defaults} say}
   *
   * @throws IllegalArgumentException if the module {@code dev.tutti.process} is not there
   */
  static Pool processes() {
    return open(Engine.defaults("processes", Defaults.current().workerCount()));
  }

  /**
   * {@return a pool of worker JVMs}
   *
   * @param workers how many at most, at least 1
   * @throws IllegalArgumentException if there would be none, or if the module {@code
   *     dev.tutti.process} is not there
   */
  static Pool processes(int workers) {
    return open(Engine.defaults("processes", workers));
  }

  /**
   * {@return the pool of worker JVMs that all of this JVM share} It is made by the first call, with
   * as many workers as the {@linkplain Defaults defaults} say then, and is there for as long as the
   * JVM: closing and shutting down do nothing to it, as with the JDK's common pool. Workers start
   * when there is work, and leave when they have had none for a minute. {@link #resize(int, int)}
   * changes for all how many there are.
   *
   * {@snippet class=dev.tutti.process.ProcessSnippets region=shared lang=java}
   *
   * @throws IllegalArgumentException if the module {@code dev.tutti.process} is not there
   */
  static Pool shared() {
    return SharedPool.processes();
  }

  /**
   * {@return the pool that finds out by itself where bulk calls run, which all of this JVM share}
   * It measures: the first items run in the caller, for lazy results on the thread that reads their
   * input, and each counts as done. Their time and the CPU time of their thread say whether the
   * others run there too, as they are too little work to share out, on threads, as they compute, or
   * on virtual threads, as they wait; and how many of them go to a thread together. Where one takes
   * long the others do not wait for it. Where later items are others than the first ones it decides
   * again. {@link Bulk#explain} tells what was decided.
   *
   * {@snippet class=dev.tutti.ChoiceSnippets region=auto lang=java}
   *
   * <p>Walls are asked for and never guessed. A call with a {@linkplain Bulk#timeout time-out} runs
   * on the {@linkplain #shared shared worker JVMs}, and not one item of it in this JVM; what it is
   * given must be able to travel. A submitted task, of which nothing is known, has a virtual thread
   * of its own.
   *
   * <p>A function that is not safe for several threads cannot be told from one that is: it is for
   * {@link #sequential()}, or for worker JVMs. The input is read by one thread at a time, by the
   * caller or one of the call's own. A function that leaves the interrupt flag of its thread set
   * may have interrupted the caller, as with {@link #sequential()}. Threads are daemons, as many as
   * the {@linkplain Defaults defaults} say when the pool is first asked for, and leave when they
   * have had nothing to do for a minute, or what the defaults say. Closing and shutting down do
   * nothing, as with {@link #shared}.
   */
  static Pool auto() {
    return SharedPool.auto();
  }

  /**
   * {@return a pool as the {@linkplain Defaults defaults} say: threads, if they say nothing}
   *
   * @throws IllegalArgumentException if there is no such backend, or a system property makes no
   *     sense
   */
  static Pool open() {
    Defaults defaults = Defaults.current();
    return open(Engine.defaults(defaults.backendName(), defaults.workerCount()));
  }

  /**
   * {@return a pool as the options say}
   *
   * @param options which backend, and what it is to be like
   * @throws IllegalArgumentException if there is no such backend
   */
  static Pool open(BackendOptions options) {
    return EnginePool.ownedBy(
        Engine.open(Objects.requireNonNull(options, "options"), Defaults.current().timeout()));
  }

  /**
   * {@return the pool whose task runs on this thread} In a worker process it is a pool of processes
   * of its own, which all tasks of that worker share, with as many workers as the worker has
   * processors; it ends with the worker, however that ends.
   *
   * <p>On threads it is the pool itself, and its tasks may wait for it, or for anything else of
   * this library: that is no deadlock. Where a task waits without a bound for a task, a bulk call,
   * a group, {@code invokeAll} or {@code awaitAll}, and what it waits for has not begun, its thread
   * runs that, inside of what locks and scoped values the waiting task has; if it is cancelled, the
   * wait ends when it has stopped. Nothing else ever runs there. In all other waits another thread
   * runs tasks in the place of the one that waits. So as many tasks run as the pool has threads,
   * one more for a moment where a wait ends, but tasks that wait cost a thread each: a thousand
   * that wait for a stage of a future are a thousand threads, and of a chain of tasks that each
   * wait for the next, each 32 cost one. Tasks that wait for a task or a bulk call of another pool
   * get as many further threads as the pool has, and no more: the others do not begin meanwhile.
   * Threads that are too many leave after a second without work. Where the system gives no more,
   * those that wait run whatever is there.
   *
   * {@snippet class=dev.tutti.PoolSnippets region=current lang=java}
   *
   * @throws IllegalStateException if no task of a pool runs on this thread, or if pools are nested
   *     deeper than their bound allows
   */
  static Pool current() {
    return EnginePool.current();
  }

  /**
   * {@return this pool seen with other options for what is submitted} The view has the same
   * workers; closing either closes both. Options without a time-out have that of the {@linkplain
   * Defaults defaults}, if there is one; {@code ChronoUnit.FOREVER.getDuration()} is none.
   *
   * {@snippet class=dev.tutti.PlanSnippets region=callOptions lang=java}
   *
   * @param options what each call by the view is to keep to
   * @throws IllegalArgumentException if callers are to run tasks of a pool of processes, or tasks
   *     with a time-out of a pool that chooses where they run, which sends them there
   */
  Pool with(CallOptions options);

  /**
   * Submits a task that has a result.
   *
   * @param <R> the type of the result
   * @param task the task
   * @return its future
   * @throws NotSendableException if it cannot be moved to a worker
   * @throws RejectedExecutionException if the pool is closed
   */
  <R extends @Nullable Object> TaskFuture<R> submit(Task<R> task);

  /**
   * Submits a task that has no result.
   *
   * @param action the task
   * @return its future
   * @throws NotSendableException if it cannot be moved to a worker
   * @throws RejectedExecutionException if the pool is closed
   */
  TaskFuture<@Nullable Void> submit(Action action);

  /**
   * Runs a task whose end nobody waits for. What it throws is logged.
   *
   * @param action the task
   * @throws NotSendableException if it cannot be moved to a worker
   * @throws RejectedExecutionException if the pool is closed
   */
  void execute(Action action);

  @Override
  <R extends @Nullable Object> TaskFuture<R> submit(Callable<R> task);

  @Override
  TaskFuture<@Nullable Void> submit(Runnable task);

  @Override
  <R extends @Nullable Object> TaskFuture<R> submit(Runnable task, R result);

  /**
   * Applies a function to all items and waits for the results. The input is read on the calling
   * thread. The first item that fails stops the others.
   *
   * @param <A> the type of the items
   * @param <R> the type of the results
   * @param items the input
   * @param fn the function
   * @return the results in input order
   * @throws TaskFailedException if an item fails; it names the item and has the failure as its
   *     cause
   * @throws TaskTimeoutException if the deadline of this view comes, and no item has failed, but
   *     the input has not ended
   * @throws NotSendableException if the function cannot be moved to a worker
   * @throws RejectedExecutionException if the pool is closed
   * @throws IllegalArgumentException if the items are a single {@code Path}
   * @throws java.util.concurrent.CancellationException if the calling thread is interrupted, whose
   *     flag stays set, or the pool is stopped
   */
  default <A extends @Nullable Object, R extends @Nullable Object> List<R> map(
      Iterable<? extends A> items, Fn<? super A, ? extends R> fn) {
    return Parallel.on(this).map(items, fn);
  }

  /**
   * The same as {@link #map(Iterable, Fn)} over two inputs side by side; the shorter one ends it.
   *
   * @param <A> the type of the first items
   * @param <B> the type of the second items
   * @param <R> the type of the results
   * @param as the first input
   * @param bs the second input
   * @param fn the function
   * @return the results in input order
   * @throws TaskFailedException if an item fails
   * @throws TaskTimeoutException if the deadline of this view comes, and no item has failed, but
   *     the input has not ended
   * @throws NotSendableException if the function cannot be moved to a worker
   * @throws RejectedExecutionException if the pool is closed
   * @throws IllegalArgumentException if one of the inputs is a single {@code Path}
   * @throws java.util.concurrent.CancellationException if the calling thread is interrupted, whose
   *     flag stays set, or the pool is stopped
   */
  default <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
      List<R> map(
          Iterable<? extends A> as,
          Iterable<? extends B> bs,
          BiFn<? super A, ? super B, ? extends R> fn) {
    return Parallel.on(this).map(as, bs, fn);
  }

  /**
   * Applies a function to all items, as the results are asked for. The input is read on a thread of
   * its own, a window ahead of the consumer; it may be endless. Results come in input order.
   *
   * @param <A> the type of the items
   * @param <R> the type of the results
   * @param items the input
   * @param fn the function
   * @return the results; closing the stream stops what still runs. Taking from it throws {@link
   *     TaskFailedException} where an item failed, after the results of the items before it
   * @throws NotSendableException if the function cannot be moved to a worker
   * @throws RejectedExecutionException if the pool is closed
   * @throws IllegalArgumentException if the items are a single {@code Path}
   */
  default <A extends @Nullable Object, R extends @Nullable Object> Stream<R> stream(
      Iterable<? extends A> items, Fn<? super A, ? extends R> fn) {
    return Parallel.on(this).stream(items, fn);
  }

  /**
   * The same as {@link #stream}, but each result comes as soon as it is there.
   *
   * @param <A> the type of the items
   * @param <R> the type of the results
   * @param items the input
   * @param fn the function
   * @return the results in the order in which items end
   * @throws NotSendableException if the function cannot be moved to a worker
   * @throws RejectedExecutionException if the pool is closed
   * @throws IllegalArgumentException if the items are a single {@code Path}
   */
  default <A extends @Nullable Object, R extends @Nullable Object> Stream<R> unordered(
      Iterable<? extends A> items, Fn<? super A, ? extends R> fn) {
    return Parallel.on(this).unordered(items, fn);
  }

  /**
   * Applies a function to all items and tells how each one ended, failed ones too. Lazy like {@link
   * #stream}, and in input order.
   *
   * @param <A> the type of the items
   * @param <R> the type of the results
   * @param items the input
   * @param fn the function
   * @return each item with its outcome; closing the stream stops what still runs
   * @throws NotSendableException if the function cannot be moved to a worker
   * @throws RejectedExecutionException if the pool is closed
   * @throws IllegalArgumentException if the items are a single {@code Path}
   */
  default <A extends @Nullable Object, R extends @Nullable Object> Stream<Done<A, R>> outcomes(
      Iterable<? extends A> items, Fn<? super A, ? extends R> fn) {
    return Parallel.on(this).outcomes(items, fn);
  }

  /**
   * The same as {@link #outcomes}, but each item is told as soon as it has ended.
   *
   * @param <A> the type of the items
   * @param <R> the type of the results
   * @param items the input
   * @param fn the function
   * @return each item with its outcome, in the order in which items end
   * @throws NotSendableException if the function cannot be moved to a worker
   * @throws RejectedExecutionException if the pool is closed
   * @throws IllegalArgumentException if the items are a single {@code Path}
   */
  default <A extends @Nullable Object, R extends @Nullable Object>
      Stream<Done<A, R>> unorderedOutcomes(
          Iterable<? extends A> items, Fn<? super A, ? extends R> fn) {
    return Parallel.on(this).unorderedOutcomes(items, fn);
  }

  /**
   * Does something for each item and waits for all. The input is read on the calling thread. The
   * first item that fails stops the others.
   *
   * @param <A> the type of the items
   * @param items the input
   * @param action what to do with one item
   * @throws TaskFailedException if an item fails
   * @throws TaskTimeoutException if the deadline of this view comes, and no item has failed, but
   *     the input has not ended
   * @throws NotSendableException if the action cannot be moved to a worker
   * @throws RejectedExecutionException if the pool is closed
   * @throws IllegalArgumentException if the items are a single {@code Path}
   * @throws java.util.concurrent.CancellationException if the calling thread is interrupted, whose
   *     flag stays set, or the pool is stopped
   */
  default <A extends @Nullable Object> void forEach(
      Iterable<? extends A> items, ItemAction<? super A> action) {
    Parallel.on(this).forEach(items, action);
  }

  /**
   * Starts all workers and waits until they are ready, so that the first tasks need not.
   *
   * @throws java.util.concurrent.CancellationException if the calling thread is interrupted; the
   *     flag stays set
   * @throws IllegalStateException if a worker cannot be started
   */
  void warm();

  /** {@return how many workers the pool has at most} */
  int workers();

  /**
   * Changes how many workers the pool has at most, while it serves. Workers that are too many end
   * what they run, and leave; missing ones start when there is work for them.
   *
   * @param workers how many, at least 1
   * @throws IllegalArgumentException if there would be none
   * @throws UnsupportedOperationException if the pool has no such bound: the caller's thread, or
   *     virtual threads
   */
  void resize(int workers);

  /**
   * Changes how many workers the pool has, at least and at most, while it serves. The least number
   * matters where workers leave that have had nothing to do for long; it starts none.
   *
   * @param least how many stay however long they have nothing to do
   * @param most how many there are at most, at least 1
   * @throws IllegalArgumentException if the numbers are not 0 &lt;= least &lt;= most
   * @throws UnsupportedOperationException if the pool has no such bound
   */
  void resize(int least, int most);

  /**
   * Tells somebody what happens to the pool: workers that start, fail to start, or end and why, and
   * tasks that {@linkplain dev.tutti.task.WorkerContext#progress tell} how far they are.
   *
   * @param listener who
   * @return closing it takes the listener away
   */
  Subscription listen(PoolListener listener);

  /** {@return the name of the pool, as it stands in the names of its threads} */
  String name();

  /**
   * Takes no further tasks and waits until all that was submitted has ended and the workers are
   * gone. If the calling thread is interrupted meanwhile, the work is stopped as by {@link
   * #closeNow}.
   */
  @Override
  void close();

  /**
   * Takes no further tasks, ends every open future as cancelled, stops what runs, and waits until
   * the workers are gone. Running tasks are interrupted; a worker process that goes on for longer
   * than its grace time is killed. A thread that ignores its interrupt cannot be killed: it is
   * waited for no longer than a second, and goes on alone.
   */
  void closeNow();
}
