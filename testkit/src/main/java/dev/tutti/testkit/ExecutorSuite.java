package dev.tutti.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.tutti.Pool;
import dev.tutti.task.Action;
import dev.tutti.task.NotSendableException;
import dev.tutti.task.Task;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pool where the JDK expects an executor. */
@SuppressWarnings("NullAway") // that null is refused is what some of these look at
interface ExecutorSuite extends Subject {

  private static <T> Task<T> task(Task<T> task) {
    return task;
  }

  @Test
  default void anyMethod_nullTask_isRefused() {
    try (Pool pool = open(1)) {
      assertThatNullPointerException().isThrownBy(() -> pool.submit((Task<?>) null));
      assertThatNullPointerException().isThrownBy(() -> pool.submit((Callable<?>) null));
      assertThatNullPointerException().isThrownBy(() -> pool.submit((Runnable) null));
      assertThatNullPointerException().isThrownBy(() -> pool.submit((Action) null));
      assertThatNullPointerException().isThrownBy(() -> pool.submit((Runnable) null, 1));
      assertThatNullPointerException().isThrownBy(() -> pool.execute((Runnable) null));
      assertThatNullPointerException().isThrownBy(() -> pool.execute((Action) null));
      assertThatNullPointerException().isThrownBy(() -> pool.invokeAll(null));
      assertThatNullPointerException().isThrownBy(() -> pool.invokeAny(null));
      assertThatNullPointerException()
          .isThrownBy(() -> pool.invokeAll(Arrays.asList(task(() -> 1), null)));
      assertThatNullPointerException().isThrownBy(() -> pool.map(null, n -> n));
      assertThatNullPointerException().isThrownBy(() -> pool.map(List.of(1), null));
      assertThatNullPointerException().isThrownBy(() -> pool.stream(null, n -> n));
      assertThatNullPointerException().isThrownBy(() -> pool.outcomes(List.of(1), null));
    }
  }

  @Test
  default void invokeAll_goodAndBadTasks_allHaveEnded() throws Exception {
    try (Pool pool = open(2)) {
      List<Future<Integer>> futures =
          pool.invokeAll(List.of(task(() -> 1), Faults.throwsChecked("bad"), task(() -> 3)));
      assertThat(futures).allMatch(Future::isDone);
      assertThat(futures.get(0).get()).isEqualTo(1);
      assertThat(futures.get(1).state()).isEqualTo(Future.State.FAILED);
      assertThat(futures.get(2).get()).isEqualTo(3);
      assertThat(pool.invokeAll(List.<Task<Integer>>of())).isEmpty();
    }
  }

  /** What has not ended in time is cancelled, and stopped. */
  @Test
  default void invokeAll_timeout_restIsStopped(@TempDir Path folder) throws Exception {
    if (callerRuns()) {
      try (Pool pool = open(1)) {
        assertThat(pool.invokeAll(List.of(task(() -> 1)), 0, TimeUnit.SECONDS))
            .allMatch(Future::isDone);
      }
      return;
    }
    try (Pool pool = open(2)) {
      Task<Integer> endless = Faults.writesMarkers(folder, 0, Faults.waitsForInterrupt());
      Caller<List<Future<Integer>>> caller =
          Caller.of(() -> pool.invokeAll(List.of(endless), 300, TimeUnit.MILLISECONDS));
      List<Future<Integer>> futures = caller.end().result();
      assertThat(futures).hasSize(1).allMatch(Future::isCancelled);
      // it may never have started, but a task that has is stopped
      Await.until(
          "what began has ended",
          () ->
              !folder.resolve("0.begin").toFile().exists()
                  || folder.resolve("0.end").toFile().exists());
    }
  }

  @Test
  default void invokeAll_callerInterrupted_tasksAreStopped(@TempDir Path folder)
      throws InterruptedException {
    if (callerRuns()) {
      return; // the caller is inside the first task
    }
    try (Pool pool = open(1)) {
      Task<Integer> endless = Faults.writesMarkers(folder, 0, Faults.waitsForInterrupt());
      Caller<List<Future<Integer>>> caller = Caller.of(() -> pool.invokeAll(List.of(endless)));
      Await.file(folder.resolve("0.begin"));
      caller.interrupt();
      assertThat(caller.end().failure()).isInstanceOf(InterruptedException.class);
      Await.file(folder.resolve("0.end"));
    }
  }

  @Test
  default void invokeAny_oneSucceeds_othersAreStopped(@TempDir Path folder) throws Exception {
    try (Pool pool = open(2)) {
      List<Task<Integer>> tasks =
          callerRuns()
              ? List.of(Faults.throwsChecked("bad"), task(() -> 2))
              : List.of(
                  Faults.writesMarkers(folder, 0, Faults.waitsForInterrupt()),
                  Faults.throwsChecked("bad"),
                  task(() -> 2));
      assertThat(pool.invokeAny(tasks)).isEqualTo(2);
      Await.until(
          "what began has ended",
          () ->
              !folder.resolve("0.begin").toFile().exists()
                  || folder.resolve("0.end").toFile().exists());
    }
  }

  @Test
  default void invokeAny_allFail_lastFailureIsThrown() {
    try (Pool pool = open(2)) {
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(() ->
              pool.invokeAny(List.of(Faults.throwsChecked("one"), Faults.throwsUnchecked("two"))))
          .satisfies(e -> assertThat(e.getCause()).message().isIn("one", "two"));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> pool.invokeAny(List.<Task<Integer>>of()));
    }
  }

  @Test
  default void invokeAny_timeout_throwsAndTaskIsStopped(@TempDir Path folder) throws Exception {
    if (callerRuns()) {
      try (Pool pool = open(1)) {
        assertThat(pool.invokeAny(List.of(task(() -> 1)), 0, TimeUnit.SECONDS)).isEqualTo(1);
      }
      return;
    }
    try (Pool pool = open(1)) {
      Task<Integer> endless = Faults.writesMarkers(folder, 0, Faults.waitsForInterrupt());
      assertThatExceptionOfType(TimeoutException.class)
          .isThrownBy(() -> pool.invokeAny(List.of(endless), 50, TimeUnit.MILLISECONDS));
      Await.until(
          "what began has ended",
          () ->
              !folder.resolve("0.begin").toFile().exists()
                  || folder.resolve("0.end").toFile().exists());
    }
  }

  /**
   * What the JDK wraps works where nothing has to travel, and is refused with the way out
   * elsewhere.
   */
  @Test
  default void jdkWrappers_onPool_workOrAreRefusedWithTheWayOut() throws Exception {
    try (Pool pool = open(2)) {
      Supplier<Integer> seven = () -> 7;
      CompletionService<Integer> service = new ExecutorCompletionService<>(pool);
      if (isolated()) {
        assertThatExceptionOfType(NotSendableException.class)
            .isThrownBy(() -> CompletableFuture.supplyAsync(seven, pool))
            .withMessageContaining("pool.submit(task)");
        assertThatExceptionOfType(NotSendableException.class)
            .isThrownBy(() -> service.submit(task(() -> 7)))
            .withMessageContaining("pool.submit(task)");
      } else {
        assertThat(Await.result(CompletableFuture.supplyAsync(seven, pool))).isEqualTo(7);
        var _ = service.submit(task(() -> 7));
        assertThat(Await.result(service.take())).isEqualTo(7);
      }
    }
  }
}
