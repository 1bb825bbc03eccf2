package dev.tutti.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tutti.Futures;
import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.Waited;
import dev.tutti.task.Cancelled;
import dev.tutti.task.Failure;
import dev.tutti.task.Outcome;
import dev.tutti.task.Success;
import dev.tutti.task.Task;
import dev.tutti.task.TaskFuture;
import dev.tutti.task.TaskTimeoutException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several futures together. */
interface CombinatorSuite extends Subject {
  private static int afterFile(Path file, int result) throws InterruptedException {
    Await.file(file);
    return result;
  }

  private static void assertNothingIsLeftOn(Collection<? extends CompletableFuture<?>> futures) {
    assertThat(futures).allMatch(future -> future.getNumberOfDependents() == 0);
  }

  /** Each once; a wait that is over is no exception. */
  @Test
  default void awaitAll_someAreOpen_tellsWhich(@TempDir Path folder) throws Exception {
    CompletableFuture<Integer> open = new CompletableFuture<>();
    try (Pool pool = open(2)) {
      TaskFuture<Integer> done = pool.submit(() -> 1);
      TaskFuture<Integer> bad = pool.submit(Faults.throwsChecked("bad"));
      List<CompletableFuture<Integer>> futures = List.of(done, open, bad, done);
      Await.until("both have ended", () -> done.isDone() && bad.isDone());
      Waited<CompletableFuture<Integer>> now = Futures.awaitAll(futures, Duration.ofMillis(20));
      assertThat(now.done()).containsExactly(done, bad);
      assertThat(now.open()).containsExactly(open);
      assertThat(Futures.awaitAll(futures, Duration.ZERO)).isEqualTo(now);
      assertThat(Futures.awaitAll(futures, Duration.ofMillis(-1))).isEqualTo(now);
      assertNothingIsLeftOn(futures);
      Caller<Waited<CompletableFuture<Integer>>> waiter =
          Caller.of(() -> Futures.awaitAll(futures));
      Await.blocked(waiter.thread());
      open.complete(2);
      assertThat(waiter.end().result())
          .isEqualTo(new Waited<>(List.of(done, open, bad), List.of()));
      assertThat(Futures.awaitAll(List.<TaskFuture<?>>of()).done()).isEmpty();
    }
  }

