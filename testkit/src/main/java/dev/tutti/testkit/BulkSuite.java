package dev.tutti.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tutti.Bulk;
import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.event.ProgressState;
import dev.tutti.plan.Batching;
import dev.tutti.plan.FailurePolicy;
import dev.tutti.task.Done;
import dev.tutti.task.Fn;
import dev.tutti.task.Success;
import dev.tutti.task.TaskFailedException;
import java.io.IOException;
import java.io.Serializable;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many items, all results. */
interface BulkSuite extends Subject {

  /** Two numbers. */
  record Pair(int x, int y) implements Serializable {
    int product() {
      return x * y;
    }

    BigInteger power() {
      return BigInteger.valueOf(x).pow(y);
    }
  }

  private static List<Integer> numbers(int n) {
    return IntStream.range(0, n).boxed().toList();
  }

  private static int square(int n) {
    return n * n;
  }

  /** Several arguments are one item that holds them. */
  @Test
  default void map_pairs_likeALoop() {
    List<Pair> pairs = IntStream.range(0, 10).mapToObj(i -> new Pair(i, 9 - i)).toList();
    List<Pair> squares = IntStream.range(0, 100).mapToObj(i -> new Pair(i, i)).toList();
    try (Pool pool = open(2)) {
      assertThat(pool.map(pairs, Pair::product))
          .containsExactly(0, 8, 14, 18, 20, 20, 18, 14, 8, 0);
      assertThat(Parallel.on(pool).batch(Batching.fixed(20)).map(squares, Pair::product))
          .isEqualTo(squares.stream().map(Pair::product).toList());
    }
  }

  /** The size of batches changes no result. */
  @Test
  default void map_anyBatch_likeALoop() {
    List<Pair> items = IntStream.range(0, 40).mapToObj(i -> new Pair(i, i)).toList();
    List<BigInteger> expected = items.stream().map(Pair::power).toList();
    try (Pool pool = open(2)) {
      for (int batch : List.of(1, 3, 6, 40, 50)) {
        assertThat(Parallel.on(pool).batch(Batching.fixed(batch)).map(items, Pair::power))
            .isEqualTo(expected);
      }
    }
  }

  /** No input, no results, and no wait. */
  @Test
  default void anyCall_emptyInput_hasNoResults() {
    try (Pool pool = open(2)) {
      assertThat(pool.map(List.<Integer>of(), BulkSuite::square)).isEmpty();
      assertThat(pool.stream(List.<Integer>of(), BulkSuite::square)).isEmpty();
      assertThat(pool.unordered(List.<Integer>of(), BulkSuite::square)).isEmpty();
      assertThat(pool.outcomes(List.<Integer>of(), BulkSuite::square)).isEmpty();
      pool.forEach(List.<Integer>of(), n -> square(n));
      Iterator<Integer> exhausted = Collections.emptyIterator();
      assertThat(pool.map(() -> exhausted, BulkSuite::square)).isEmpty();
    }
  }

  /** Results do not depend on the number of workers. */
  @Test
  default void map_anyNumberOfWorkers_likeALoop() {
    for (int workers : List.of(1, 2, 3)) {
      try (Pool pool = open(workers)) {
        assertThat(pool.map(numbers(5), BulkSuite::square)).containsExactly(0, 1, 4, 9, 16);
      }
    }
  }

  /** No order of events loses or doubles an item. */
  @Test
  default void map_manyShapes_likeALoop() {
    int[][] shapes = {
      {517, 2, 2, 0},
      {250, 12, 24, 7},
      {200, 12, 24, 0},
      {100, 1, 1, 1},
      {97, 3, 5, 9},
      {64, 2, 64, 3}
    };
    for (int[] shape : shapes) {
      List<Integer> items = numbers(shape[0]);
      List<Integer> expected = items.stream().map(n -> n + 1).toList();
      try (Pool pool = open(isolated() ? Math.min(3, shape[1]) : shape[1])) {
        Batching batch = shape[3] == 0 ? Batching.adaptive() : Batching.fixed(shape[3]);
        Bulk bulk = Parallel.on(pool).window(shape[2]).batch(batch);
        Fn<Integer, Integer> inc = n -> n + 1;
        assertThat(bulk.map(items, inc)).isEqualTo(expected);
        assertThat(bulk.stream(items, inc)).containsExactlyElementsOf(expected);
        assertThat(bulk.unordered(items, inc)).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(bulk.outcomes(items, inc).map(Done::outcome))
            .containsExactlyElementsOf(expected.stream().map(Success<Integer>::new).toList());
      }
    }
  }

