package dev.tutti.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.tutti.Pool;
import dev.tutti.task.NotSendableException;
import dev.tutti.task.Task;
import dev.tutti.task.TaskFuture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the JDK's own tests expect of an executor, where {@link ExecutorSuite} does not say it. */
@SuppressWarnings("NullAway") // that null is refused is what some of these look at
interface ExecutorRulesSuite extends Subject {
  private static <T> Task<T> task(Task<T> task) {
    return task;
  }

  private static void awaitEnd(Path folder, int item) throws InterruptedException {
    Await.until(
        "what began has ended",
        () ->
            !Files.exists(folder.resolve(item + ".begin"))
                || Files.exists(folder.resolve(item + ".end")));
  }

  @Test
  default void invokeAny_callerInterrupted_tasksAreStopped(@TempDir Path folder) throws Exception {
    if (callerRuns()) {
      return; // the caller is inside the first task
    }
    try (Pool pool = open(1)) {
      Task<Integer> endless = Faults.writesMarkers(folder, 0, Faults.waitsForInterrupt());
      Caller<Integer> caller = Caller.of(() -> pool.invokeAny(List.of(endless)));
      Await.file(folder.resolve("0.begin"));
      caller.interrupt();
      assertThat(caller.end().failure()).isInstanceOf(InterruptedException.class);
      Await.file(folder.resolve("0.end"));
      assertThat(Await.result(pool.submit(() -> 1))).isEqualTo(1);
    }
  }

  /** A null among the tasks is refused, and what was submitted before it is stopped. */
  @Test
  default void invoke_nullAmongTasksOrUnit_isRefusedAndRestIsStopped(@TempDir Path folder)
      throws Exception {
    Task<Integer> first =
        callerRuns() ? () -> 1 : Faults.writesMarkers(folder, 0, Faults.waitsForInterrupt());
    Task<Integer> second =
        callerRuns()
            ? Faults.throwsChecked("bad")
            : Faults.writesMarkers(folder, 1, Faults.waitsForInterrupt());
    try (Pool pool = open(2)) {
      assertThatNullPointerException().isThrownBy(() -> pool.invokeAll(Arrays.asList(first, null)));
      assertThatNullPointerException()
          .isThrownBy(() -> pool.invokeAny(Arrays.asList(second, null)));
      assertThatNullPointerException()
          .isThrownBy(() -> pool.invokeAll(List.of(task(() -> 1)), 1, null));
      assertThatNullPointerException()
          .isThrownBy(() -> pool.invokeAny(List.of(task(() -> 1)), 1, null));
      assertThatNullPointerException().isThrownBy(() -> pool.awaitTermination(1, null));
      awaitEnd(folder, 0);
      awaitEnd(folder, 1);
    }
  }

  /** What ended in time keeps its result, what did not is cancelled; the order is the tasks'. */
  @Test
  default void invokeAll_someEndInTime_onlyOthersAreCancelled(@TempDir Path folder)
      throws Exception {
    if (callerRuns()) {
      return; // each ends before the next begins
    }
    Path done = folder.resolve("done");
    try (Pool pool = open(2)) {
      Task<Integer> quick =
          () -> {
            Files.createFile(done);
            return 1;
          };
      Task<Integer> endless = Faults.waitsForInterrupt();
      List<Future<Integer>> futures = List.of();
      for (int millis = 100; !Files.exists(done); millis *= 2) {
        futures = pool.invokeAll(List.of(quick, endless), millis, TimeUnit.MILLISECONDS);
        for (Future<Integer> future : futures) {
          ((TaskFuture<?>) future).stopped().join();
        }
      }
      assertThat(futures).hasSize(2).allMatch(Future::isDone);
      assertThat(futures.get(1)).isCancelled();
    }
  }

