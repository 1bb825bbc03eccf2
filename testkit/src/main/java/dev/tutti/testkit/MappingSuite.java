package dev.tutti.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.tutti.Bulk;
import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.plan.Batching;
import dev.tutti.task.Fn;
import dev.tutti.task.TaskFailedException;
import dev.tutti.task.TaskFuture;
import dev.tutti.testkit.SayWhen.SayWhenError;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Gatherer;
import java.util.stream.Gatherer.Downstream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bulk call inside a stream. */
interface MappingSuite extends Subject {

  private static int twice(int n) {
    return 2 * n;
  }

  private static List<Integer> numbers(int n) {
    return IntStream.range(0, n).boxed().toList();
  }

  /** Order and number are those of a loop, whatever the window and the batch; again and again. */
  @Test
  default void mapping_anyPlan_likeALoop() {
    try (Pool pool = open(2)) {
      for (Bulk bulk :
          List.of(
              Parallel.on(pool),
              Parallel.on(pool).window(1),
              Parallel.on(pool).window(7).batch(Batching.fixed(3)),
              Parallel.on(pool).window(4).batch(Batching.fixed(50)))) {
        Gatherer<Integer, ?, Integer> twice = bulk.mapping(MappingSuite::twice);
        for (int n : List.of(0, 1, 5, 500)) {
          List<Integer> expected = numbers(n).stream().map(MappingSuite::twice).toList();
          assertThat(numbers(n).stream().gather(twice).toList()).isEqualTo(expected);
          assertThat(numbers(n).stream().parallel().gather(twice).toList()).isEqualTo(expected);
        }
      }
      Fn<String, String> same = s -> s;
      assertThat(Arrays.asList("a", null).stream().gather(Parallel.on(pool).mapping(same)))
          .containsExactly("a", null);
    }
  }

  /** Two of them in one stream, and one inside a task's own stream of results. */
  @Test
  default void mapping_twoInARow_likeALoop() {
    try (Pool pool = open(2)) {
      Gatherer<Integer, ?, Integer> twice = Parallel.on(pool).mapping(MappingSuite::twice);
      assertThat(numbers(200).stream().gather(twice.andThen(twice)).toList())
          .isEqualTo(numbers(200).stream().map(n -> 4 * n).toList());
      try (Stream<Integer> results = pool.stream(numbers(100), MappingSuite::twice)) {
        assertThat(results.gather(twice)).hasSize(100).contains(0, 396);
      }
    }
  }

  /** An endless stream is read a window ahead, and no more once nobody wants more. */
  @Test
  default void mapping_endlessStream_isReadAWindowAhead() {
    AtomicInteger taken = new AtomicInteger();
    try (Pool pool = open(2)) {
      Gatherer<Integer, ?, Integer> twice =
          Parallel.on(pool).window(5).mapping(MappingSuite::twice);
      assertThat(Stream.generate(taken::getAndIncrement).gather(twice).limit(3))
          .containsExactly(0, 2, 4);
      assertThat(taken.get()).isBetween(3, 3 + 5 + 1);
      assertThat(pool.map(numbers(3), MappingSuite::twice)).containsExactly(0, 2, 4);
    }
  }

  /** Elements run at once: two of them wait for each other. */
  @Test
  default void mapping_twoWorkers_elementsRunAtOnce(@TempDir Path folder) {
    if (callerRuns()) {
      return; // one at a time
    }
    try (Pool pool = open(2)) {
      Fn<Integer, Integer> meets =
          n -> {
            Files.createFile(folder.resolve("" + n));
            awaitFile(folder.resolve("" + (1 - n)));
            return n;
          };
      assertThat(Stream.of(0, 1).gather(Parallel.on(pool).mapping(meets))).containsExactly(0, 1);
    }
  }

  /** An element that fails ends the stream, after the results before it; the pool serves on. */
  @Test
  default void mapping_oneElementFails_resultsBeforeItComeFirst() {
    List<Integer> got = new ArrayList<>();
    try (Pool pool = open(2)) {
      Fn<Integer, Integer> bad = Faults.at(5, Faults.throwsChecked("bad"));
      for (int size : List.of(6, 100)) {
        got.clear();
        assertThatExceptionOfType(TaskFailedException.class)
            .isThrownBy(() ->
                numbers(size).stream().gather(Parallel.on(pool).mapping(bad)).forEach(got::add))
            .satisfies(e -> assertThat(e.index()).isEqualTo(5))
            .withCauseInstanceOf(IOException.class);
        assertThat(got).containsExactly(0, 1, 2, 3, 4);
      }
      assertThat(pool.map(numbers(3), MappingSuite::twice)).containsExactly(0, 2, 4);
    }
  }