  /** Ten thousand items, in each way of asking, over several windows and batches. */
  @Test
  default void bulk_tenThousandItems_likeALoop() {
    List<Integer> items = numbers(10_000);
    List<Integer> expected = items.stream().map(BulkSuite::square).toList();
    try (Pool pool = open(2)) {
      for (Bulk bulk :
          List.of(
              Parallel.on(pool),
              Parallel.on(pool).window(7).batch(Batching.fixed(3)),
              Parallel.on(pool).window(500).batch(Batching.fixed(100)))) {
        assertThat(bulk.map(items, BulkSuite::square)).isEqualTo(expected);
        assertThat(bulk.stream(items, BulkSuite::square).toList()).isEqualTo(expected);
        assertThat(bulk.unordered(items, BulkSuite::square).sorted().toList()).isEqualTo(expected);
      }
    }
  }

  @Test
  default void bulk_nullItemsAndResults_keepTheirPlaces() {
    List<@Nullable Integer> items = Arrays.asList(null, 1, null);
    Fn<@Nullable Integer, @Nullable String> isNull = n -> n == null ? "none" : null;
    try (Pool pool = open(2)) {
      assertThat(pool.map(items, isNull)).containsExactly("none", null, "none");
      assertThat(pool.map(Arrays.asList("a", null), s -> s)).containsExactly("a", null);
      assertThat(pool.outcomes(items, isNull).map(Done::item)).containsExactly(null, 1, null);
      assertThat(pool.stream(items, isNull)).containsExactly("none", null, "none");
    }
  }

  @Test
  default void forEach_items_eachOnce(@TempDir Path folder) throws Exception {
    try (Pool pool = open(2)) {
      pool.forEach(numbers(50), n -> Files.createFile(folder.resolve("" + n)));
      try (Stream<Path> files = Files.list(folder)) {
        assertThat(files).hasSize(50);
      }
    }
  }

