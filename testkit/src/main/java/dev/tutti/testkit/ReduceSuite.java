package dev.tutti.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tutti.Bulk;
import dev.tutti.Items;
import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.event.ProgressState;
import dev.tutti.plan.Batching;
import dev.tutti.plan.FailurePolicy;
import dev.tutti.plan.RetryPolicy;
import dev.tutti.task.BiFn;
import dev.tutti.task.Failure;
import dev.tutti.task.Fn;
import dev.tutti.task.NotSendableException;
import dev.tutti.task.TaskFailedException;
import dev.tutti.task.TaskTimeoutException;
import dev.tutti.task.WorkerLostException;
import dev.tutti.testkit.SayWhen.SayWhenError;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many items, one result. */
interface ReduceSuite extends Subject {
  /** How often a combiner ran in this JVM. */
  AtomicInteger COMBINED_HERE = new AtomicInteger();

  private static List<Integer> numbers(int n) {
    return IntStream.range(0, n).boxed().toList();
  }

  private static long addedHere(long a, long b) {
    COMBINED_HERE.incrementAndGet();
    return a + b;
  }

  /** The result is that of a loop from the left, whatever the portions. */
  @Test
  default void reduce_anyPlan_likeALoop() {
    List<Integer> items = numbers(3_000);
    String all = items.stream().map(n -> n + ",").collect(Collectors.joining());
    try (Pool pool = open(2)) {
      for (Bulk bulk :
          List.of(
              Parallel.on(pool),
              Parallel.on(pool).window(1),
              Parallel.on(pool).window(10).batch(Batching.fixed(3)),
              Parallel.on(pool).batch(Batching.fixed(1_000)),
              Parallel.on(pool).deadline(Duration.ofMinutes(5)))) {
        assertThat(bulk.reduce(items, "=", n -> n + ",", String::concat)).isEqualTo("=" + all);
        assertThat(bulk.reduce(Items.range(0, 3_000), "=", n -> n + ",", String::concat))
            .isEqualTo("=" + all);
        assertThat(bulk.reduce(items, 7, Integer::sum)).isEqualTo(4_498_507);
        assertThat(bulk.reduce(Items.range(5L, 3_000L), Math::max)).hasValue(2_999L);
      }
    }
  }

  @Test
  default void reduce_fewItems_likeALoop() {
    try (Pool pool = open(2)) {
      Bulk bulk = Parallel.on(pool);
      assertThat(bulk.reduce(List.of("a"), String::concat)).hasValue("a");
      assertThat(bulk.reduce(List.of("a", "b"), String::concat)).hasValue("ab");
      assertThat(bulk.reduce(List.<String>of(), String::concat)).isEmpty();
      assertThat(bulk.reduce(List.<String>of(), "none", String::concat)).isEqualTo("none");
      assertThat(bulk.reduce(Items.range(0, 0), 5, Integer::sum)).isEqualTo(5);
      assertThat(bulk.reduce(Items.of(Stream.of(1, 2, 3)), 0, Integer::sum)).isEqualTo(6);
    }
  }

  /** A combiner may add to its first argument, where each item has made a new one. */
  @Test
  default void reduce_mapsThatAreMerged_likeALoop() {
    List<String> words = IntStream.range(0, 2_000).mapToObj(n -> "w" + n % 7).toList();
    Fn<String, Map<String, Integer>> one = word -> new TreeMap<>(Map.of(word, 1));
    BiFn<Map<String, Integer>, Map<String, Integer>, Map<String, Integer>> merge =
        (a, b) -> {
          b.forEach((word, n) -> a.merge(word, n, Integer::sum));
          return a;
        };
    try (Pool pool = open(2)) {
      Map<String, Integer> start = new TreeMap<>();
      Map<String, Integer> counts = Parallel.on(pool).reduce(words, start, one, merge);
      assertThat(counts).hasSize(7).containsEntry("w0", 286).containsEntry("w6", 285);
    }
  }

  /**
   * A sum of ten million numbers: workers combine, so few results come. Each is a frame of less
   * than 100 bytes, so all together are less than a megabyte.
   */
  @Test
  default void reduce_tenMillionNumbers_fewResultsMove() {
    try (Pool pool = open(2)) {
      COMBINED_HERE.set(0);
      long sum = Parallel.on(pool).reduce(Items.range(0L, 10_000_000L), 0L, ReduceSuite::addedHere);
      assertThat(sum).isEqualTo(49_999_995_000_000L);
      if (isolated()) {
        assertThat(COMBINED_HERE.get()).isBetween(1, 10_000);
      }
    }
  }

