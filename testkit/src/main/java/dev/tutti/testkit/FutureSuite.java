package dev.tutti.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tutti.Pool;
import dev.tutti.task.TaskFuture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Futures of tasks: ends from outside, dependents, waits. */
interface FutureSuite extends Subject {

  private static int afterFile(Path file, int result) throws InterruptedException {
    Await.file(file);
    return result;
  }

  /** Checks a way to end a future from outside: it ends at once, and its work is stopped. */
  private static void assertStops(Pool pool, Path folder, int item, Ending ending)
      throws Exception {
    TaskFuture<Integer> future =
        pool.submit(Faults.writesMarkers(folder, item, Faults.waitsForInterrupt()));
    Await.file(folder.resolve(item + ".begin"));
    ending.end(future);
    Await.until("the future has ended", future::isDone);
    Await.result(future.stopped());
    assertThat(folder.resolve(item + ".end")).exists();
  }

  /** A way to end a future. */
  @FunctionalInterface
  interface Ending {
    void end(TaskFuture<Integer> future) throws Exception;
  }

  /** Cancelling what has ended changes nothing. */
  @Test
  default void cancel_taskHasEnded_isFalse() throws Exception {
    try (Pool pool = open(1)) {
      TaskFuture<Integer> good = pool.submit(() -> 42);
      TaskFuture<Integer> bad = pool.submit(Faults.throwsChecked("bad"));
      assertThat(Await.result(good)).isEqualTo(42);
      assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> Await.result(bad));
      for (TaskFuture<Integer> future : List.of(good, bad)) {
        assertThat(future.cancel(true)).isFalse();
        assertThat(future.cancel(false)).isFalse();
        assertThat(future).isNotCancelled();
        Await.result(future.stopped());
      }
      assertThat(good.resultNow()).isEqualTo(42);
      assertThat(bad.exceptionNow()).isInstanceOf(IOException.class);
    }
  }

  /** A task that throws what a cancel throws has failed; nobody has cancelled it. */
  @Test
  default void submit_throwsCancellation_hasFailed() throws Exception {
    try (Pool pool = open(1)) {
      TaskFuture<Integer> future =
          pool.submit(() -> {
            throw new CancellationException("mine");
          });
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(() -> Await.result(future))
          .withCauseInstanceOf(CancellationException.class)
          .withStackTraceContaining("mine");
      assertThat(future).isNotCancelled();
      assertThat(future.state()).isEqualTo(Future.State.FAILED);
      assertThat(future.exceptionNow()).isInstanceOf(CancellationException.class);
    }
  }

  /** Cancelling stops the work of a task that runs; the worker is free for others. */
  @Test
  default void cancel_taskRuns_workIsStopped(@TempDir Path folder) throws Exception {
    if (callerRuns()) {
      return; // the future is not there before the task has ended
    }
    try (Pool pool = open(1)) {
      assertStops(
          pool,
          folder,
          0,
          future -> {
            assertThat(future.cancel(true)).isTrue();
            assertThat(future).isCancelled();
            assertThat(future.cancel(true)).isTrue();
            assertThatExceptionOfType(CancellationException.class).isThrownBy(future::get);
          });
      assertThat(Await.result(pool.submit(() -> 1))).isEqualTo(1);
    }
  }

  /** Whoever completes the future from outside stops the work. */
  @Test
  default void complete_fromOutside_workIsStopped(@TempDir Path folder) throws Exception {
    if (callerRuns()) {
      return;
    }
    try (Pool pool = open(2)) {
      assertStops(pool, folder, 0, future -> assertThat(future.complete(7)).isTrue());
      assertStops(
          pool,
          folder,
          1,
          future -> assertThat(future.completeExceptionally(new IOException("x"))).isTrue());
      assertStops(
          pool,
          folder,
          2,
          future -> assertThat(future.orTimeout(5, TimeUnit.MILLISECONDS)).isNotNull());
      assertStops(
          pool,
          folder,
          3,
          future -> assertThat(future.completeOnTimeout(9, 5, TimeUnit.MILLISECONDS)).isNotNull());
      assertStops(pool, folder, 4, future -> assertThat(future.completeAsync(() -> 3)).isNotNull());
      assertStops(pool, folder, 5, future -> future.obtrudeValue(5));
    }
  }

  /** {@code cancel(false)} keeps a task that waits from starting. */
  @Test
  default void cancelFalse_taskWaits_neverStarts(@TempDir Path folder) throws Exception {
    if (!boundsWorkers()) {
      return; // nothing waits
    }
    Path go = folder.resolve("go");
    try (Pool pool = open(1)) {
      TaskFuture<Integer> first =
          pool.submit(Faults.writesMarkers(folder, 0, () -> afterFile(go, 1)));
      Await.file(folder.resolve("0.begin"));
      TaskFuture<Integer> second = pool.submit(Faults.writesMarkers(folder, 1, () -> 2));
      assertThat(second.cancel(false)).isTrue();
      Await.result(second.stopped());
      Files.createFile(go);
      assertThat(Await.result(first)).isEqualTo(1);
      assertThat(Await.result(pool.submit(() -> 3))).isEqualTo(3);
      assertThat(folder.resolve("1.begin")).doesNotExist();
    }
  }

  /** {@code cancel(false)} lets a task that runs go on, and drops its result. */
  @Test
  default void cancelFalse_taskRuns_goesOnToItsEnd(@TempDir Path folder) throws Exception {
    if (callerRuns()) {
      return;
    }
    Path go = folder.resolve("go");
    Path reached = folder.resolve("reached");
    try (Pool pool = open(1)) {
      TaskFuture<Integer> future =
          pool.submit(
              Faults.writesMarkers(
                  folder,
                  0,
                  () -> {
                    int result = afterFile(go, 1);
                    Files.createFile(reached); // not reached by a task that was interrupted
                    return result;
                  }));
      Await.file(folder.resolve("0.begin"));
      assertThat(future.cancel(false)).isTrue();
      assertThat(future).isCancelled();
      assertThat(future.stopped()).isNotDone();
      Files.createFile(go);
      Await.result(future.stopped());
      assertThat(reached).exists();
      assertThat(future).isCancelled();
    }
  }

  /** A task that ignores its interrupt keeps {@code stopped} open, or is stopped by force. */
  @Test
  default void cancel_taskIgnoresInterrupt_stoppedTellsTheTruth(@TempDir Path folder)
      throws Exception {
    if (callerRuns()) {
      return;
    }
    Path go = folder.resolve("go");
    try (Pool pool = open(1)) {
      TaskFuture<Integer> future =
          pool.submit(Faults.writesMarkers(folder, 0, Faults.swallowsInterrupts(go)));
      Await.file(folder.resolve("0.begin"));
      assertThat(future.cancel(true)).isTrue();
      assertThatExceptionOfType(CancellationException.class).isThrownBy(future::get);
      if (canStop()) {
        Await.result(future.stopped());
        assertThat(folder.resolve("0.end")).doesNotExist();
      } else {
        assertThat(future.stopped()).isNotDone();
        Files.createFile(go);
        Await.result(future.stopped());
        assertThat(folder.resolve("0.end")).exists();
      }
      assertThat(Await.result(pool.submit(() -> 1))).isEqualTo(1);
    }
  }

  /** What hangs on a future may wait for the stop that its end from outside asks for. */
  @Test
  default void cancel_callbackWaitsForTheStop_workIsStopped(@TempDir Path folder) throws Exception {
    if (callerRuns()) {
      return;
    }
    List<Consumer<TaskFuture<Integer>>> ends =
        List.of(
            future -> future.cancel(true),
            future -> future.complete(2),
            future -> future.completeExceptionally(new IOException("no")));
    try (Pool pool = open(1)) {
      for (int i = 0; i < ends.size(); i++) {
        Path begun = folder.resolve("begun" + i);
        TaskFuture<Integer> future =
            pool.submit(() -> {
              Files.createFile(begun);
              Await.file(begun.resolveSibling("never"));
              return 1;
            });
        Await.file(begun);
        var _ = future.whenComplete((_, _) -> future.stopped().join());
        Consumer<TaskFuture<Integer>> end = ends.get(i);
        Await.result(CompletableFuture.runAsync(() -> end.accept(future)));
        Await.result(future.stopped());
      }
    }
  }

  /** A stop is aimed: no later task sees anything of it. */
  @Test
  default void cancel_manyTimes_neverHitsAnotherTask(@TempDir Path folder) throws Exception {
    if (callerRuns()) {
      return;
    }
    try (Pool pool = open(1)) {
      for (int i = 0; i < 200; i++) {
        int n = i;
        TaskFuture<Integer> victim = pool.submit(() -> n);
        TaskFuture<Boolean> next = pool.submit(() -> Thread.currentThread().isInterrupted());
        victim.cancel(true);
        assertThat(Await.result(next)).isFalse();
      }
    }
  }

  /** A task that leaves its interrupt flag set leaves it to nobody. */
  @Test
  default void cancel_taskKeepsItsFlag_nextTaskDoesNotSeeIt(@TempDir Path folder) throws Exception {
    if (callerRuns()) {
      return; // the flag is the caller's own
    }
    try (Pool pool = open(1)) {
      TaskFuture<Integer> future =
          pool.submit(Faults.writesMarkers(folder, 0, FutureSuite::untilInterrupted));
      Await.file(folder.resolve("0.begin"));
      assertThat(future.cancel(true)).isTrue();
      for (int i = 0; i < 3; i++) {
        assertThat(Await.result(pool.submit(() -> Thread.currentThread().isInterrupted())))
            .isFalse();
      }
    }
  }

  private static int untilInterrupted() {
    while (!Thread.currentThread().isInterrupted()) {
      Thread.onSpinWait();
    }
    return 0;
  }

  /** What a wait without patience says, in each state. */
  @Test
  default void get_noPatience_tellsTheState(@TempDir Path folder) throws Exception {
    Path go = folder.resolve("go");
    try (Pool pool = open(1)) {
      TaskFuture<Integer> done = pool.submit(() -> 42);
      TaskFuture<Integer> failed = pool.submit(Faults.throwsChecked("bad"));
      Await.until("both have ended", () -> done.isDone() && failed.isDone());
      assertThat(done.get(0, TimeUnit.SECONDS)).isEqualTo(42);
      assertThat(done.getNow(1)).isEqualTo(42);
      assertThat(done.state()).isEqualTo(Future.State.SUCCESS);
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(() -> failed.get(0, TimeUnit.SECONDS))
          .withCauseExactlyInstanceOf(IOException.class);
      if (callerRuns()) {
        return;
      }
      TaskFuture<Integer> running = pool.submit(() -> afterFile(go, 1));
      for (Future<Integer> open : List.of(running, running.thenApply(n -> n))) {
        assertThatExceptionOfType(TimeoutException.class)
            .isThrownBy(() -> open.get(0, TimeUnit.SECONDS));
        assertThatExceptionOfType(TimeoutException.class)
            .isThrownBy(() -> open.get(Long.MIN_VALUE, TimeUnit.NANOSECONDS));
      }
      assertThat(running.state()).isEqualTo(Future.State.RUNNING);
      running.cancel(true);
      assertThatExceptionOfType(CancellationException.class)
          .isThrownBy(() -> running.get(0, TimeUnit.SECONDS));
    }
  }

  /** Who waits and is interrupted stops waiting; the task goes on. */
  @Test
  default void get_interrupted_taskGoesOn(@TempDir Path folder) throws Exception {
    if (callerRuns()) {
      return;
    }
    Path go = folder.resolve("go");
    try (Pool pool = open(1)) {
      TaskFuture<Integer> future = pool.submit(() -> afterFile(go, 5));
      Caller<Integer> waiter = Caller.of(future::get);
      Caller<Integer> joiner = Caller.of(future::join);
      Await.blocked(waiter.thread());
      Await.blocked(joiner.thread());
      waiter.interrupt();
      joiner.interrupt();
      assertThat(waiter.end().failure()).isInstanceOf(InterruptedException.class);
      assertThat(future.isDone()).isFalse();
      Files.createFile(go);
      assertThat(joiner.end().result()).isEqualTo(5);
      assertThat(joiner.end().interrupted()).isTrue();
    }
  }

  /** As with any future of the JDK: a result that is there is given, whatever the flag. */
  @Test
  default void get_doneAndFlagSet_givesTheResult() throws Exception {
    try (Pool pool = open(1)) {
      TaskFuture<Integer> future = pool.submit(() -> 5);
      assertThat(Await.result(future)).isEqualTo(5);
      Caller<Integer> caller =
          Caller.of(() -> {
            Thread.currentThread().interrupt();
            return future.get() + future.get(1, TimeUnit.SECONDS);
          });
      assertThat(caller.end().failure()).isNull();
      assertThat(caller.end().result()).isEqualTo(10);
      assertThat(caller.end().interrupted()).isTrue();
    }
  }

  /** Dependents hear each end, hung on before it or after. */
  @Test
  default void whenComplete_beforeAndAfter_hearsTheEnd(@TempDir Path folder) throws Exception {
    Path go = folder.resolve("go");
    if (callerRuns()) {
      Files.createFile(go);
    }
    try (Pool pool = open(2)) {
      TaskFuture<Integer> future = pool.submit(() -> afterFile(go, 5));
      CompletableFuture<Integer> before = future.thenApply(n -> n + 1);
      CompletableFuture<Object> any = CompletableFuture.anyOf(future, new CompletableFuture<>());
      CompletableFuture<Void> all = CompletableFuture.allOf(future, pool.submit(() -> 1));
      if (!callerRuns()) {
        assertThat(before).isNotDone();
        Files.createFile(go);
      }
      assertThat(Await.result(before)).isEqualTo(6);
      assertThat(Await.result(any)).isEqualTo(5);
      assertThat(Await.result(all)).isNull();
      CompletableFuture<Integer> after = future.thenApply(n -> n + 2);
      assertThat(Await.result(after)).isEqualTo(7);
      CompletableFuture<Integer> both = future.thenCombine(before, Integer::sum);
      assertThat(Await.result(both)).isEqualTo(11);
    }
  }

  /** Dependents run on no thread of the pool, so one that blocks holds up nobody. */
  @Test
  default void whenComplete_blocks_holdsUpNobody(@TempDir Path folder) throws Exception {
    if (callerRuns()) {
      return; // dependents of a future that has ended run on who hangs them on
    }
    CountDownLatch release = new CountDownLatch(1);
    try (Pool pool = open(1)) {
      List<CompletableFuture<String>> dependents = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        Path go = folder.resolve("go" + i);
        TaskFuture<Integer> future = pool.submit(() -> afterFile(go, 5));
        dependents.add(
            future.thenApply(_ -> {
              awaitOrFail(release);
              return Thread.currentThread().getName();
            }));
        Files.createFile(go);
        assertThat(Await.result(future)).isEqualTo(5);
      }
      assertThat(Await.result(pool.submit(() -> 1))).isEqualTo(1);
      assertThat(pool.map(List.of(1, 2), n -> n)).containsExactly(1, 2);
      assertThat(dependents).noneMatch(CompletableFuture::isDone);
      release.countDown();
      for (CompletableFuture<String> dependent : dependents) {
        assertThat(Await.result(dependent)).doesNotContain("tutti-" + pool.name());
      }
    }
  }

  private static void awaitOrFail(CountDownLatch latch) {
    try {
      if (!latch.await(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("nobody released the dependent");
      }
    } catch (InterruptedException e) {
      throw new AssertionError("a dependent was interrupted", e);
    }
  }

  /** A dependent may use the pool, the only worker of which brought the result. */
  @Test
  default void thenCompose_samePool_comesThrough() throws Exception {
    try (Pool pool = open(1)) {
      CompletableFuture<Integer> chain = pool.submit(() -> 1);
      for (int i = 0; i < 20; i++) {
        chain = chain.thenCompose(n -> pool.submit(() -> n + 1));
        chain = chain.thenApply(n -> n + pool.submit(() -> 1).join());
      }
      assertThat(Await.result(chain)).isEqualTo(41);
    }
  }

  /** The first end counts. */
  @Test
  default void complete_twice_firstEndCounts() throws Exception {
    try (Pool pool = open(1)) {
      TaskFuture<Integer> future = pool.submit(() -> 42);
      assertThat(Await.result(future)).isEqualTo(42);
      assertThat(future.complete(1)).isFalse();
      assertThat(future.completeExceptionally(new IOException("x"))).isFalse();
      assertThat(future.resultNow()).isEqualTo(42);
      assertThat(future.stopped().complete(null)).isIn(true, false);
      assertThat(future.copy().resultNow()).isEqualTo(42);
    }
  }

  /** What somebody does to the future of the end does not touch the task. */
  @Test
  default void stopped_completedByUser_othersStillWait(@TempDir Path folder) throws Exception {
    if (callerRuns()) {
      return;
    }
    Path go = folder.resolve("go");
    try (Pool pool = open(1)) {
      TaskFuture<Integer> future = pool.submit(() -> afterFile(go, 5));
      assertThat(future.stopped().complete(null)).isTrue();
      assertThat(future.stopped()).isNotDone();
      Files.createFile(go);
      Await.result(future.stopped());
      assertThat(Await.result(future)).isEqualTo(5);
    }
  }
}
