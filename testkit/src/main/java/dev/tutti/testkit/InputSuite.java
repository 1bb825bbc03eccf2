package dev.tutti.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.tutti.Bulk;
import dev.tutti.Items;
import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.event.ProgressState;
import dev.tutti.plan.FailurePolicy;
import dev.tutti.task.Action;
import dev.tutti.task.Done;
import dev.tutti.task.Fn;
import dev.tutti.task.NotSendableException;
import dev.tutti.task.Pair;
import dev.tutti.task.TaskFailedException;
import dev.tutti.testkit.SayWhen.SayWhenError;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a bulk call takes as its input, and what it does with it; two inputs at once. */
interface InputSuite extends Subject {

  private static int twice(int n) {
    return 2 * n;
  }

  private static List<Integer> numbers(int n) {
    return IntStream.range(0, n).boxed().toList();
  }

  private static Stream<Integer> endless() {
    return Stream.iterate(0, n -> n + 1);
  }

  /** An input that breaks its contract is no empty one. */
  @Test
  @SuppressWarnings("NullAway") // that is what is looked at
  default void anyCall_inputWithoutIterator_isRefused() {
    Iterable<Integer> none = () -> null;
    try (Pool pool = open(2)) {
      Bulk bulk = Parallel.on(pool);
      for (Action call :
          List.<Action>of(
              () -> bulk.map(none, InputSuite::twice),
              () -> bulk.reduce(none, 0, Integer::sum),
              () -> bulk.stream(none, InputSuite::twice).forEach(_ -> {}))) {
        assertThatNullPointerException()
            .isThrownBy(call::act)
            .withMessageContaining("iterator() returned null");
      }
    }
  }

  /** Each kind of input, in each way of asking. */
  @Test
  default void anyCall_anyInput_likeALoop(@TempDir Path folder) {
    Integer[] array = {0, 1, 2, 3, 4};
    List<Supplier<Iterable<Integer>>> inputs =
        List.of(
            () -> numbers(5),
            () -> Items.of(numbers(5).stream()),
            () -> Items.of(numbers(5).stream().parallel()),
            () -> Items.of(numbers(5).iterator()),
            () -> Items.of(array),
            () -> Items.range(0, 5));
    List<Integer> expected = List.of(0, 2, 4, 6, 8);
    Fn<Integer, Integer> fn = InputSuite::twice;
    try (Pool pool = open(2)) {
      Bulk bulk = Parallel.on(pool);
      int folders = 0;
      for (Supplier<Iterable<Integer>> input : inputs) {
        assertThat(bulk.map(input.get(), fn)).isEqualTo(expected);
        assertThat(bulk.mapAsync(input.get(), fn).join()).isEqualTo(expected);
        assertThat(bulk.stream(input.get(), fn)).containsExactlyElementsOf(expected);
        assertThat(bulk.unordered(input.get(), fn)).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(bulk.outcomes(input.get(), fn).map(Done::item)).containsExactly(array);
        assertThat(bulk.unorderedOutcomes(input.get(), fn).map(Done::item))
            .containsExactlyInAnyOrder(array);
        assertThat(bulk.reduce(input.get(), 0, fn, Integer::sum)).isEqualTo(20);
        Path own = folder.resolve("" + folders++);
        bulk.forEach(input.get(), n -> Files.createDirectories(own.resolve("" + n)));
        assertThat(own.resolve("4")).exists();
      }
      assertThat(pool.map(Items.range(5L, 8L), n -> n + 1)).containsExactly(6L, 7L, 8L);
      assertThat(pool.map(Items.range(3, 3), fn)).isEmpty();
      assertThat(pool.map(Items.range(3, -3), fn)).isEmpty();
    }
  }