  /** Many more tasks than workers. */
  @Test
  default void invokeAll_manyTasks_resultsInOrder() throws Exception {
    try (Pool pool = open(2)) {
      List<Task<Integer>> tasks = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        int n = i;
        tasks.add(() -> n);
      }
      List<Future<Integer>> futures = pool.invokeAll(tasks);
      for (int i = 0; i < 200; i++) {
        assertThat(futures.get(i).state()).isEqualTo(Future.State.SUCCESS);
        assertThat(futures.get(i).resultNow()).isEqualTo(i);
      }
      assertThat(pool.invokeAny(tasks)).isBetween(0, 199);
    }
  }

  /** All who wait for the end are released by it. */
  @Test
  default void awaitTermination_severalWait_allAreReleased(@TempDir Path folder) throws Exception {
    Path go = folder.resolve("go");
    if (callerRuns()) {
      Files.createFile(go);
    }
    Pool pool = open(1);
    TaskFuture<Boolean> task =
        pool.submit(() -> {
          Await.file(go);
          return true;
        });
    List<Caller<Boolean>> waiters = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      waiters.add(Caller.of(() -> pool.awaitTermination(1, TimeUnit.HOURS)));
      Await.blocked(waiters.get(i).thread());
    }
    pool.shutdown();
    if (!callerRuns()) {
      assertThat(waiters).noneMatch(Caller::hasEnded);
      Files.createFile(go);
    }
    for (Caller<Boolean> waiter : waiters) {
      assertThat(waiter.end().result()).isTrue();
    }
    assertThat(pool.isTerminated()).isTrue();
    assertThat(task).isCompletedWithValue(true);
  }

  /** A task that runs while its pool is shut down cannot submit to it any more. */
  @Test
  default void submit_fromTaskAfterShutdown_isRejected(@TempDir Path folder) throws Exception {
    if (isolated() || callerRuns()) {
      return; // the task knows another pool, or has ended
    }
    Path go = folder.resolve("go");
    try (Pool pool = open(1)) {
      TaskFuture<Integer> task =
          pool.submit(() -> {
            Await.file(go);
            return pool.submit(() -> 1).get();
          });
      pool.shutdown();
      Files.createFile(go);
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(() -> Await.result(task))
          .withCauseInstanceOf(RejectedExecutionException.class);
    }
  }

  /** A pool that was stopped is not gone before what it ran. */
  @Test
  default void shutdownNow_taskIgnoresInterrupt_isTerminatedAfterItsEnd(@TempDir Path folder)
      throws Exception {
    if (callerRuns() || canStop()) {
      return; // the task has ended, or is killed
    }
    Path go = folder.resolve("go");
    Pool pool = open(1);
    TaskFuture<Integer> task =
        pool.submit(Faults.writesMarkers(folder, 0, Faults.swallowsInterrupts(go)));
    Await.file(folder.resolve("0.begin"));
    assertThat(pool.shutdownNow()).isEmpty();
    assertThat(task).isCancelled();
    assertThat(pool.isShutdown()).isTrue();
    assertThat(pool.isTerminated()).isFalse();
    assertThat(pool.awaitTermination(10, TimeUnit.MILLISECONDS)).isFalse();
    Files.createFile(go);
    assertThat(pool.awaitTermination(1, TimeUnit.HOURS)).isTrue();
    assertThat(pool.isTerminated()).isTrue();
  }

  @Test
  default void completionService_manyTasks_handsOutEachOnceItEnds(@TempDir Path folder)
      throws Exception {
    if (isolated()) {
      return; // refused: ExecutorSuite.jdkWrappers_onPool_workOrAreRefusedWithTheWayOut
    }
    Path go = folder.resolve("go");
    try (Pool pool = open(2)) {
      CompletionService<Integer> service = new ExecutorCompletionService<>(pool);
      if (!callerRuns()) {
        var _ =
            service.submit(() -> {
              Await.file(go);
              return 1;
            });
      }
      var _ = service.submit(() -> 2);
      assertThat(Await.result(service.take())).isEqualTo(2);
      assertThat(service.poll()).isNull();
      Files.createFile(go);
      if (!callerRuns()) {
        assertThat(Await.result(service.take())).isEqualTo(1);
      }
      var _ = service.submit(Faults.throwsUnchecked("bad"));
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(() -> Await.result(service.take()))
          .withCauseInstanceOf(IllegalStateException.class);
    }
  }

  /** The stages of the JDK run on the pool, or fail with the way out. */
  @Test
  default void completableFuture_asyncStages_runOnThePoolOrFailWithTheWayOut() throws Exception {
    try (Pool pool = open(2)) {
      CompletableFuture<Integer> three = CompletableFuture.completedFuture(3);
      if (isolated()) {
        assertThatExceptionOfType(NotSendableException.class)
            .isThrownBy(() -> CompletableFuture.runAsync(() -> {}, pool))
            .withMessageContaining("pool.submit(task)");
        assertThatExceptionOfType(ExecutionException.class)
            .isThrownBy(() -> Await.result(three.thenApplyAsync(n -> n, pool)))
            .withCauseInstanceOf(NotSendableException.class);
        int n = three.join();
        int six = Await.result(three.thenCompose(_ -> pool.submit(() -> 2 * n)));
        assertThat(six).isEqualTo(6);
        return;
      }
      CompletableFuture<Integer> sum =
          CompletableFuture.supplyAsync(() -> 1, pool)
              .thenApplyAsync(n -> n + 1, pool)
              .thenCombineAsync(three, Integer::sum, pool)
              .whenCompleteAsync((_, _) -> {}, pool);
      assertThat(Await.result(sum)).isEqualTo(5);
      CompletableFuture<Integer> failed =
          CompletableFuture.supplyAsync(() -> Integer.parseInt("x"), pool)
              .exceptionallyAsync(_ -> -1, pool);
      assertThat(Await.result(failed)).isEqualTo(-1);
    }
  }
}
