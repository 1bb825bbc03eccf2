package dev.tutti;

import dev.tutti.engine.BulkPlan;
import dev.tutti.engine.Engine;
import dev.tutti.engine.HelpingFuture;
import dev.tutti.engine.ResultIterator;
import dev.tutti.plan.Batching;
import dev.tutti.plan.DataSize;
import dev.tutti.plan.FailurePolicy;
import dev.tutti.spi.Body;
import dev.tutti.task.BiAction;
import dev.tutti.task.BiFn;
import dev.tutti.task.Done;
import dev.tutti.task.Fn;
import dev.tutti.task.ItemAction;
import dev.tutti.task.NotSendableException;
import dev.tutti.task.Pair;
import dev.tutti.task.Success;
import dev.tutti.task.TaskFailedException;
import dev.tutti.task.TaskTimeoutException;
import java.lang.ref.Reference;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Gatherer;
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
 * <p><b>Input.</b> Any {@code Iterable}; {@link Items} makes one of a stream, an iterator, an
 * array, a range of numbers, or two inputs. It is read lazily, a window ahead, so it may be endless
 * where the results are taken one by one. Two inputs at once have a function of two arguments; the
 * shorter one ends the call.
 *
 * <p><b>Memory consistency.</b> As {@link Pool} says it for each item. {@code map} and {@code
 * forEach} read their input on the calling thread; {@code reduce}, {@code stream}, {@code
 * unordered} and {@code outcomes} on a thread of their own (on a sequential pool on the
 * consumer's), so the input must not be changed while they run.
 *
 * <p><b>Failure.</b> What an item that fails does to the others is a {@linkplain #onFailure policy}
 * of the calls that wait for all, and told item by item by the others. An input that throws ends
 * the call with its own exception, after the results of the items before it; so does a {@linkplain
 * #deadline deadline} that comes while there is more of it, with a {@link TaskTimeoutException}. A
 * caller that is interrupted stops its items, keeps its flag and gets a {@link
 * java.util.concurrent.CancellationException}.
 *
 * @since 0.1
 */
public final class Bulk extends BulkOptions {
  private static final int HEAP_SHARE = 8;

  private final EnginePool pool;

  private Bulk(EnginePool pool, BulkPlan plan) {
    super(plan);
    this.pool = pool;
  }

  @Override
  Bulk with(BulkPlan other) {
    return new Bulk(pool, other);
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
   * @throws TaskTimeoutException if the deadline comes, and no item has failed, but the input has
   *     not ended
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
    return (List<R>) runAll(Body.FN, fn, Items.inputOf(items));
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
  @SuppressWarnings("unchecked") // the function makes an R of each item
  public <A extends @Nullable Object, R extends @Nullable Object>
      CompletableFuture<List<R>> mapAsync(
          Iterable<? extends A> items, Fn<? super A, ? extends R> fn) {
    Objects.requireNonNull(fn, "fn");
    Iterable<?> input = Items.inputOf(items);
    HelpingFuture<List<R>> future = new HelpingFuture<>();
    AtomicBoolean runs = new AtomicBoolean(true);
    Runnable run =
        () -> {
          try {
            List<R> results = (List<R>) runAll(Body.FN, fn, input);
            runs.set(false); // what hangs on the future is not to be interrupted
            future.complete(results);
          } catch (Throwable e) { // an Error of the input too: who waits must hear of it
            runs.set(false);
            future.completeExceptionally(e);
          }
        };
    if (engine().callerRuns()) {
      run.run();
    } else {
      Thread caller = Thread.ofVirtual().name("tutti-map-async").start(run);
      future.whenEnded(() -> {
        if (runs.getAndSet(false)) {
          caller.interrupt(); // stops what still runs
        }
      });
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
    return values(Body.FN, fn, Items.inputOf(items), true);
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
    return values(Body.FN, fn, Items.inputOf(items), false);
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
  public <A extends @Nullable Object, R extends @Nullable Object> Stream<Done<A, R>> outcomes(
      Iterable<? extends A> items, Fn<? super A, ? extends R> fn) {
    return dones(Body.FN, fn, Items.inputOf(items), true);
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
  public <A extends @Nullable Object, R extends @Nullable Object>
      Stream<Done<A, R>> unorderedOutcomes(
          Iterable<? extends A> items, Fn<? super A, ? extends R> fn) {
    return dones(Body.FN, fn, Items.inputOf(items), false);
  }

  /**
   * Does something for each item and waits for all. The first item that fails stops the others.
   *
   * @param <A> the type of the items
   * @param items the input
   * @param action what to do with one item
   * @throws TaskFailedException if an item fails
   * @throws TaskTimeoutException if the deadline comes, and no item has failed, but the input has
   *     not ended
   * @throws NotSendableException if the action cannot be moved to a worker
   * @throws RejectedExecutionException if the pool is closed
   * @throws IllegalArgumentException if the items are a single {@code Path}
   * @throws java.util.concurrent.CancellationException if the calling thread is interrupted, whose
   *     flag stays set, or the pool is stopped
   */
  public <A extends @Nullable Object> void forEach(
      Iterable<? extends A> items, ItemAction<? super A> action) {
    Objects.requireNonNull(action, "action");
    runAll(Body.ITEM_ACTION, action, Items.inputOf(items));
  }

  /**
   * Applies a function to all items and combines the values to one. Workers combine first: an input
   * is cut into portions that keep a worker busy for some milliseconds, each portion has one value
   * as its result, and the calling thread combines these. A range of numbers travels as two numbers
   * a portion.
   *
   * {@snippet class=dev.tutti.BulkSnippets region=reduce lang=java}
   *
   * <p>Values are combined from the left, in input order: <code>((start + x0) + x1) + ..</code>,
   * where neighbours may be combined before they meet what is left of them. So the combiner must be
   * associative, and need not be commutative. Unlike the identity of {@code Stream.reduce}, the
   * first value goes in once, whatever the number of workers. A combiner may change its first
   * argument and return it only where {@code fn} makes a new one for each item.
   *
   * <p>An item is an element of the input, and fails if {@code fn} throws for it, or the combiner
   * when its value is added; the error names it. Where nobody can know which item of a portion it
   * was, as when its worker has died, the error names the first and the last. An attempt is one run
   * of {@code fn} with what the combiner does with its value, so a call with a time-out or with
   * further attempts gives each item a portion of its own, and so does {@code finishAll}: then
   * workers combine nothing. A deadline ends the call as it does any other. The window counts
   * elements, {@code Batching.fixed} says how many a portion has, and of quick items more than the
   * default window are read ahead: up to 32,768.
   *
   * @param <A> the type of the items
   * @param <R> the type of the values
   * @param items the input; it must end
   * @param identity the value to begin with, and the result where there is no item
   * @param fn makes a value of an item
   * @param combiner makes one value of two neighbours
   * @return all values combined
   * @throws TaskFailedException if an item fails; it names the item and has the failure as its
   *     cause
   * @throws TaskTimeoutException if the deadline comes, and no item has failed, but the input has
   *     not ended
   * @throws NotSendableException if a function cannot be moved to a worker
   * @throws RejectedExecutionException if the pool is closed
   * @throws IllegalArgumentException if the items are a single {@code Path}
   * @throws java.util.concurrent.CancellationException if the calling thread is interrupted, whose
   *     flag stays set, or the pool is stopped
   */
  @SuppressWarnings("unchecked") // the combiner makes Rs of Rs
  public <A extends @Nullable Object, R extends @Nullable Object> R reduce(
      Iterable<? extends A> items,
      R identity,
      Fn<? super A, ? extends R> fn,
      BiFn<? super R, ? super R, ? extends R> combiner) {
    Objects.requireNonNull(fn, "fn");
    return (R) reduceFrom(Collections.singletonList(identity), fn, combiner, items).get(0);
  }

  /**
   * Combines all items to one. As {@link #reduce(Iterable, Object, Fn, BiFn)}, where the items are
   * the values.
   *
   * @param <A> the type of the items
   * @param items the input; it must end
   * @param identity the value to begin with, and the result where there is no item
   * @param combiner makes one value of two neighbours
   * @return all items combined
   * @throws TaskFailedException if an item fails; it names the item and has the failure as its
   *     cause
   * @throws TaskTimeoutException if the deadline comes, and no item has failed, but the input has
   *     not ended
   * @throws NotSendableException if a function cannot be moved to a worker
   * @throws RejectedExecutionException if the pool is closed
   * @throws IllegalArgumentException if the items are a single {@code Path}
   * @throws java.util.concurrent.CancellationException if the calling thread is interrupted, whose
   *     flag stays set, or the pool is stopped
   */
  @SuppressWarnings("unchecked") // the combiner makes As of As
  public <A extends @Nullable Object> A reduce(
      Iterable<? extends A> items, A identity, BiFn<? super A, ? super A, ? extends A> combiner) {
    return (A) reduceFrom(Collections.singletonList(identity), null, combiner, items).get(0);
  }

  /**
   * Combines all items to one. As {@link #reduce(Iterable, Object, Fn, BiFn)}, where the items are
   * the values and there is nothing to begin with.
   *
   * @param <A> the type of the items
   * @param items the input; it must end
   * @param combiner makes one value of two neighbours, and never null
   * @return all items combined; empty if there was none
   * @throws NullPointerException if the result is null
   * @throws TaskFailedException if an item fails; it names the item and has the failure as its
   *     cause
   * @throws TaskTimeoutException if the deadline comes, and no item has failed, but the input has
   *     not ended
   * @throws NotSendableException if a function cannot be moved to a worker
   * @throws RejectedExecutionException if the pool is closed
   * @throws IllegalArgumentException if the items are a single {@code Path}
   * @throws java.util.concurrent.CancellationException if the calling thread is interrupted, whose
   *     flag stays set, or the pool is stopped
   */
  @SuppressWarnings("unchecked") // the combiner makes As of As
  public <A> Optional<A> reduce(
      Iterable<? extends A> items, BiFn<? super A, ? super A, ? extends A> combiner) {
    List<@Nullable Object> all = reduceFrom(List.of(), null, combiner, items);
    return all.isEmpty()
        ? Optional.empty()
        : Optional.of((A) Objects.requireNonNull(all.get(0), "result of the combiner"));
  }

  /**
   * The same as {@link #map(Iterable, Fn)} over two inputs side by side; the shorter one ends it.
   *
   * {@snippet class=dev.tutti.BulkSnippets region=biFn lang=java}
   *
   * @param <A> the type of the first items
   * @param <B> the type of the second items
   * @param <R> the type of the results
   * @param as the first input
   * @param bs the second input
   * @param fn the function
   * @return the results in input order, in a list that the caller owns
   * @throws TaskFailedException if an item fails; it names the item and has the failure as its
   *     cause
   * @throws TaskTimeoutException if the deadline comes, and no item has failed, but the input has
   *     not ended
   * @throws NotSendableException if a function cannot be moved to a worker
   * @throws RejectedExecutionException if the pool is closed
   * @throws IllegalArgumentException if the items are a single {@code Path}
   * @throws java.util.concurrent.CancellationException if the calling thread is interrupted, whose
   *     flag stays set, or the pool is stopped
   */
  @SuppressWarnings("unchecked") // the function makes an R of each pair
  public <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
      List<R> map(
          Iterable<? extends A> as,
          Iterable<? extends B> bs,
          BiFn<? super A, ? super B, ? extends R> fn) {
    Objects.requireNonNull(fn, "fn");
    return (List<R>) runAll(Body.BI_FN, fn, zipped(as, bs));
  }

  /**
   * The same as {@link #stream(Iterable, Fn)} over two inputs side by side; the shorter one ends
   * it.
   *
   * @param <A> the type of the first items
   * @param <B> the type of the second items
   * @param <R> the type of the results
   * @param as the first input; it may be endless
   * @param bs the second input; it may be endless
   * @param fn the function
   * @return the results in input order; closing the stream stops what still runs
   * @throws NotSendableException if the function cannot be moved to a worker
   * @throws RejectedExecutionException if the pool is closed
   * @throws IllegalArgumentException if the items are a single {@code Path}
   */
  public <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
      Stream<R> stream(
          Iterable<? extends A> as,
          Iterable<? extends B> bs,
          BiFn<? super A, ? super B, ? extends R> fn) {
    return values(Body.BI_FN, fn, zipped(as, bs), true);
  }

  /**
   * The same as {@link #unordered(Iterable, Fn)} over two inputs side by side; the shorter one ends
   * it.
   *
   * @param <A> the type of the first items
   * @param <B> the type of the second items
   * @param <R> the type of the results
   * @param as the first input; it may be endless
   * @param bs the second input; it may be endless
   * @param fn the function
   * @return the results in the order in which items end; closing the stream stops what still runs
   * @throws NotSendableException if the function cannot be moved to a worker
   * @throws RejectedExecutionException if the pool is closed
   * @throws IllegalArgumentException if the items are a single {@code Path}
   */
  public <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
      Stream<R> unordered(
          Iterable<? extends A> as,
          Iterable<? extends B> bs,
          BiFn<? super A, ? super B, ? extends R> fn) {
    return values(Body.BI_FN, fn, zipped(as, bs), false);
  }

  /**
   * The same as {@link #outcomes(Iterable, Fn)} over two inputs side by side; the shorter one ends
   * it. An item is a pair.
   *
   * @param <A> the type of the first items
   * @param <B> the type of the second items
   * @param <R> the type of the results
   * @param as the first input; it may be endless
   * @param bs the second input; it may be endless
   * @param fn the function
   * @return each pair with its outcome, in input order; closing the stream stops what still runs
   * @throws NotSendableException if the function cannot be moved to a worker
   * @throws RejectedExecutionException if the pool is closed
   * @throws IllegalArgumentException if the items are a single {@code Path}
   */
  public <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
      Stream<Done<Pair<A, B>, R>> outcomes(
          Iterable<? extends A> as,
          Iterable<? extends B> bs,
          BiFn<? super A, ? super B, ? extends R> fn) {
    return dones(Body.BI_FN, fn, zipped(as, bs), true);
  }

  /**
   * The same as {@link #forEach(Iterable, ItemAction)} over two inputs side by side; the shorter
   * one ends it.
   *
   * @param <A> the type of the first items
   * @param <B> the type of the second items
   * @param as the first input
   * @param bs the second input
   * @param action what to do with one item of each
   * @throws TaskFailedException if an item fails; it names the item and has the failure as its
   *     cause
   * @throws TaskTimeoutException if the deadline comes, and no item has failed, but the input has
   *     not ended
   * @throws NotSendableException if a function cannot be moved to a worker
   * @throws RejectedExecutionException if the pool is closed
   * @throws IllegalArgumentException if the items are a single {@code Path}
   * @throws java.util.concurrent.CancellationException if the calling thread is interrupted, whose
   *     flag stays set, or the pool is stopped
   */
  public <A extends @Nullable Object, B extends @Nullable Object> void forEach(
      Iterable<? extends A> as, Iterable<? extends B> bs, BiAction<? super A, ? super B> action) {
    Objects.requireNonNull(action, "action");
    runAll(Body.BI_ACTION, action, zipped(as, bs));
  }

  /**
   * {@return what applies a function to the elements of a stream, on the workers} Results come in
   * the order of the elements. It reads on while a window of elements is on its way, and passes on
   * what is ready whenever an element comes; so with a parallel stream, too, the elements of one
   * call are given to the pool one after the other.
   *
   * {@snippet class=dev.tutti.BulkSnippets region=mapping lang=java}
   *
   * <p>Where an element fails, the stream throws {@link TaskFailedException} after the results
   * before it, and what else runs is stopped; the same when what follows in the stream throws or
   * wants no more. Where a part of the stream in front of it throws, nobody tells it: what is on
   * its way then, at most a window, ends by itself or is stopped by the garbage collector. The
   * gatherer can be used again, also by several streams at once.
   *
   * @param <A> the type of the elements
   * @param <R> the type of the results
   * @param fn the function
   */
  public <A extends @Nullable Object, R extends @Nullable Object> Gatherer<A, ?, R> mapping(
      Fn<? super A, ? extends R> fn) {
    Objects.requireNonNull(fn, "fn");
    return Mapping.gatherer(() -> engine().bulk().push(fn, plan, pool));
  }

  private List<@Nullable Object> reduceFrom(
      List<? extends @Nullable Object> start,
      @Nullable Fn<?, ?> fn,
      BiFn<?, ?, ?> combiner,
      Iterable<?> items) {
    Objects.requireNonNull(combiner, "combiner");
    try {
      return engine().bulk().reduce(fn, combiner, Items.inputOf(items), start, plan);
    } finally {
      Reference.reachabilityFence(pool); // a pool that is dropped is closed
    }
  }

  private static Iterable<?> zipped(Iterable<?> as, Iterable<?> bs) {
    return Items.inputOf(Items.zip(as, bs));
  }

  private List<@Nullable Object> runAll(Body body, Object function, Iterable<?> items) {
    try {
      return engine().bulk().runAll(body, function, items, plan);
    } finally {
      Reference.reachabilityFence(pool); // a pool that is dropped is closed
    }
  }

  @SuppressWarnings("unchecked") // the function makes an R of each item
  private <R extends @Nullable Object> Stream<R> values(
      Body body, Object fn, Iterable<?> input, boolean inOrder) {
    Objects.requireNonNull(fn, "fn");
    return streamOf(engine().bulk().iterate(body, fn, input, plan, inOrder, true, pool))
        .map(done -> ((Success<R>) done.outcome()).value());
  }

  @SuppressWarnings("unchecked") // the items are As, and the function makes Rs of them
  private <A extends @Nullable Object, R extends @Nullable Object> Stream<Done<A, R>> dones(
      Body body, Object fn, Iterable<?> input, boolean inOrder) {
    Objects.requireNonNull(fn, "fn");
    return streamOf(engine().bulk().iterate(body, fn, input, plan, inOrder, false, pool))
        .map(done -> (Done<A, R>) done);
  }

  private static Stream<Done<?, ?>> streamOf(ResultIterator results) {
    return StreamSupport.stream(
            Spliterators.<Done<?, ?>>spliteratorUnknownSize(results, Spliterator.ORDERED), false)
        .onClose(results::close);
  }

  private Engine engine() {
    return pool.engine(plan.options());
  }
}