  /** Streams and iterators may be endless, ranges nearly so; no more is read than the window. */
  @Test
  default void stream_endlessInputs_resultsCome() {
    AtomicInteger taken = new AtomicInteger();
    try (Pool pool = open(2)) {
      Bulk small = Parallel.on(pool).window(4);
      try (Stream<Integer> a = small.stream(Items.of(endless()), InputSuite::twice);
          Stream<Integer> b =
              small.stream(Items.of(Stream.generate(taken::getAndIncrement).iterator()), n -> n);
          Stream<Long> c = small.stream(Items.range(0L, Long.MAX_VALUE), n -> n)) {
        assertThat(a.limit(3)).containsExactly(0, 2, 4);
        assertThat(b.limit(3)).containsExactly(0, 1, 2);
        assertThat(c.limit(3)).containsExactly(0L, 1L, 2L);
      }
      assertThat(taken.get()).isBetween(3, 3 + 4);
    }
  }

  /** A stream is closed once by the call that reads it, however that ends. */
  @Test
  default void anyCall_streamAsInput_isClosedOnce() throws InterruptedException {
    Fn<Integer, Integer> bad = Faults.at(2, Faults.throwsChecked("bad"));
    try (Pool pool = open(2)) {
      Bulk bulk = Parallel.on(pool).window(4);
      checkClosed(10, items -> assertThat(bulk.map(items, InputSuite::twice)).hasSize(10));
      checkClosed(10, items -> bulk.forEach(items, n -> twice(n)));
      checkClosed(10, items -> assertThat(bulk.reduce(items, 0, Integer::sum)).isEqualTo(45));
      checkClosed(10, items -> assertThat(bulk.mapAsync(items, n -> n).join()).hasSize(10));
      checkClosed(10, items -> assertThat(bulk.stream(items, n -> n)).hasSize(10));
      checkClosed(10, items -> assertThat(bulk.map(items, items(5), Integer::sum)).hasSize(5));
      checkClosed(10, items -> assertThat(bulk.map(items(3), items, Integer::sum)).hasSize(3));
      checkClosed(10, items -> fails(() -> bulk.map(items, bad)));
      checkClosed(10, items -> fails(() -> bulk.reduce(items, 0, bad, Integer::sum)));
      checkClosed(10, items -> fails(() -> bulk.stream(items, bad).forEach(_ -> {})));
      checkClosed(
          10,
          items -> {
            try (Stream<Integer> results = bulk.stream(items, n -> n)) {
              assertThat(results.iterator().next()).isZero();
            }
          });
      checkClosed(
          10,
          items -> {
            Object lock = new Object();
            if (isolated()) {
              assertThatExceptionOfType(NotSendableException.class)
                  .isThrownBy(() -> bulk.stream(items, _ -> lock.hashCode()));
            } else {
              assertThat(bulk.stream(items, _ -> lock.hashCode())).hasSize(10);
            }
          });
      pool.shutdown();
      checkClosed(
          10,
          items ->
              assertThatExceptionOfType(RejectedExecutionException.class)
                  .isThrownBy(() -> bulk.map(items, n -> n)));
    }
  }

  private static Items<Integer> items(int n) {
    return Items.range(0, n);
  }

  private static void fails(Runnable call) {
    assertThatExceptionOfType(TaskFailedException.class)
        .isThrownBy(call::run)
        .satisfies(e -> assertThat(e.index()).isEqualTo(2));
  }

  private static void checkClosed(int n, Consumer<Items<Integer>> call)
      throws InterruptedException {
    AtomicInteger closed = new AtomicInteger();
    call.accept(Items.of(numbers(n).stream().onClose(closed::incrementAndGet)));
    Await.until(() -> "closed " + closed, () -> closed.get() == 1);
  }

  /** What closing throws is thrown where nothing else is. */
  @Test
  default void map_inputCannotBeClosed_itsExceptionComes() {
    try (Pool pool = open(2)) {
      Supplier<Items<Integer>> input =
          () ->
              Items.of(
                  Stream.of(1, 2)
                      .onClose(() -> {
                        throw new IllegalStateException("close");
                      }));
      assertThatIllegalStateException()
          .isThrownBy(() -> pool.map(input.get(), InputSuite::twice))
          .withMessage("close");
      assertThatExceptionOfType(TaskFailedException.class)
          .isThrownBy(() -> pool.map(input.get(), Faults.at(1, Faults.throwsChecked("bad"))));
      List<Integer> got = new ArrayList<>();
      assertThatIllegalStateException()
          .isThrownBy(() -> pool.stream(input.get(), InputSuite::twice).forEach(got::add))
          .withMessage("close");
      assertThat(got).containsExactly(2, 4);
    }
  }

