package dev.tutti;

import dev.tutti.task.BiFn;
import dev.tutti.task.Done;
import dev.tutti.task.Fn;
import dev.tutti.task.ItemAction;
import dev.tutti.task.TaskFailedException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Gatherer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Bulk calls: one function over many items.
 *
 * {@snippet class=dev.tutti.ChoiceSnippets region=map lang=java}
 *
 * <p>The calls here are those of {@link Bulk} on {@link Pool#auto}: measuring the first items says
 * whether the others run in the caller, on threads or on virtual threads. So the function must be
 * safe for several threads; nobody can find out whether it is. {@link #on} names a pool and opens
 * the way to options, {@link #isolated} puts a wall around each item.
 *
 * {@snippet class=dev.tutti.PoolSnippets region=parallel lang=java}
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread, also from a task.
 *
 * <p><b>Memory consistency and failure.</b> As {@link Bulk} says it. The input is read by one
 * thread at a time, which may be one of the call's own, so it must not be changed while the call
 * runs. A function that leaves the interrupt flag of its thread set, as by {@code catch
 * (InterruptedException e) { Thread.currentThread().interrupt(); }}, may set the caller's; nobody
 * can tell that from an interrupt of the caller, so the call ends with a {@code
 * CancellationException}. Let it throw the {@code InterruptedException}: a function may.
 *
 * @since 0.1
 */
public final class Parallel {
  private Parallel() {}

  private static Bulk auto() {
    return on(Pool.auto());
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
   * @throws IllegalArgumentException if the items are a single {@code Path}
   * @throws java.util.concurrent.CancellationException if the calling thread is interrupted, whose
   *     flag stays set
   */
  public static <A extends @Nullable Object, R extends @Nullable Object> List<R> map(
      Iterable<? extends A> items, Fn<? super A, ? extends R> fn) {
    return auto().map(items, fn);
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
   * @return the results in input order, in a list that the caller owns
   * @throws TaskFailedException if an item fails; it names the item and has the failure as its
   *     cause
   * @throws IllegalArgumentException if the items are a single {@code Path}
   * @throws java.util.concurrent.CancellationException if the calling thread is interrupted, whose
   *     flag stays set
   */
  public static <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
      List<R> map(
          Iterable<? extends A> as,
          Iterable<? extends B> bs,
          BiFn<? super A, ? super B, ? extends R> fn) {
    return auto().map(as, bs, fn);
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
   * @throws IllegalArgumentException if the items are a single {@code Path}
   */
  public static <A extends @Nullable Object, R extends @Nullable Object> Stream<R> stream(
      Iterable<? extends A> items, Fn<? super A, ? extends R> fn) {
    return auto().stream(items, fn);
  }

  /**
   * Applies a function to all items; each result comes as soon as it is there.
   *
   * @param <A> the type of the items
   * @param <R> the type of the results
   * @param items the input; it may be endless
   * @param fn the function
   * @return the results in the order in which items end; closing the stream stops what still runs
   * @throws IllegalArgumentException if the items are a single {@code Path}
   */
  public static <A extends @Nullable Object, R extends @Nullable Object> Stream<R> unordered(
      Iterable<? extends A> items, Fn<? super A, ? extends R> fn) {
    return auto().unordered(items, fn);
  }

  /**
   * Applies a function to all items and tells how each one ended, failed ones too.
   *
   * @param <A> the type of the items
   * @param <R> the type of the results
   * @param items the input; it may be endless
   * @param fn the function
   * @return each item with its outcome, in input order; closing the stream stops what still runs
   * @throws IllegalArgumentException if the items are a single {@code Path}
   */
  public static <A extends @Nullable Object, R extends @Nullable Object>
      Stream<Done<A, R>> outcomes(Iterable<? extends A> items, Fn<? super A, ? extends R> fn) {
    return auto().outcomes(items, fn);
  }

  /**
   * Does something for each item and waits for all. The first item that fails stops the others.
   *
   * @param <A> the type of the items
   * @param items the input
   * @param action what to do with one item
   * @throws TaskFailedException if an item fails; it names the item and has the failure as its
   *     cause
   * @throws IllegalArgumentException if the items are a single {@code Path}
   * @throws java.util.concurrent.CancellationException if the calling thread is interrupted, whose
   *     flag stays set
   */
  public static <A extends @Nullable Object> void forEach(
      Iterable<? extends A> items, ItemAction<? super A> action) {
    auto().forEach(items, action);
  }

  /**
   * Applies a function to all items and combines the values to one, as {@link Bulk#reduce(Iterable,
   * Object, Fn, BiFn)} does it.
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
   * @throws IllegalArgumentException if the items are a single {@code Path}
   * @throws java.util.concurrent.CancellationException if the calling thread is interrupted, whose
   *     flag stays set
   */
  public static <A extends @Nullable Object, R extends @Nullable Object> R reduce(
      Iterable<? extends A> items,
      R identity,
      Fn<? super A, ? extends R> fn,
      BiFn<? super R, ? super R, ? extends R> combiner) {
    return auto().reduce(items, identity, fn, combiner);
  }

  /**
   * Combines all items to one, as {@link Bulk#reduce(Iterable, Object, BiFn)} does it.
   *
   * @param <A> the type of the items
   * @param items the input; it must end
   * @param identity the value to begin with, and the result where there is no item
   * @param combiner makes one value of two neighbours
   * @return all items combined
   * @throws TaskFailedException if an item fails; it names the item and has the failure as its
   *     cause
   * @throws IllegalArgumentException if the items are a single {@code Path}
   * @throws java.util.concurrent.CancellationException if the calling thread is interrupted, whose
   *     flag stays set
   */
  public static <A extends @Nullable Object> A reduce(
      Iterable<? extends A> items, A identity, BiFn<? super A, ? super A, ? extends A> combiner) {
    return auto().reduce(items, identity, combiner);
  }

  /**
   * Combines all items to one, as {@link Bulk#reduce(Iterable, BiFn)} does it.
   *
   * @param <A> the type of the items
   * @param items the input; it must end
   * @param combiner makes one value of two neighbours
   * @return all items combined; empty if there is none
   * @throws TaskFailedException if an item fails; it names the item and has the failure as its
   *     cause
   * @throws IllegalArgumentException if the items are a single {@code Path}
   * @throws java.util.concurrent.CancellationException if the calling thread is interrupted, whose
   *     flag stays set
   */
  public static <A> Optional<A> reduce(
      Iterable<? extends A> items, BiFn<? super A, ? super A, ? extends A> combiner) {
    return auto().reduce(items, combiner);
  }

  /**
   * {@return what applies a function to the elements of a stream} See {@link Bulk#mapping}. The
   * thread that takes elements through it runs some of them.
   *
   * @param <A> the type of the elements
   * @param <R> the type of the results
   * @param fn the function
   */
  public static <A extends @Nullable Object, R extends @Nullable Object> Gatherer<A, ?, R> mapping(
      Fn<? super A, ? extends R> fn) {
    return auto().mapping(fn);
  }

  /**
   * {@return bulk calls on a pool, with default options}
   *
   * @param pool whose workers run the items; it stays open
   */
  public static Bulk on(Pool pool) {
    return Bulk.on((EnginePool) Objects.requireNonNull(pool, "pool"));
  }

  /**
   * {@return bulk calls with a wall around each item: on the {@linkplain Pool#shared worker JVMs
   * that all of this JVM share}, with default options} Not one item runs in this JVM, and a
   * time-out or a cancel ends what an item does, whatever it is.
   *
   * {@snippet class=dev.tutti.process.ProcessSnippets region=isolated lang=java}
   *
   * @throws IllegalArgumentException if the module {@code dev.tutti.process} is not there
   */
  public static Bulk isolated() {
    return on(Pool.shared());
  }
}