  /** What still runs is stopped where what follows has had enough. */
  @Test
  default void mapping_enoughIsThere_restIsStopped(@TempDir Path folder)
      throws InterruptedException {
    if (callerRuns()) {
      return; // nothing runs meanwhile
    }
    Fn<Integer, Integer> fn = endlessAfterZero(folder);
    try (Pool pool = open(2)) {
      assertThat(numbers(2).stream().gather(Parallel.on(pool).mapping(fn)).limit(1))
          .containsExactly(0);
      Await.file(folder.resolve("1.end"));
    }
  }

  /** The same where what follows throws. */
  @Test
  default void mapping_whatFollowsThrows_restIsStopped(@TempDir Path folder)
      throws InterruptedException {
    if (callerRuns()) {
      return;
    }
    Fn<Integer, Integer> fn = endlessAfterZero(folder);
    try (Pool pool = open(2)) {
      Stream<Integer> stream =
          numbers(2).stream()
              .gather(Parallel.on(pool).mapping(fn))
              .peek(_ -> {
                throw new IllegalStateException("after");
              });
      assertThatIllegalStateException().isThrownBy(stream::toList).withMessage("after");
      Await.file(folder.resolve("1.end"));
    }
  }

  /** The step itself stops what runs, at once, not whoever ends or drops it later. */
  @Test
  default void mapping_elementNotWantedAnyMore_restIsStoppedAtOnce(@TempDir Path folder)
      throws Exception {
    if (callerRuns()) {
      return;
    }
    List<Downstream<Integer>> ends =
        List.of(
            _ -> false,
            _ -> {
              throw new IllegalStateException("after");
            });
    for (Downstream<Integer> end : ends) {
      Path own = Files.createDirectory(folder.resolve("" + ends.indexOf(end)));
      try (Pool pool = open(2)) {
        Fn<Integer, Integer> fn = endlessAfterZero(own);
        checkStops(Parallel.on(pool).window(2).mapping(fn), end, own.resolve("1.end"));
      }
    }
  }

  private static <S> void checkStops(
      Gatherer<Integer, S, Integer> step, Downstream<Integer> end, Path stopped)
      throws InterruptedException {
    S state = step.initializer().get();
    try {
      boolean goesOn = true;
      for (int i = 0; i < 3 && goesOn; i++) { // the third finds the window full
        goesOn = step.integrator().integrate(state, i, end);
      }
      assertThat(goesOn).isFalse();
    } catch (IllegalStateException e) {
      assertThat(e).hasMessage("after");
    }
    try {
      Await.file(stopped);
    } finally {
      Reference.reachabilityFence(state); // it was not the collector
    }
  }

  /** Of what throws in front of it a gatherer is not told: the collector stops what runs. */
  @Test
  default void mapping_whatIsInFrontThrows_restIsStoppedByTheCollector(@TempDir Path folder)
      throws Exception {
    if (callerRuns()) {
      return;
    }
    try (Pool pool = open(2)) {
      failInFront(pool, folder);
      TaskFuture<?> one = pool.submit(() -> meet(folder, "one", "two"));
      TaskFuture<?> two = pool.submit(() -> meet(folder, "two", "one"));
      Await.until(
          "both workers are free",
          () -> {
            System.gc();
            return one.isDone() && two.isDone();
          });
    }
  }

  /** Ends when another one runs at the same time. */
  private static void meet(Path folder, String self, String other) throws IOException {
    Files.createFile(folder.resolve(self));
    awaitFile(folder.resolve(other));
  }

  private static void failInFront(Pool pool, Path folder) {
    Fn<Integer, Integer> fn = endlessAfterZero(folder);
    Stream<Integer> stream =
        numbers(3).stream()
            .peek(n -> {
              if (n == 2) {
                awaitBegin(folder);
                throw new SayWhenError();
              }
            })
            .gather(Parallel.on(pool).mapping(fn));
    assertThatExceptionOfType(SayWhenError.class).isThrownBy(stream::toList);
  }

  /** Item 0 ends when item 1 has begun, which ends only when it is stopped. */
  private static Fn<Integer, Integer> endlessAfterZero(Path folder) {
    Fn<Integer, Integer> endless = Faults.writesMarkers(folder, Faults.waitsForInterrupt());
    return n -> {
      if (n == 0) {
        awaitBegin(folder);
        return 0;
      }
      return endless.apply(n);
    };
  }

  private static void awaitBegin(Path folder) {
    awaitFile(folder.resolve("1.begin"));
  }

  private static void awaitFile(Path file) {
    try {
      Await.file(file);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  default void mapping_poolClosed_isRejected() {
    Pool pool = open(2);
    Gatherer<Integer, ?, Integer> twice = Parallel.on(pool).mapping(MappingSuite::twice);
    pool.close();
    assertThatExceptionOfType(RejectedExecutionException.class)
        .isThrownBy(() -> Stream.of(1).gather(twice).toList());
  }
}
