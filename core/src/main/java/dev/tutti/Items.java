package dev.tutti;

import dev.tutti.engine.OwnedInput;
import dev.tutti.engine.Range;
import dev.tutti.task.Pair;
import java.nio.file.Path;
import java.util.AbstractCollection;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The input of a bulk call where that is no {@link Iterable}: a stream, an iterator, an array,
 * numbers, or two inputs side by side.
 *
 * {@snippet class=dev.tutti.BulkSnippets region=items lang=java}
 *
 * <p><b>Lifetime.</b> Nothing is read before a call reads it, and no more than the call's window
 * ahead; streams and iterators may be endless. A stream is closed by the call that it is given to:
 * when it has been read to its end, when it has failed, when the call has failed or was refused,
 * and soon after somebody has closed the call's own stream of results. What closing it throws is
 * thrown by the call if that has not failed. An input of a stream or an iterator is good for one
 * call, any other for many.
 *
 * <p><b>Thread safety.</b> As that of what is inside. A call reads and closes its input on one
 * thread at a time: the caller's, or one of its own (see {@link Bulk}).
 *
 * <p><b>Failure.</b> What the input throws ends the call with that very exception, after the
 * results of the items before it.
 *
 * @param <A> the type of the items
 * @since 0.1
 */
public final class Items<A extends @Nullable Object> implements Iterable<A> {
  private final Iterable<? extends A> elements;
  private final @Nullable Runnable close;

  private Items(Iterable<? extends A> elements, @Nullable Runnable close) {
    this.elements = elements;
    this.close = close;
  }

  /**
   * {@return the elements of a stream, for one call, which closes it} A parallel stream is read one
   * element at a time; the pool is what makes the call parallel.
   *
   * @param <A> the type of the items
   * @param stream the stream; it may be endless
   */
  public static <A extends @Nullable Object> Items<A> of(Stream<? extends A> stream) {
    Objects.requireNonNull(stream, "stream");
    return new Items<>(once(stream::iterator), stream::close);
  }

  /**
   * {@return what is left of an iterator, for one call}
   *
   * @param <A> the type of the items
   * @param iterator the iterator; it may be endless
   */
  public static <A extends @Nullable Object> Items<A> of(Iterator<? extends A> iterator) {
    Objects.requireNonNull(iterator, "iterator");
    return new Items<>(once(() -> iterator), null);
  }

  /**
   * {@return the elements of an array} The array is not copied and must not be changed while a call
   * reads it.
   *
   * @param <A> the type of the items
   * @param array the array
   */
  public static <A extends @Nullable Object> Items<A> of(A[] array) {
    return new Items<>(Arrays.asList(Objects.requireNonNull(array, "array")), null);
  }

  /**
   * {@return the numbers from one to another, which is not one of them; none if it is not larger}
   *
   * @param from the first number
   * @param to the one behind the last
   */
  public static Items<Integer> range(int from, int to) {
    return ofRange(new Range(from, to, true));
  }

  /**
   * {@return the numbers from one to another, which is not one of them; none if it is not larger}
   *
   * @param from the first number
   * @param to the one behind the last
   * @throws IllegalArgumentException if these are more than {@code Long.MAX_VALUE} numbers
   */
  public static Items<Long> range(long from, long to) {
    return ofRange(new Range(from, to, false));
  }

  @SuppressWarnings("unchecked") // a range has the numbers that it was made for
  private static <A> Items<A> ofRange(Range range) {
    return new Items<>((Iterable<A>) (Iterable<?>) range, null);
  }