  /** The same of a list, which has to travel. */
  @Test
  default void reduce_longList_fewResultsMove() {
    List<Integer> items = numbers(1_000_000);
    try (Pool pool = open(2)) {
      COMBINED_HERE.set(0);
      long sum = Parallel.on(pool).reduce(items, 0L, Integer::longValue, ReduceSuite::addedHere);
      assertThat(sum).isEqualTo(499_999_500_000L);
      if (isolated()) {
        assertThat(COMBINED_HERE.get()).isBetween(1, 10_000);
      }
    }
  }

  /** Items that take long are portions of one, so that they run at once. */
  @Test
  default void reduce_slowItems_runAtOnce(@TempDir Path folder) {
    if (callerRuns()) {
      return;
    }
    try (Pool pool = open(2)) {
      Fn<Integer, Integer> meets = meets(folder);
      assertThat(Parallel.on(pool).reduce(List.of(0, 1), 0, meets, Integer::sum)).isEqualTo(1);
    }
  }

  /** Items 0 and 1 wait for each other. */
  private static Fn<Integer, Integer> meets(Path folder) {
    return n -> {
      Files.createFile(folder.resolve("" + n));
      Await.file(folder.resolve("" + (1 - n)));
      return n;
    };
  }

  /** What one call has learned of its items does not go into the next. */
  @Test
  default void reduce_slowItemsAfterQuickOnes_runAtOnce(@TempDir Path folder) {
    if (callerRuns()) {
      return;
    }
    try (Pool pool = open(2)) {
      Bulk bulk = Parallel.on(pool);
      assertThat(bulk.reduce(Items.range(0, 100_000), 0, n -> n % 2, Integer::sum))
          .isEqualTo(50_000);
      Fn<Integer, Integer> meets = meets(folder);
      assertThat(bulk.reduce(List.of(0, 1), 0, meets, Integer::sum)).isEqualTo(1);
    }
  }

  /** An item that fails in the midst of a portion is named; what it threw is the cause. */
  @Test
  default void reduce_oneItemFails_isNamed() {
    try (Pool pool = open(2)) {
      Bulk bulk = Parallel.on(pool).batch(Batching.fixed(100));
      Fn<Integer, Integer> bad = Faults.at(1_234, Faults.throwsChecked("bad"));
      for (Iterable<Integer> items : List.of(numbers(2_000), Items.range(0, 2_000))) {
        assertThatExceptionOfType(TaskFailedException.class)
            .isThrownBy(() -> bulk.reduce(items, 0, bad, Integer::sum))
            .withMessageContaining("item 1234 failed: item=1234")
            .withCauseInstanceOf(IOException.class)
            .satisfies(e -> assertThat(e.index()).isEqualTo(1_234));
      }
      Fn<Integer, Integer> speechless = Faults.at(150, Faults.throwsUnsendable());
      assertThatExceptionOfType(TaskFailedException.class)
          .isThrownBy(() -> bulk.reduce(numbers(300), 0, speechless, Integer::sum))
          .satisfies(e -> assertThat(e.index()).isEqualTo(150));
      assertThat(bulk.reduce(numbers(3), 0, Integer::sum)).isEqualTo(3);
    }
  }

  /** The combiner's failure is that of the item whose value it was to add. */
  @Test
  default void reduce_combinerFails_itemIsNamed() {
    try (Pool pool = open(2)) {
      for (int batch : List.of(1, 10, 1_000)) {
        TaskFailedException failed =
            catchThrowableOfType(
                TaskFailedException.class,
                () ->
                    Parallel.on(pool)
                        .batch(Batching.fixed(batch))
                        .reduce(
                            List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
                            (a, b) -> {
                              if (b == 5) {
                                throw new IOException("no fives");
                              }
                              return b;
                            }));
        assertThat(failed).hasCauseInstanceOf(IOException.class);
        assertThat(failed.index()).isEqualTo(5);
      }
    }
  }

