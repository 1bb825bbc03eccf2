package dev.tutti.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tutti.Bulk;
import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.plan.Batching;
import dev.tutti.plan.CallOptions;
import dev.tutti.task.Done;
import dev.tutti.task.Failure;
import dev.tutti.task.Fn;
import dev.tutti.task.Success;
import dev.tutti.task.TaskFailedException;
import dev.tutti.task.TaskFuture;
import dev.tutti.task.TaskTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the items of one call, and of several, come to the workers; and what time-outs leave. */
interface SharingSuite extends Subject {
  /** Long enough for items that do nothing, on a busy machine. */
  Duration ENOUGH = Duration.ofSeconds(2);

  private static List<Integer> numbers(int n) {
    return IntStream.range(0, n).boxed().toList();
  }

  private static int square(int n) {
    return n * n;
  }

  private static int waitAt(int slow, Path file, int item) throws InterruptedException {
    if (item == slow) {
      Await.file(file);
    }
    return item;
  }

  /** A slow item holds back nothing of its batch, also where the other workers are idle already. */
  @Test
  default void unordered_firstOfABatchIsSlow_idleWorkersTakeTheOthers(@TempDir Path folder)
      throws Exception {
    Path go = folder.resolve("go");
    if (callerRuns()) {
      Files.createFile(go); // there is nobody else
    }
    try (Pool pool = open(3)) {
      pool.warm();
      pool.map(numbers(30), SharingSuite::square);
      for (int round = 0; round < 3; round++) {
        try (Stream<Integer> stream =
            Parallel.on(pool)
                .window(100)
                .batch(Batching.fixed(100))
                .unordered(numbers(100), n -> waitAt(0, go, n))) {
          Iterator<Integer> results = stream.iterator();
          List<Integer> first = new ArrayList<>();
          for (int i = 0; i < 99; i++) {
            first.add(results.next());
          }
          if (!callerRuns()) {
            assertThat(first).doesNotContain(0);
            Files.createFile(go);
            assertThat(results.next()).isZero();
            Files.delete(go);
          }
        }
      }
    }
  }

  /** What one call has learned of its items does not make batches of the next one's. */
  @Test
  default void map_afterQuickItems_longOnesGoAlone(@TempDir Path folder) throws Exception {
    if (callerRuns()) {
      return; // items run one after the other
    }
    Path here = folder;
    try (Pool pool = open(2)) {
      pool.warm();
      for (int round = 0; round < 3; round++) {
        int now = round;
        assertThat(pool.map(numbers(5_000), SharingSuite::square)).hasSize(5_000);
        assertThat(pool.map(numbers(2), n -> meet(here, now, n))).containsExactly(0, 1);
      }
    }
  }

  private static int meet(Path folder, int round, int self) throws Exception {
    Files.createFile(folder.resolve(round + "-" + self));
    Await.file(folder.resolve(round + "-" + (1 - self)));
    return self;
  }

  /** One {@code Bulk} may have several calls on their way. */
  @Test
  default void bulk_twoStreamsAtOnce_eachHasItsOwnResults() {
    try (Pool pool = open(2)) {
      Bulk bulk = Parallel.on(pool).window(4);
      try (Stream<Integer> one = bulk.stream(numbers(100), SharingSuite::square);
          Stream<Integer> other = bulk.stream(numbers(100), n -> -n)) {
        Iterator<Integer> squares = one.iterator();
        Iterator<Integer> negatives = other.iterator();
        for (int i = 0; i < 100; i++) {
          assertThat(squares.next()).isEqualTo(i * i);
          assertThat(negatives.next()).isEqualTo(-i);
        }
        assertThat(squares).isExhausted();
        assertThat(negatives).isExhausted();
      }
    }
  }

  /** A time-out exception of the function is its failure, whatever limits the call has. */
  @Test
  default void outcomes_functionThrowsTimeout_isAFailureLikeAnyOther() {
    Fn<Integer, Integer> fn =
        n -> {
          if (n == 1) {
            throw new TimeoutException("its own");
          }
          return n;
        };
    try (Pool pool = open(2)) {
      for (Bulk bulk : List.of(Parallel.on(pool), Parallel.on(pool).timeout(ENOUGH))) {
        List<Done<Integer, Integer>> all = bulk.outcomes(numbers(4), fn).toList();
        assertThat(all.get(0).outcome()).isEqualTo(new Success<>(0));
        assertThat(all.get(1).outcome())
            .isInstanceOfSatisfying(
                Failure.class,
                failure ->
                    assertThat(failure.cause())
                        .isExactlyInstanceOf(TimeoutException.class)
                        .hasMessage("its own"));
        assertThat(all.get(2).outcome()).isEqualTo(new Success<>(2));
        assertThat(all.get(3).outcome()).isEqualTo(new Success<>(3));
      }
    }
  }

  /** What has ended before the deadline is delivered, then the time-out, then nothing. */
  @Test
  default void stream_deadlineComes_resultsBeforeItAreThere() {
    try (Pool pool = open(2)) {
      pool.warm();
      try (Stream<Integer> stream =
          Parallel.on(pool).deadline(ENOUGH).stream(
              List.of(0, 1, 2), Faults.at(2, Faults.waitsForInterrupt()))) {
        Iterator<Integer> results = stream.iterator();
        assertThat(results.next()).isZero();
        assertThat(results.next()).isEqualTo(1);
        assertThatExceptionOfType(TaskFailedException.class)
            .isThrownBy(results::next)
            .withCauseInstanceOf(TaskTimeoutException.class);
        assertThat(results).isExhausted();
      }
    }
  }

  /** A task whose deadline has come before it could start never starts. */
  @Test
  default void submit_deadlineOver_neverStarts(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("ran");
    try (Pool pool = open(1)) {
      TaskFuture<Path> late =
          pool.with(CallOptions.DEFAULTS.withDeadline(Duration.ZERO))
              .submit(() -> Files.createFile(file));
      assertThatExceptionOfType(Exception.class)
          .isThrownBy(() -> Await.result(late))
          .withCauseInstanceOf(TaskTimeoutException.class);
      assertThat(Await.result(pool.submit(() -> 1))).isEqualTo(1);
    }
    assertThat(file).doesNotExist();
  }

  /** A task that ends before the task that it has submitted leaves no deadlock. */
  @Test
  default void submit_outerTaskEndsFirst_poolServesAndCloses() throws Exception {
    try (Pool pool = open(1)) {
      for (int i = 0; i < 3; i++) {
        int n = i;
        assertThat(
                Await.result(
                    pool.submit(() -> {
                      TaskFuture<Integer> inner = Pool.current().submit(() -> n);
                      return inner.isCancelled() ? -1 : n;
                    })))
            .isEqualTo(i);
      }
      assertThat(pool.map(Collections.nCopies(5, 3), SharingSuite::square)).containsOnly(9);
    }
  }
}