  /** A path is an iterable of its names, and nobody means that. */
  @Test
  default void anyCall_singlePath_isRefused(@TempDir Path folder) {
    try (Pool pool = open(1)) {
      Fn<Path, Path> same = p -> p;
      assertThatIllegalArgumentException().isThrownBy(() -> pool.map(folder, same));
      assertThatIllegalArgumentException().isThrownBy(() -> pool.stream(folder, same));
      assertThatIllegalArgumentException().isThrownBy(() -> pool.unordered(folder, same));
      assertThatIllegalArgumentException().isThrownBy(() -> pool.outcomes(folder, same));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> pool.forEach(folder, _ -> {}))
          .withMessageContaining("List.of(path)");
    }
  }

  /** Counts only rise, and the last state has them all. */
  @Test
  default void progress_call_endsWithTheTotal() {
    for (int workers : List.of(1, 3)) {
      try (Pool pool = open(workers)) {
        ConcurrentLinkedQueue<ProgressState> states = new ConcurrentLinkedQueue<>();
        List<Integer> results =
            Parallel.on(pool).progress(states::add).map(numbers(300), BulkSuite::square);
        assertThat(results).hasSize(300);
        List<ProgressState> told = List.copyOf(states);
        assertThat(told).extracting(ProgressState::done).isSorted();
        ProgressState last = told.getLast();
        assertThat(last.finished()).isTrue();
        assertThat(last.done()).isEqualTo(300);
        assertThat(last.failed()).isZero();
        assertThat(last.total()).hasValue(300);
        assertThat(told).filteredOn(ProgressState::finished).hasSize(1);
      }
    }
  }

  /** A caller that is interrupted stops its items, keeps its flag and is told. */
  @Test
  default void map_callerInterrupted_itemsStopAndFlagStays(@TempDir Path folder)
      throws InterruptedException {
    try (Pool pool = open(2)) {
      Fn<Integer, Integer> endless = Faults.writesMarkers(folder, Faults.waitsForInterrupt());
      Caller<List<Integer>> caller = Caller.of(() -> pool.map(List.of(0), endless));
      Await.file(folder.resolve("0.begin"));
      caller.interrupt();
      Caller.End<List<Integer>> end = caller.end();
      Await.file(folder.resolve("0.end"));
      assertThat(end.failure()).isInstanceOf(CancellationException.class);
      assertThat(end.interrupted()).isTrue();
    }
  }

  /** The same with the flag set before the call: nothing is run for nobody. */
  @Test
  default void map_callerAlreadyInterrupted_isTold() throws InterruptedException {
    try (Pool pool = open(2)) {
      Caller<List<Integer>> caller =
          Caller.of(() -> {
            Thread.currentThread().interrupt();
            return pool.map(numbers(10), BulkSuite::square);
          });
      Caller.End<List<Integer>> end = caller.end();
      assertThat(end.failure()).isInstanceOf(CancellationException.class);
      assertThat(end.interrupted()).isTrue();
      assertThat(pool.map(numbers(3), BulkSuite::square)).containsExactly(0, 1, 4);
    }
  }

  /** Two calls at once share the workers: a short one does not wait for a long one. */
  @Test
  default void map_besideAnEndlessCall_comesThrough(@TempDir Path folder) throws Exception {
    if (callerRuns()) {
      return; // each call has its own worker
    }
    Path go = folder.resolve("go");
    try (Pool pool = open(2)) {
      Fn<Integer, Integer> slow = n -> n == 0 ? afterFile(go, 0) : n;
      Caller<List<Integer>> caller = Caller.of(() -> pool.map(numbers(500), slow));
      assertThat(pool.map(numbers(100), BulkSuite::square)).hasSize(100);
      assertThat(caller.hasEnded()).isFalse();
      Files.createFile(go);
      assertThat(caller.end().result()).isEqualTo(numbers(500));
    }
  }

  private static int afterFile(Path file, int result) throws InterruptedException {
    Await.file(file);
    return result;
  }

  /** With finishAll every item runs, and all failures come at the end. */
  @Test
  default void map_finishAll_allRunAndAllFailuresCome(@TempDir Path folder) throws Exception {
    String name = folder.toString();
    try (Pool pool = open(2)) {
      TaskFailedException failed =
          catchThrowableOfType(
              TaskFailedException.class,
              () ->
                  Parallel.on(pool)
                      .onFailure(FailurePolicy.finishAll())
                      .map(
                          List.of(0, 1, 2, 3, 4, 5),
                          i -> {
                            Files.createFile(Path.of(name).resolve("item" + i));
                            if (i % 2 == 1) {
                              throw new IllegalStateException("odd " + i);
                            }
                            return i;
                          }));
      assertThat(failed).hasCauseInstanceOf(IllegalStateException.class);
      assertThat(failed.getSuppressed())
          .hasSize(2)
          .allMatch(other -> other instanceof TaskFailedException);
      try (Stream<Path> files = Files.list(folder)) {
        assertThat(files).hasSize(6);
      }
    }
  }

  /** An asynchronous map completes once, with the results or with the failure. */
  @Test
  default void mapAsync_resultOrFailure_comesOnce() throws Exception {
    try (Pool pool = open(2)) {
      LinkedBlockingQueue<Object> heard = new LinkedBlockingQueue<>();
      var _ =
          Parallel.on(pool)
              .mapAsync(List.of("1", "2"), Integer::valueOf)
              .whenComplete((all, _) -> heard.add(all));
      assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo(List.of(1, 2));
      var _ =
          Parallel.on(pool)
              .mapAsync(List.of("a"), Integer::valueOf)
              .whenComplete((_, failure) -> heard.add(failure));
      assertThat(heard.poll(30, TimeUnit.SECONDS))
          .isInstanceOf(TaskFailedException.class)
          .extracting(failure -> ((Throwable) failure).getCause())
          .isInstanceOf(NumberFormatException.class);
      assertThat(heard).isEmpty();
    }
  }

  /** Cancelling an asynchronous map stops what runs; the pool serves on. */
  @Test
  default void mapAsync_cancelled_stopsTheWork() throws Exception {
    try (Pool pool = open(2)) {
      if (callerRuns()) {
        assertThat(Parallel.on(pool).mapAsync(List.of(1), i -> i)).isCompleted();
        return;
      }
      CompletableFuture<List<Integer>> future =
          Parallel.on(pool).mapAsync(List.of(1, 2, 3), Faults.at(1, Faults.waitsForInterrupt()));
      assertThat(future.cancel(true)).isTrue();
      assertThat(pool.submit(() -> 42).get(60, TimeUnit.SECONDS)).isEqualTo(42);
    }
  }

  /** As many items as there are workers run at once, also where the workers are idle already. */
  @Test
  default void map_asManyAsWorkers_allRunAtOnce(@TempDir Path folder) throws Exception {
    if (callerRuns()) {
      return;
    }
    int workers = isolated() ? 3 : 12;
    String meeting = folder.toString();
    try (Pool pool = open(workers)) {
      pool.warm();
      List<Integer> items = IntStream.range(0, workers).boxed().toList();
      assertThat(pool.map(items, i -> meet(Path.of(meeting), i, workers)))
          .isEqualTo(Collections.nCopies(workers, true));
    }
  }

  private static boolean meet(Path folder, int self, int all) throws Exception {
    Files.createFile(folder.resolve("" + self));
    Await.until("all are there", () -> count(folder) == all);
    return true;
  }

  private static long count(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.count();
    }
  }
}