  /** A stream or an iterator is the input of one call. */
  @Test
  default void map_streamOrIteratorAgain_isRefused() {
    try (Pool pool = open(2)) {
      for (Items<Integer> once : List.of(Items.of(Stream.of(1)), Items.of(List.of(1).iterator()))) {
        assertThat(pool.map(once, InputSuite::twice)).containsExactly(2);
        assertThatIllegalStateException()
            .isThrownBy(() -> pool.map(once, InputSuite::twice))
            .withMessageContaining("one call");
      }
      Items<Integer> range = Items.range(0, 2);
      assertThat(pool.map(range, InputSuite::twice)).isEqualTo(pool.map(range, n -> n + n));
    }
  }

  /** What a stream throws comes as it is, after the results of the items before it. */
  @Test
  default void stream_streamAsInputThrows_itsExceptionComesAfterTheResults() {
    try (Pool pool = open(2)) {
      for (int when : List.of(0, 3)) {
        List<Integer> got = new ArrayList<>();
        Items<Integer> input =
            Items.of(
                endless()
                    .map(n -> {
                      if (n == when) {
                        throw new SayWhenError();
                      }
                      return n;
                    }));
        assertThatExceptionOfType(SayWhenError.class)
            .isThrownBy(() -> pool.stream(input, InputSuite::twice).forEach(got::add))
            .withNoCause();
        assertThat(got).isEqualTo(numbers(when).stream().map(InputSuite::twice).toList());
      }
    }
  }

  /** The total is known of what has a size. */
  @Test
  default void progress_rangeAndArray_totalIsKnown() {
    try (Pool pool = open(2)) {
      for (Items<Integer> input :
          List.of(Items.range(0, 7), Items.of(new Integer[] {1, 2, 3, 4, 5, 6, 7}))) {
        ConcurrentLinkedQueue<ProgressState> states = new ConcurrentLinkedQueue<>();
        assertThat(Parallel.on(pool).progress(states::add).map(input, n -> n)).hasSize(7);
        assertThat(List.copyOf(states).getLast().total()).hasValue(7);
      }
    }
  }

  /** Two inputs side by side, in each way of asking. */
  @Test
  default void anyCall_twoInputs_likeALoop(@TempDir Path folder) {
    List<Integer> as = List.of(1, 2, 3);
    List<Integer> bs = List.of(10, 20, 30, 40);
    try (Pool pool = open(2)) {
      Bulk bulk = Parallel.on(pool);
      assertThat(bulk.map(as, bs, Integer::sum)).containsExactly(11, 22, 33);
      assertThat(bulk.map(bs, as, (a, b) -> a - b)).containsExactly(9, 18, 27);
      assertThat(bulk.map(as, List.<Integer>of(), Integer::sum)).isEmpty();
      assertThat(bulk.stream(as, bs, Integer::sum)).containsExactly(11, 22, 33);
      assertThat(bulk.unordered(as, bs, Integer::sum)).containsExactlyInAnyOrder(11, 22, 33);
      assertThat(bulk.outcomes(as, bs, Integer::sum).map(Done::item))
          .containsExactly(new Pair<>(1, 10), new Pair<>(2, 20), new Pair<>(3, 30));
      bulk.forEach(as, bs, (a, b) -> Files.createFile(folder.resolve(a + "-" + b)));
      assertThat(folder.resolve("3-30")).exists();
      assertThat(bulk.map(Items.range(0, 3_000), Items.range(0, 5_000), Integer::sum))
          .isEqualTo(numbers(3_000).stream().map(InputSuite::twice).toList());
    }
  }

  /** Two endless inputs; the shorter of two ends the call. */
  @Test
  default void stream_twoEndlessInputs_resultsCome() {
    try (Pool pool = open(2);
        Stream<Integer> sums =
            Parallel.on(pool).window(2).stream(
                Items.of(endless()), Items.of(endless()), Integer::sum);
        Stream<Integer> ends =
            Parallel.on(pool).stream(Items.of(endless()), List.of(1, 2), Integer::sum)) {
      assertThat(sums.limit(3)).containsExactly(0, 2, 4);
      assertThat(ends).containsExactly(1, 3);
    }
  }

