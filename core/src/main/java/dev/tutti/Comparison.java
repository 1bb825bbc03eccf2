package dev.tutti;

import dev.tutti.plan.Batching;
import dev.tutti.task.Fn;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A measurement: the same function over the same items, run normally and in parallel.
 *
 * {@snippet class=dev.tutti.ComparisonSnippets region=comparison lang=java}
 *
 * <p>A run is timed from the call to the moment when the last result has been taken. Before that
 * the pool's workers are {@linkplain Pool#warm started}, so their start is not in the time. Without
 * {@link #chunks} each pool is measured with {@linkplain Batching#adaptive adaptive} batches.
 *
 * <p><b>Lifetime.</b> Immutable and reusable: each method returns a comparison with one thing more,
 * and {@link #run} may be called again. The pools stay open; whoever opened them closes them.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread. Runs at the same time disturb
 * each other's figures.
 *
 * <p><b>Memory consistency.</b> As {@link Pool} says it for each item.
 *
 * <p><b>Failure.</b> An item that fails is counted, and its time with it; the others go on. A
 * caller that is interrupted keeps its flag and gets a {@link
 * java.util.concurrent.CancellationException}.
 *
 * @param <A> the type of the items
 * @param <R> the type of the results
 * @since 0.1
 */
public final class Comparison<A extends @Nullable Object, R extends @Nullable Object> {
  private final List<A> items;
  private final Fn<? super A, ? extends R> fn;
  private final Plan plan;

  private Comparison(List<A> items, Fn<? super A, ? extends R> fn, Plan plan) {
    this.items = items;
    this.fn = fn;
    this.plan = plan;
  }

  /** Where and how the function is run. */
  record Plan(
      boolean normally,
      List<Pool> pools,
      List<Batching> chunks,
      int warmUp,
      ComparisonWatcher watcher) {
    static final Plan NOTHING =
        new Plan(false, List.of(), List.of(), 0, new ComparisonWatcher() {});
  }

  /**
   * Begins a comparison; it says what is run, and the other methods say where.
   *
   * @param <A> the type of the items
   * @param <R> the type of the results
   * @param items the input, which is read here and kept
   * @param fn the function; it is applied to each item once in each run
   * @return a comparison without any run yet
   * @throws IllegalArgumentException if the items are a single {@code Path}
   */
  public static <A extends @Nullable Object, R extends @Nullable Object> Comparison<A, R> of(
      Iterable<? extends A> items, Fn<? super A, ? extends R> fn) {
    Objects.requireNonNull(items, "items");
    Objects.requireNonNull(fn, "fn");
    if (items instanceof Path path) {
      throw new IllegalArgumentException(
          "items must not be a single Path, whose elements are its names: items=" + path);
    }
    List<A> copy = new ArrayList<>();
    Items.forEach(items, copy::add);
    return new Comparison<>(Collections.unmodifiableList(copy), fn, Plan.NOTHING);
  }

  /**
   * {@return this comparison with a run in a plain loop on the calling thread} It is what the
   * others are measured by.
   */
  public Comparison<A, R> normally() {
    return with(new Plan(true, plan.pools, plan.chunks, plan.warmUp, plan.watcher));
  }

  /**
   * {@return this comparison with runs on pools}
   *
   * @param more pools, beside those named before; they stay open
   */
  public Comparison<A, R> on(Pool... more) {
    List<Pool> pools = joined(plan.pools, List.of(more));
    return with(new Plan(plan.normally, pools, plan.chunks, plan.warmUp, plan.watcher));
  }

  /**
   * {@return this comparison with a run on each pool for each chunk size}
   *
   * @param sizes how many items go to a worker together, each at least 1; beside those named before
   * @throws IllegalArgumentException if a size is less than 1
   */
  public Comparison<A, R> chunks(int... sizes) {
    return chunks(Arrays.stream(sizes).mapToObj(Batching::fixed).toArray(Batching[]::new));
  }

  /**
   * {@return this comparison with a run on each pool for each rule of batching}
   *
   * @param more rules, beside those named before
   */
  public Comparison<A, R> chunks(Batching... more) {
    List<Batching> chunks = joined(plan.chunks, List.of(more));
    return with(new Plan(plan.normally, plan.pools, chunks, plan.warmUp, plan.watcher));
  }

  /**
   * {@return this comparison with an unmeasured run of some items before, in the loop and on each
   * pool} Without it the first run pays for loading and compiling the function, and the others look
   * quicker than they are.
   *
   * @param n how many of the first items, all of them again and again if there are fewer; 0, the
   *     default, for none
   * @throws IllegalArgumentException if it is negative
   */
  public Comparison<A, R> warmUp(int n) {
    if (n < 0) {
      throw new IllegalArgumentException("warm-up must be >= 0 items: warmUp=" + n);
    }
    return with(new Plan(plan.normally, plan.pools, plan.chunks, n, plan.watcher));
  }

  /**
   * {@return this comparison with somebody who is told of each run and item} The time that this
   * takes counts.
   *
   * @param who is told, on the thread that calls {@link #run}
   */
  public Comparison<A, R> watchedBy(ComparisonWatcher who) {
    Objects.requireNonNull(who, "who");
    return with(new Plan(plan.normally, plan.pools, plan.chunks, plan.warmUp, who));
  }

  private Comparison<A, R> with(Plan other) {
    return new Comparison<>(items, fn, other);
  }

  private static <T> List<T> joined(List<T> first, List<T> more) {
    return Stream.concat(first.stream(), more.stream()).toList();
  }

  /**
   * Makes all the runs, one after another, and waits for them.
   *
   * @return a row for each run, the normal one first, then pool by pool and chunk size by chunk
   *     size
   * @throws dev.tutti.task.NotSendableException if the function cannot be moved to a worker
   * @throws java.util.concurrent.RejectedExecutionException if a pool is closed
   * @throws IllegalStateException if a worker cannot be started
   * @throws java.util.concurrent.CancellationException if the calling thread is interrupted, whose
   *     flag stays set, or a pool is stopped
   */
  public ComparisonResult run() {
    return new ComparisonRuns<>(items, fn, plan).all();
  }
}