  /**
   * {@return two inputs side by side: each item has an element of both} The shorter one ends it; of
   * the first, one element more may have been read then, which is in no item. Inputs that are
   * streams are closed, both of them.
   *
   * @param <A> the type of the first elements
   * @param <B> the type of the second elements
   * @param as the first input
   * @param bs the second input
   * @throws IllegalArgumentException if one of them is a single {@code Path}
   */
  public static <A extends @Nullable Object, B extends @Nullable Object> Items<Pair<A, B>> zip(
      Iterable<? extends A> as, Iterable<? extends B> bs) {
    Iterable<? extends A> first = elementsOf(as, "as");
    Iterable<? extends B> second = elementsOf(bs, "bs");
    Iterable<Pair<A, B>> pairs =
        first instanceof Collection<? extends A> a && second instanceof Collection<? extends B> b
            ? new Zipped<>(a, b)
            : () -> pairs(first.iterator(), second.iterator());
    return new Items<>(pairs, both(closeOf(as), closeOf(bs)));
  }

  /** {@return the items; a second time only where there is neither a stream nor an iterator} */
  @Override
  @SuppressWarnings("unchecked") // elements are only taken out
  public Iterator<A> iterator() {
    return (Iterator<A>) elements.iterator();
  }

  /** Reads an input to its end, and closes it as a call does. */
  static <A extends @Nullable Object> void forEach(
      Iterable<? extends A> items, Consumer<? super A> action) {
    Runnable close = Objects.requireNonNullElse(closeOf(items), () -> {});
    try (LastAction _ = close::run) {
      items.forEach(action);
    }
  }

  /** {@return what a call is to read, from what its user has given it} */
  static Iterable<?> inputOf(Iterable<?> items) {
    Iterable<?> elements = elementsOf(items, "items");
    Runnable close = closeOf(items);
    return close == null ? elements : new OwnedInput(elements, close);
  }

  private static <A extends @Nullable Object> Iterable<? extends A> elementsOf(
      Iterable<? extends A> items, String name) {
    Objects.requireNonNull(items, name);
    if (items instanceof Path path) {
      throw new IllegalArgumentException(
          "%s must not be a single Path, whose elements are its names: %s=%s; use List.of(path),"
                  .formatted(name, name, path)
              + " or list the folder");
    }
    return items instanceof Items<? extends A> wrapped ? wrapped.elements : items;
  }

  private static @Nullable Runnable closeOf(Iterable<?> items) {
    return items instanceof Items<?> wrapped ? wrapped.close : null;
  }

  private static @Nullable Runnable both(@Nullable Runnable first, @Nullable Runnable second) {
    if (first == null || second == null) {
      return first == null ? second : first;
    }
    return () -> {
      try (LastAction _ = second::run) {
        first.run();
      }
    };
  }

  /** A block ends with it whatever the block throws. */
  private interface LastAction extends AutoCloseable {
    @Override
    void close();
  }

  private static <A extends @Nullable Object> Iterable<A> once(Supplier<Iterator<A>> elements) {
    AtomicBoolean used = new AtomicBoolean();
    return () -> {
      if (used.getAndSet(true)) {
        throw new IllegalStateException(
            "a stream or an iterator is the input of one call; make a new one, or collect its"
                + " elements into a list");
      }
      return elements.get();
    };
  }

  private static <A extends @Nullable Object, B extends @Nullable Object>
      Iterator<Pair<A, B>> pairs(Iterator<? extends A> as, Iterator<? extends B> bs) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return as.hasNext() && bs.hasNext();
      }

      @Override
      public Pair<A, B> next() {
        return new Pair<>(as.next(), bs.next());
      }
    };
  }

  /** Two collections side by side; reading them makes nobody wait. */
  private static final class Zipped<A extends @Nullable Object, B extends @Nullable Object>
      extends AbstractCollection<Pair<A, B>> {
    private final Collection<? extends A> as;
    private final Collection<? extends B> bs;

    Zipped(Collection<? extends A> as, Collection<? extends B> bs) {
      this.as = as;
      this.bs = bs;
    }

    @Override
    public int size() {
      return Math.min(as.size(), bs.size());
    }

    @Override
    public Iterator<Pair<A, B>> iterator() {
      return pairs(as.iterator(), bs.iterator());
    }
  }

  @Override
  public String toString() {
    return elements instanceof Range ? elements.toString() : "items";
  }
}