  /** Of a worker that has died nobody knows at which item of the portion: the portion is named. */
  @Test
  default void reduce_workerDies_portionIsNamed() {
    if (!isolated()) {
      return; // nothing else dies alone
    }
    try (Pool pool = open(2)) {
      Fn<Integer, Integer> halts = Faults.at(5, Faults.haltsWith(3));
      assertThatExceptionOfType(TaskFailedException.class)
          .isThrownBy(() ->
              Parallel.on(pool)
                  .batch(Batching.fixed(4))
                  .reduce(Items.range(0, 100), 0, halts, Integer::sum))
          .withMessageContaining("one of items 4 to 7 failed")
          .withCauseInstanceOf(WorkerLostException.class);
      assertThat(Parallel.on(pool).reduce(Items.range(0, 4), 0, Integer::sum)).isEqualTo(6);
    }
  }

  /** With further attempts each item is attempted for itself. */
  @Test
  default void reduce_retry_onlyTheFailedItemAgain(@TempDir Path folder) throws IOException {
    try (Pool pool = open(2)) {
      Fn<Integer, Integer> fails =
          n -> {
            if (n == 5 && !Files.exists(folder.resolve("5"))) {
              Files.createFile(folder.resolve("5"));
              throw new IOException("first time");
            }
            if (n != 5) {
              try {
                Files.createFile(folder.resolve("" + n));
              } catch (FileAlreadyExistsException e) {
                throw new IllegalStateException("attempted twice: " + n, e);
              }
            }
            return n;
          };
      int sum =
          Parallel.on(pool)
              .batch(Batching.fixed(4))
              .retry(RetryPolicy.attempts(2).on(Failure.class))
              .reduce(Items.range(0, 10), 0, fails, Integer::sum);
      assertThat(sum).isEqualTo(45);
    }
  }

  /** A time-out is that of one item, and names it. */
  @Test
  default void reduce_itemTakesTooLong_isNamed() {
    try (Pool pool = open(2)) {
      assertThatExceptionOfType(TaskFailedException.class)
          .isThrownBy(() ->
              Parallel.on(pool)
                  .batch(Batching.fixed(4))
                  .timeout(Duration.ofSeconds(1))
                  .reduce(
                      Items.range(0, 10),
                      0,
                      Faults.at(6, Faults.waitsForInterrupt()),
                      Integer::sum))
          .withCauseInstanceOf(TaskTimeoutException.class)
          .satisfies(e -> assertThat(e.index()).isEqualTo(6));
    }
  }

  /** A flag that the function leaves at its thread is its own affair, as in a map. */
  @Test
  default void reduce_functionLeavesInterruptFlag_isNotStopped() {
    if (callerRuns()) {
      return; // it is the caller's flag there, and stops the call
    }
    try (Pool pool = open(2)) {
      int sum =
          Parallel.on(pool)
              .reduce(
                  Items.range(0, 100),
                  0,
                  n -> {
                    Thread.currentThread().interrupt();
                    return n;
                  },
                  Integer::sum);
      assertThat(sum).isEqualTo(4950);
    }
  }

  /** With finishAll every item runs, and all failures come at the end. */
  @Test
  default void reduce_finishAll_allFailuresCome() {
    try (Pool pool = open(2)) {
      TaskFailedException failed =
          catchThrowableOfType(
              TaskFailedException.class,
              () ->
                  Parallel.on(pool)
                      .onFailure(FailurePolicy.finishAll())
                      .reduce(
                          Items.range(0, 40),
                          0,
                          n -> {
                            if (n % 10 == 3) {
                              throw new IOException("three");
                            }
                            return n;
                          },
                          Integer::sum));
      assertThat(failed.index()).isEqualTo(3);
      assertThat(failed.getSuppressed())
          .extracting(other -> ((TaskFailedException) other).index())
          .containsExactly(13L, 23L, 33L);
    }
  }

  @Test
  default void reduce_inputThrows_itsExceptionComes() {
    try (Pool pool = open(2)) {
      for (int when : List.of(-1, 0, 50)) {
        assertThatExceptionOfType(SayWhenError.class)
            .isThrownBy(() ->
                Parallel.on(pool)
                    .batch(Batching.fixed(7))
                    .reduce(new SayWhen(100, when), 0, Integer::sum))
            .withNoCause();
      }
    }
  }

