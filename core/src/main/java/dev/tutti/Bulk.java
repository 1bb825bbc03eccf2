package dev.tutti;

import dev.tutti.engine.BulkPlan;
import dev.tutti.engine.Engine;
import dev.tutti.engine.ResultIterator;
import dev.tutti.event.Progress;
import dev.tutti.plan.Batching;
import dev.tutti.plan.DataSize;
import dev.tutti.plan.FailurePolicy;
import dev.tutti.plan.RetryPolicy;
import dev.tutti.spi.Body;
import dev.tutti.task.Done;
import dev.tutti.task.Fn;
import dev.tutti.task.ItemAction;
import dev.tutti.task.NotSendableException;
import dev.tutti.task.Success;
import dev.tutti.task.TaskFailedException;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * How one function is applied to many items: options, and the calls that use them.
 *
 * {@snippet class=dev.tutti.PoolSnippets region=bulk lang=java}
 *
 * <p><b>Lifetime.</b> Immutable and reusable; it holds nothing but its pool. Several calls may run
 * at once, and share the workers item by item.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread. A stream that a call returns
 * is for one thread at a time, but may be closed by any.
 *
 * <p><b>Memory consistency.</b> As {@link Pool} says it for each item. {@code map} and {@code
 * forEach} read their input on the calling thread; {@code stream}, {@code unordered} and {@code
 * outcomes} on a thread of their own (on a sequential pool on the consumer's), so the input must
 * not be changed while they run.
 *
 * <p><b>Failure.</b> An input that throws ends the call with its own exception, after the results
 * of the items before it. A caller that is interrupted stops its items, keeps its flag and gets a
 * {@link java.util.concurrent.CancellationException}.
 *
 * @since 0.1
 */
public final class Bulk {
  private static final int HEAP_SHARE = 8;

  private final EnginePool pool;
  private final BulkPlan plan;

  private Bulk(EnginePool pool, BulkPlan plan) {
    this.pool = pool;
    this.plan = plan;
  }

  static Bulk on(EnginePool pool) {
    return new Bulk(
        pool,
        new BulkPlan(
            0,
            DataSize.bytes(Runtime.getRuntime().maxMemory() / HEAP_SHARE),
            Batching.adaptive(),
            pool.options(),
            FailurePolicy.STOP_AT_FIRST,
            null));
  }

  /**
   * Bounds how much of the input is taken ahead of the consumer. The default is 1,024 items.
   *
   * @param items how many items may have been read and not yet delivered, at least 1
   * @return bulk calls with this window
   * @throws IllegalArgumentException if the window is less than 1
   */
  public Bulk window(int items) {
    if (items < 1) {
      throw new IllegalArgumentException("window must be >= 1 item: window=" + items);
    }
    return new Bulk(pool, plan.withWindow(items));
  }

  /**
   * Bounds how much memory the items take that have been read and have not ended, in the form in
   * which they cross to a worker process. The default is an eighth of the largest heap. An item is
   * read while the others take less, so the last one may go beyond it. Items do not cross to
   * threads, so for them this bounds nothing. It holds together with the {@linkplain #window(int)
   * bound on their number}.
   *
   * <p>The same bound holds, by itself, for large results (64 KiB and more) of streams from worker
   * processes: while those that nobody has taken are more, no further item begins. What runs
   * already still ends. Results that go into a list, as those of {@code map}, are not bounded.
   *
   * @param bytes how much, at least 1 byte
   * @return bulk calls with this window
   * @throws IllegalArgumentException if it is less than 1 byte
   */
  public Bulk window(DataSize bytes) {
    Objects.requireNonNull(bytes, "bytes");
    if (bytes.bytes() < 1) {
      throw new IllegalArgumentException("window must be >= 1 byte: window=" + bytes);
    }
    return new Bulk(pool, plan.withWindowBytes(bytes));
  }

  /**
   * Says how many items go to a worker together. The default is {@link Batching#adaptive}.
   *
   * @param batching the rule
   * @return bulk calls with this rule
   */
  public Bulk batch(Batching batching) {
    Objects.requireNonNull(batching, "batching");
    return new Bulk(pool, plan.withBatching(batching));
  }

  /**
   * Bounds how long one attempt of an item may run, counted from its start on a worker. An item
   * that runs for longer ends as {@link dev.tutti.task.TimedOut} and is stopped: in a worker
   * process whatever it does, on a thread as far as it heeds its interrupt.
   *
   * @param limit how long, not negative
   * @return bulk calls with this time-out
   * @throws IllegalArgumentException if it is negative
   */
  public Bulk timeout(Duration limit) {
    return new Bulk(pool, plan.withOptions(plan.options().withTimeout(limit)));
  }

  /**
   * Bounds how long a whole call may take, counted from the call. Items that have not ended by then
   * end as {@link dev.tutti.task.TimedOut} and are stopped; the input is read no further.
   *
   * @param limit how long, not negative
   * @return bulk calls with this deadline
   * @throws IllegalArgumentException if it is negative
   */
  public Bulk deadline(Duration limit) {
    return new Bulk(pool, plan.withOptions(plan.options().withDeadline(limit)));
  }

  /**
   * Says when an item that did not succeed is attempted again. The default is never.
   *
   * @param policy the rule
   * @return bulk calls with this rule
   */
  public Bulk retry(RetryPolicy policy) {
    return new Bulk(pool, plan.withOptions(plan.options().withRetry(policy)));
  }

  /**
   * Says which calls go before this one where both wait for workers: those with a higher number.
   *
   * @param number the priority; 0 unless told
   * @return bulk calls with this priority
   */
  public Bulk priority(int number) {
    return new Bulk(pool, plan.withOptions(plan.options().withPriority(number)));
  }

  /**
   * Says what an item that fails does to the others, for the calls that wait for all: {@link #map},
   * {@link #mapAsync} and {@link #forEach}. The default is {@link FailurePolicy#stopAtFirst}; a
   * stream of results throws where a failed item is.
   *
   * @param policy the rule
   * @return bulk calls with this rule
   */
  public Bulk onFailure(FailurePolicy policy) {
    Objects.requireNonNull(policy, "policy");
    return new Bulk(pool, plan.withFailures(policy));
  }

  /**
   * Names a listener that is told how far each call is.
   *
   * @param progress the listener
   * @return bulk calls that tell it
   */
  public Bulk progress(Progress progress) {
    Objects.requireNonNull(progress, "progress");
    return new Bulk(pool, plan.withProgress(progress));
  }

  /**
   * Applies a function to all items and waits for the results. The first item that fails stops the
   * others.
   *
   * @param <A> the type of the items
   * @param <R> the type of the results
   * @param items the input
   * @param fn the function
   * @return the results in input order, in a list that the caller owns
   * @throws TaskFailedException if an item fails; it names the item and has the failure as its
   *     cause
   * @throws NotSendableException if the function cannot be moved to a worker
   * @throws RejectedExecutionException if the pool is closed
   * @throws IllegalArgumentException if the items are a single {@code Path}
   * @throws java.util.concurrent.CancellationException if the calling thread is interrupted, whose
   *     flag stays set, or the pool is stopped
   */
  @SuppressWarnings("unchecked") // the function makes an R of each item
  public <A extends @Nullable Object, R extends @Nullable Object> List<R> map(
      Iterable<? extends A> items, Fn<? super A, ? extends R> fn) {
    Objects.requireNonNull(fn, "fn");
    return (List<R>) runAll(Body.FN, fn, checked(items));
  }

  /**
   * The same as {@link #map}, without waiting. The input is read on a thread of its own; on a pool
   * whose caller runs the work the call has ended when this returns.
   *
   * @param <A> the type of the items
   * @param <R> the type of the results
   * @param items the input
   * @param fn the function
   * @return the results to come, or what {@link #map} would throw; completing it from outside, as
   *     by {@code cancel} or {@code orTimeout}, stops the work
   * @throws IllegalArgumentException if the items are a single {@code Path}
   */
  public <A extends @Nullable Object, R extends @Nullable Object>
      CompletableFuture<List<R>> mapAsync(
          Iterable<? extends A> items, Fn<? super A, ? extends R> fn) {
    Objects.requireNonNull(fn, "fn");
    checked(items);
    CompletableFuture<List<R>> future = new CompletableFuture<>();
    Runnable run =
        () -> {
          try {
            future.complete(map(items, fn));
          } catch (Throwable e) { // an Error of the input too: who waits must hear of it
            future.completeExceptionally(e);
          }
        };
    if (engine().group().capabilities().callerRuns()) {
      run.run();
    } else {
      Thread caller = Thread.ofVirtual().name("tutti-map-async").start(run);
      var _ = future.whenComplete((_, _) -> caller.interrupt()); // stops what still runs
    }
    return future;
  }

  /**
   * Applies a function to all items, as the results are asked for, in input order.
   *
   * @param <A> the type of the items
   * @param <R> the type of the results
   * @param items the input; it may be endless
   * @param fn the function
   * @return the results; closing the stream stops what still runs. Taking from it throws {@link
   *     TaskFailedException} where an item failed, after the results of the items before it
   * @throws NotSendableException if the function cannot be moved to a worker
   * @throws RejectedExecutionException if the pool is closed
   * @throws IllegalArgumentException if the items are a single {@code Path}
   */
  public <A extends @Nullable Object, R extends @Nullable Object> Stream<R> stream(
      Iterable<? extends A> items, Fn<? super A, ? extends R> fn) {
    return values(items, fn, true);
  }

  /**
   * Applies a function to all items; each result comes as soon as it is there.
   *
   * @param <A> the type of the items
   * @param <R> the type of the results
   * @param items the input; it may be endless
   * @param fn the function
   * @return the results in the order in which items end; closing the stream stops what still runs
   * @throws NotSendableException if the function cannot be moved to a worker
   * @throws RejectedExecutionException if the pool is closed
   * @throws IllegalArgumentException if the items are a single {@code Path}
   */
  public <A extends @Nullable Object, R extends @Nullable Object> Stream<R> unordered(
      Iterable<? extends A> items, Fn<? super A, ? extends R> fn) {
    return values(items, fn, false);
  }

  /**
   * Applies a function to all items and tells how each one ended, failed ones too.
   *
   * @param <A> the type of the items
   * @param <R> the type of the results
   * @param items the input; it may be endless
   * @param fn the function
   * @return each item with its outcome, in input order; closing the stream stops what still runs
   * @throws NotSendableException if the function cannot be moved to a worker
   * @throws RejectedExecutionException if the pool is closed
   * @throws IllegalArgumentException if the items are a single {@code Path}
   */
  @SuppressWarnings("unchecked") // the items are As, and the function makes Rs of them
  public <A extends @Nullable Object, R extends @Nullable Object> Stream<Done<A, R>> outcomes(
      Iterable<? extends A> items, Fn<? super A, ? extends R> fn) {
    Objects.requireNonNull(fn, "fn");
    return streamOf(engine().iterate(Body.FN, fn, checked(items), plan, true, false, pool))
        .map(done -> (Done<A, R>) done);
  }

  /**
   * Applies a function to all items and tells how each one ended, as soon as it has.
   *
   * @param <A> the type of the items
   * @param <R> the type of the results
   * @param items the input; it may be endless
   * @param fn the function
   * @return each item with its outcome, in the order in which items end; closing the stream stops
   *     what still runs
   * @throws NotSendableException if the function cannot be moved to a worker
   * @throws RejectedExecutionException if the pool is closed
   * @throws IllegalArgumentException if the items are a single {@code Path}
   */
  @SuppressWarnings("unchecked") // the items are As, and the function makes Rs of them
  public <A extends @Nullable Object, R extends @Nullable Object>
      Stream<Done<A, R>> unorderedOutcomes(
          Iterable<? extends A> items, Fn<? super A, ? extends R> fn) {
    Objects.requireNonNull(fn, "fn");
    return streamOf(engine().iterate(Body.FN, fn, checked(items), plan, false, false, pool))
        .map(done -> (Done<A, R>) done);
  }

  /**
   * Does something for each item and waits for all. The first item that fails stops the others.
   *
   * @param <A> the type of the items
   * @param items the input
   * @param action what to do with one item
   * @throws TaskFailedException if an item fails
   * @throws NotSendableException if the action cannot be moved to a worker
   * @throws RejectedExecutionException if the pool is closed
   * @throws IllegalArgumentException if the items are a single {@code Path}
   * @throws java.util.concurrent.CancellationException if the calling thread is interrupted, whose
   *     flag stays set, or the pool is stopped
   */
  public <A extends @Nullable Object> void forEach(
      Iterable<? extends A> items, ItemAction<? super A> action) {
    Objects.requireNonNull(action, "action");
    runAll(Body.ITEM_ACTION, action, checked(items));
  }

  private List<@Nullable Object> runAll(Body body, Object function, Iterable<?> items) {
    try {
      return engine().runAll(body, function, items, plan);
    } finally {
      Reference.reachabilityFence(pool); // a pool that is dropped is closed
    }
  }

  @SuppressWarnings("unchecked") // the function makes an R of each item
  private <A extends @Nullable Object, R extends @Nullable Object> Stream<R> values(
      Iterable<? extends A> items, Fn<? super A, ? extends R> fn, boolean inOrder) {
    Objects.requireNonNull(fn, "fn");
    return streamOf(engine().iterate(Body.FN, fn, checked(items), plan, inOrder, true, pool))
        .map(done -> ((Success<R>) done.outcome()).value());
  }

  private static Stream<Done<?, ?>> streamOf(ResultIterator results) {
    return StreamSupport.stream(
            Spliterators.<Done<?, ?>>spliteratorUnknownSize(results, Spliterator.ORDERED), false)
        .onClose(results::close);
  }

  private Engine engine() {
    return pool.engine();
  }

  private static Iterable<?> checked(Iterable<?> items) {
    Objects.requireNonNull(items, "items");
    if (items instanceof Path path) {
      throw new IllegalArgumentException(
          "items must not be a single Path, whose elements are its names: items=%s; use List.of(path),"
                  .formatted(path)
              + " or list the folder");
    }
    return items;
  }
}