  /** What has ended before counts at once. */
  @Test
  default void awaitFirst_oneEnds_tellsWhich(@TempDir Path folder) throws Exception {
    CompletableFuture<Integer> never = new CompletableFuture<>();
    try (Pool pool = open(2)) {
      CompletableFuture<Integer> gate = new CompletableFuture<>();
      CompletableFuture<Integer> derived = gate.thenCombine(pool.submit(() -> 3), Integer::sum);
      Caller<Waited<CompletableFuture<Integer>>> waiter =
          Caller.of(() -> Futures.awaitFirst(List.of(never, derived)));
      Await.blocked(waiter.thread());
      gate.complete(4);
      assertThat(waiter.end().result()).isEqualTo(new Waited<>(List.of(derived), List.of(never)));
      assertThat(Futures.awaitFirst(List.of(never, derived)).done()).containsExactly(derived);
      assertThat(Futures.awaitFirst(List.of(never), Duration.ofMillis(5)).done()).isEmpty();
      assertNothingIsLeftOn(List.of(never));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Futures.awaitFirst(List.<TaskFuture<?>>of()));
    }
  }

  @Test
  default void awaitFirstFailure_oneFails_othersAreOpen() throws Exception {
    CompletableFuture<Integer> never = new CompletableFuture<>();
    try (Pool pool = open(2)) {
      TaskFuture<Integer> good = pool.submit(() -> 1);
      TaskFuture<Integer> bad = pool.submit(Faults.throwsChecked("bad"));
      Waited<CompletableFuture<Integer>> waited =
          Futures.awaitFirstFailure(List.of(never, good, bad));
      assertThat(waited.done()).contains(bad);
      assertThat(waited.open()).contains(never);
      assertThat(Futures.awaitFirstFailure(List.of(good)).done()).containsExactly(good);
      assertThat(Futures.awaitFirstFailure(List.of(never, good), Duration.ofMillis(5)).open())
          .containsExactly(never);
      assertNothingIsLeftOn(List.of(never));
    }
  }

  @Test
  default void await_interrupted_throwsAndLeaves() throws Exception {
    CompletableFuture<Integer> never = new CompletableFuture<>();
    Caller<Waited<CompletableFuture<Integer>>> waiter =
        Caller.of(() -> Futures.awaitAll(List.of(never)));
    Await.blocked(waiter.thread());
    waiter.interrupt();
    assertThat(waiter.end().failure()).isInstanceOf(InterruptedException.class);
    assertNothingIsLeftOn(List.of(never));
  }

  /** In the order of their ends, each once. */
  @Test
  default void asCompleted_endInAnotherOrder_comesInThatOrder(@TempDir Path folder)
      throws Exception {
    if (callerRuns()) {
      return; // they end in the order in which they are submitted
    }
    Path one = folder.resolve("one");
    Path two = folder.resolve("two");
    try (Pool pool = open(2)) {
      TaskFuture<Integer> first = pool.submit(() -> afterFile(one, 1));
      TaskFuture<Integer> second = pool.submit(() -> afterFile(two, 2));
      try (Stream<TaskFuture<Integer>> ended = Futures.asCompleted(List.of(first, second, first))) {
        Iterator<TaskFuture<Integer>> next = ended.iterator();
        Files.createFile(two);
        assertThat(next.next()).isSameAs(second);
        Files.createFile(one);
        assertThat(next.next()).isSameAs(first);
        assertThat(next.hasNext()).isFalse();
      }
      Waited<TaskFuture<Integer>> all = Futures.awaitAll(List.of(first, second));
      assertThat(all.open()).isEmpty();
    }
  }

  /** A stream that is closed, or whose time is over, is not found on a future that lives on. */
  @Test
  default void asCompleted_left_nothingStaysOnTheFuture() throws Exception {
    CompletableFuture<Integer> never = new CompletableFuture<>();
    try (Pool pool = open(1)) {
      for (int round = 0; round < 100; round++) {
        TaskFuture<Integer> quick = pool.submit(() -> 1);
        try (Stream<CompletableFuture<Integer>> ended =
            Futures.asCompleted(List.of(never, quick))) {
          assertThat(ended.findFirst()).containsSame(quick);
        }
      }
      assertNothingIsLeftOn(List.of(never));
      Duration soon = Duration.ofMillis(5);
      Iterator<CompletableFuture<Integer>> late =
          Futures.asCompleted(List.of(never), soon).iterator();
      assertThatExceptionOfType(TaskTimeoutException.class)
          .isThrownBy(late::next)
          .satisfies(e -> assertThat(e.limit()).isEqualTo(soon));
      assertNothingIsLeftOn(List.of(never));
      drop(never);
      Await.until(
          "a stream that was only dropped has left",
          () -> {
            System.gc();
            return never.getNumberOfDependents() == 0;
          });
    }
  }

  private static void drop(CompletableFuture<Integer> never) {
    CompletableFuture<Integer> done = CompletableFuture.completedFuture(1);
    assertThat(Futures.asCompleted(List.of(never, done)).findFirst()).containsSame(done);
  }

  @Test
  default void asCompleted_interrupted_isToldAndKeepsFlag() throws Exception {
    CompletableFuture<Integer> never = new CompletableFuture<>();
    Caller<List<CompletableFuture<Integer>>> waiter =
        Caller.of(() -> Futures.asCompleted(List.of(never)).toList());
    Await.blocked(waiter.thread());
    waiter.interrupt();
    Caller.End<List<CompletableFuture<Integer>>> end = waiter.end();
    assertThat(end.failure()).isInstanceOf(CancellationException.class);
    assertThat(end.interrupted()).isTrue();
    assertNothingIsLeftOn(List.of(never));
  }

  /** The results in the order of the futures, when the last has come. */
  @Test
  default void gather_endInAnyOrder_resultsInTheirOrder() throws Exception {
    CompletableFuture<Integer> a = new CompletableFuture<>();
    try (Pool pool = open(2)) {
      TaskFuture<Integer> b = pool.submit(() -> 1);
      CompletableFuture<List<Integer>> all = Futures.gather(List.of(a, b, a));
      assertThat(Await.result(b)).isEqualTo(1);
      assertThat(all).isNotDone();
      a.complete(2);
      assertThat(Await.result(all)).containsExactly(2, 1, 2);
      assertThat(Await.result(Futures.<Integer>gather(List.of()))).isEmpty();
      int next = Await.result(all.thenCompose(results -> pool.submit(results::size)));
      assertThat(next).isEqualTo(3);
    }
  }

  @Test
  default void gather_oneFails_failsAtOnceAndOthersGoOn() throws Exception {
    CompletableFuture<Integer> open = new CompletableFuture<>();
    try (Pool pool = open(2)) {
      TaskFuture<Integer> bad = pool.submit(Faults.throwsChecked("bad"));
      CompletableFuture<List<Integer>> all = Futures.gather(List.of(open, bad));
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(() -> Await.result(all))
          .withCauseInstanceOf(IOException.class);
      assertThat(open).isNotDone();
      Await.until("nothing is left on it", () -> open.getNumberOfDependents() == 0);
    }
  }

  /** Who cancels the whole cancels the parts. */
  @Test
  default void gather_cancelled_partsAreStopped(@TempDir Path folder) throws Exception {
    if (callerRuns()) {
      return; // what was submitted has ended
    }
    try (Pool pool = open(2)) {
      TaskFuture<Integer> endless =
          pool.submit(Faults.writesMarkers(folder, 0, Faults.waitsForInterrupt()));
      Await.file(folder.resolve("0.begin"));
      Futures.gather(List.of(endless, pool.submit(() -> 1))).cancel(true);
      Await.until("the part is cancelled", endless::isCancelled);
      Await.file(folder.resolve("0.end"));
    }
  }

  /** A part that is cancelled fails the whole, and the others go on. */
  @Test
  default void gather_partIsCancelled_othersGoOn() throws Exception {
    CompletableFuture<Integer> cancelled = new CompletableFuture<>();
    try (Pool pool = open(2)) {
      CompletableFuture<Integer> other = new CompletableFuture<>();
      CompletableFuture<List<Integer>> all =
          Futures.gather(List.of(pool.submit(() -> 1), cancelled, other));
      cancelled.cancel(true);
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(() -> Await.result(all))
          .withCauseInstanceOf(CancellationException.class);
      assertThat(all).isNotCancelled();
      assertThat(other).isNotDone();
    }
  }

  @Test
  default void gatherOutcomes_allKinds_noneIsThrown() throws Exception {
    CompletableFuture<Integer> cancelled = new CompletableFuture<>();
    cancelled.cancel(true);
    try (Pool pool = open(2)) {
      List<CompletableFuture<Integer>> futures =
          List.of(
              pool.submit(() -> 1),
              pool.submit(Faults.throwsUnchecked("bad")),
              cancelled,
              cancelled.thenApply(n -> n));
      List<Outcome<Integer>> outcomes = Await.result(Futures.<Integer>gatherOutcomes(futures));
      assertThat(outcomes.get(0)).isEqualTo(new Success<>(1));
      assertThat(outcomes.get(1))
          .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.cause()).hasMessage("bad"));
      assertThat(outcomes.get(2)).isEqualTo(new Cancelled<>());
      assertThat(outcomes.get(3)).isEqualTo(new Cancelled<>());
    }
  }

  @Test
  default void race_oneSucceeds_othersAreStopped(@TempDir Path folder) throws Exception {
    CompletableFuture<Integer> open = new CompletableFuture<>();
    try (Pool pool = open(3)) {
      List<CompletableFuture<Integer>> futures = new ArrayList<>();
      futures.add(open);
      futures.add(pool.submit(Faults.throwsChecked("bad")));
      if (!callerRuns()) {
        futures.add(pool.submit(Faults.writesMarkers(folder, 0, Faults.waitsForInterrupt())));
        Await.file(folder.resolve("0.begin"));
      }
      futures.add(pool.submit(() -> 2));
      assertThat(Await.result(Futures.<Integer>race(futures))).isEqualTo(2);
      Await.until("the others have ended", () -> futures.stream().allMatch(f -> f.isDone()));
      assertThat(open).isCancelled();
      if (!callerRuns()) {
        Await.file(folder.resolve("0.end"));
      }
    }
  }

  @Test
  default void race_allFail_failsWithAll() throws Exception {
    try (Pool pool = open(2)) {
      CompletableFuture<Integer> first =
          Futures.race(
              List.of(
                  pool.submit(Faults.throwsChecked("one")),
                  pool.submit(Faults.throwsUnchecked("two"))));
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(() -> Await.result(first))
          .satisfies(e -> assertThat(e.getCause()).message().isIn("one", "two"))
          .extracting(Throwable::getCause, InstanceOfAssertFactories.THROWABLE)
          .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
      assertThatIllegalArgumentException().isThrownBy(() -> Futures.race(List.of()));
    }
  }

  /** A callback may submit to the same pool, wait for that, and is told its failure. */
  @Test
  default void thenApply_submitsAndWaits_holdsUpNobody() throws Exception {
    try (Pool pool = open(1)) {
      CompletableFuture<Integer> sum =
          pool.submit(() -> 1).thenApply(n -> n + pool.submit(() -> 2).join());
      assertThat(Await.result(sum)).isEqualTo(3);
      CompletableFuture<Integer> failed =
          pool.submit(() -> 1).thenCompose(_ -> pool.submit(Faults.throwsChecked("inner")));
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(() -> Await.result(failed))
          .withCauseInstanceOf(IOException.class);
      CompletableFuture<Integer> gathered =
          Futures.<Integer>gather(List.of(pool.submit(() -> 1), pool.submit(() -> 2)))
              .thenApply(all -> pool.submit(all::size).join());
      assertThat(Await.result(gathered)).isEqualTo(2);
    }
  }

  /** A task that waits for several of its own pool's is no deadlock. */
  @Test
  default void await_inTaskOfOneWorker_runsWhatItWaitsFor() throws Exception {
    try (Pool pool = open(1)) {
      assertThat(Await.result(pool.submit(() -> sumInside()))).isEqualTo(12);
    }
  }

  /** However a task waits for what its own pool has, it is no deadlock. */
  @Test
  default void anyWait_inTaskOfOneWorker_runsWhatItWaitsFor() throws Exception {
    try (Pool pool = open(1)) {
      for (int i = 0; i < WAITS.size(); i++) {
        int which = i;
        assertThat(Await.result(pool.submit(() -> WAITS.get(which).call()))).isEqualTo(1);
      }
    }
  }

  /** Ways to wait for a task that gives 1, in a task. */
  List<Task<Integer>> WAITS =
      List.of(
          () -> Pool.current().invokeAny(List.<Task<Integer>>of(() -> 1)),
          () -> Futures.gather(List.of(one())).join().getFirst(),
          () -> Futures.gather(List.of(one())).get().getFirst(),
          () -> Futures.gatherOutcomes(List.of(one())).get(1, TimeUnit.MINUTES).size(),
          () -> Futures.race(List.of(one(), one())).join(),
          () -> Parallel.on(Pool.current()).mapAsync(List.of(1), n -> n).get().getFirst(),
          () -> one().thenApply(n -> n).thenCombine(one(), (a, b) -> a * b).join(),
          () -> {
            TaskFuture<Integer> one = one();
            one.stopped().join();
            return one.join();
          });

  private static TaskFuture<Integer> one() {
    return Pool.current().submit(() -> 1);
  }

  private static int sumInside() throws InterruptedException {
    Pool pool = Pool.current();
    List<CompletableFuture<Integer>> futures = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      int n = i;
      futures.add(pool.submit(() -> n).thenApply(m -> 2 * m));
    }
    int some = Futures.awaitFirst(futures).done().size();
    int all = Futures.awaitAll(futures).done().size();
    int sum = Futures.asCompleted(futures).mapToInt(CompletableFuture::resultNow).sum();
    return some >= 1 && all == 3 ? sum : -1;
  }
}