  /** A pair that fails is named, with both of its elements. */
  @Test
  default void map_twoInputsOneFails_pairIsNamed() {
    try (Pool pool = open(2)) {
      assertThatExceptionOfType(TaskFailedException.class)
          .isThrownBy(() ->
              Parallel.on(pool)
                  .onFailure(FailurePolicy.finishAll())
                  .map(List.of(5, 6), List.of(1, 0), (a, b) -> a / b))
          .withMessageContaining("item=(6, 0)")
          .withCauseInstanceOf(ArithmeticException.class)
          .satisfies(e -> assertThat(e.index()).isEqualTo(1));
    }
  }

  /** Nothing that failed is forgotten where all is told at the end. */
  @Test
  default void map_finishAllItemAndInputFail_bothAreTold() {
    try (Pool pool = open(2)) {
      assertThatExceptionOfType(TaskFailedException.class)
          .isThrownBy(() ->
              Parallel.on(pool)
                  .onFailure(FailurePolicy.finishAll())
                  .map(new SayWhen(10, 3), n -> n == 1 ? 6 / (n - 1) : n))
          .withCauseInstanceOf(ArithmeticException.class)
          .satisfies(e -> assertThat(e.getSuppressed()).hasOnlyElementsOfType(SayWhenError.class));
      assertThatExceptionOfType(TaskFailedException.class)
          .isThrownBy(() ->
              Parallel.on(pool)
                  .onFailure(FailurePolicy.finishAll())
                  .reduce(new SayWhen(10, 3), 0, n -> n == 1 ? 6 / (n - 1) : n, Integer::sum))
          .withCauseInstanceOf(ArithmeticException.class)
          .satisfies(e -> assertThat(e.getSuppressed()).hasOnlyElementsOfType(SayWhenError.class));
    }
  }

  @Test
  default void anyCall_pathAsOneOfTwoInputs_isRefused(@TempDir Path folder) {
    try (Pool pool = open(1)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Parallel.on(pool).map(List.of(1), folder, (a, b) -> a + "" + b))
          .withMessageContaining("List.of(path)");
      assertThatIllegalArgumentException().isThrownBy(() -> Items.range(Long.MIN_VALUE, 5L));
    }
  }

  /** A stream of results that nobody has any more lets its input and its workers go. */
  @Test
  default void stream_dropped_inputIsClosed() throws InterruptedException {
    try (Pool pool = open(2)) {
      AtomicInteger closed = new AtomicInteger();
      AtomicInteger taken = new AtomicInteger();
      Stream<Integer> input =
          Stream.generate(taken::getAndIncrement).onClose(closed::incrementAndGet);
      takeOne(Parallel.on(pool).window(8).stream(Items.of(input), InputSuite::twice));
      Await.until(
          () -> "closed " + closed,
          () -> {
            System.gc();
            return closed.get() == 1;
          });
      assertThat(taken.get()).isLessThanOrEqualTo(1 + 8);
    }
  }

  /** Nothing keeps such a stream: not what its function has captured, not its input. */
  @Test
  default void stream_dropped_nothingKeepsIt() throws InterruptedException {
    try (Pool pool = open(2)) {
      WeakReference<Object> captured = dropStream(pool);
      Await.until(
          "what the function has captured is gone",
          () -> {
            System.gc();
            assertThat(pool.map(numbers(8), InputSuite::twice)).hasSize(8); // workers forget
            return captured.get() == null;
          });
    }
  }

  private static WeakReference<Object> dropStream(Pool pool) {
    int[] big = new int[1_000];
    takeOne(Parallel.on(pool).window(8).stream(Items.of(endless()), n -> n + big[n % 2]));
    return new WeakReference<>(big);
  }

  private static void takeOne(Stream<Integer> results) {
    Iterator<Integer> each = results.iterator();
    assertThat(each.next()).isZero();
  }
}