  /** What cannot travel is refused as by any call. */
  @Test
  default void reduce_combinerCannotTravel_isRefused() {
    Object lock = new Object();
    try (Pool pool = open(2)) {
      BiFn<Integer, Integer, Integer> combiner = (a, b) -> a + b + 0 * lock.hashCode();
      if (isolated()) {
        assertThatExceptionOfType(NotSendableException.class)
            .isThrownBy(() -> Parallel.on(pool).reduce(numbers(10), 0, combiner));
      } else {
        assertThat(Parallel.on(pool).reduce(numbers(10), 0, combiner)).isEqualTo(45);
      }
    }
  }

  /** No more of the input is read than the window, and what was read counts until it has ended. */
  @Test
  default void reduce_firstItemSlow_inputIsAWindowAhead(@TempDir Path folder) throws Exception {
    if (callerRuns()) {
      return;
    }
    AtomicInteger taken = new AtomicInteger();
    Path go = folder.resolve("go");
    Fn<Integer, Integer> fn =
        n -> {
          if (n == 0) {
            Await.file(go);
          }
          return n;
        };
    try (Pool pool = open(2)) {
      Caller<Integer> caller =
          Caller.of(() ->
              Parallel.on(pool)
                  .window(6)
                  .reduce(
                      Items.of(Stream.generate(taken::getAndIncrement).limit(50)),
                      0,
                      fn,
                      Integer::sum));
      Await.until(() -> "taken " + taken, () -> taken.get() == 6);
      assertThat(caller.hasEnded()).isFalse();
      Files.createFile(go);
      assertThat(caller.end().result()).isEqualTo(49 * 50 / 2);
    }
  }

  /**
   * A caller that is interrupted stops the items, keeps its flag and is told; of the portion that
   * runs, no further item begins.
   */
  @Test
  default void reduce_callerInterrupted_itemsStop(@TempDir Path folder)
      throws InterruptedException {
    try (Pool pool = open(2)) {
      Fn<Integer, Integer> endless = Faults.writesMarkers(folder, Faults.waitsForInterrupt());
      Caller<Integer> caller =
          Caller.of(() ->
              Parallel.on(pool)
                  .batch(Batching.fixed(3))
                  .reduce(List.of(0, 1, 2), 0, endless, Integer::sum));
      Await.file(folder.resolve("0.begin"));
      caller.interrupt();
      Caller.End<Integer> end = caller.end();
      Await.file(folder.resolve("0.end"));
      assertThat(end.failure()).isInstanceOf(CancellationException.class);
      assertThat(end.interrupted()).isTrue();
    }
    assertThat(folder.resolve("1.begin")).doesNotExist();
  }

  /** The same where the function takes no notice: the next item of the portion does not begin. */
  @Test
  default void reduce_interruptIgnored_nextItemDoesNotBegin(@TempDir Path folder) throws Exception {
    if (callerRuns() || canStop()) {
      return; // the caller's own interrupt is his; a process is killed
    }
    Path go = folder.resolve("go");
    Fn<Integer, Integer> fn =
        n -> {
          Files.createFile(folder.resolve("" + n));
          while (!Files.exists(go) || !Thread.currentThread().isInterrupted()) {
            Thread.onSpinWait();
          }
          return n;
        };
    try (Pool pool = open(2)) {
      Caller<Integer> caller =
          Caller.of(() ->
              Parallel.on(pool)
                  .batch(Batching.fixed(2))
                  .reduce(List.of(0, 1), 0, fn, Integer::sum));
      Await.file(folder.resolve("0"));
      caller.interrupt();
      assertThat(caller.end().failure()).isInstanceOf(CancellationException.class);
      Files.createFile(go);
    }
    assertThat(folder.resolve("1")).doesNotExist();
  }

  /** Progress counts items, not portions. */
  @Test
  default void progress_reduce_countsItems() {
    try (Pool pool = open(2)) {
      ConcurrentLinkedQueue<ProgressState> states = new ConcurrentLinkedQueue<>();
      assertThat(
              Parallel.on(pool)
                  .batch(Batching.fixed(9))
                  .progress(states::add)
                  .reduce(Items.range(0, 100), 0, Integer::sum))
          .isEqualTo(4_950);
      ProgressState last = List.copyOf(states).getLast();
      assertThat(last.finished()).isTrue();
      assertThat(last.done()).isEqualTo(100);
      assertThat(last.total()).hasValue(100);
    }
  }
}
