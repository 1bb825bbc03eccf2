package dev.tutti.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tutti.Pool;
import dev.tutti.plan.CallOptions;
import dev.tutti.plan.SubmitQueue;
import dev.tutti.task.Task;
import dev.tutti.task.TaskFuture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How many submitted tasks may wait. */
interface QueueSuite extends Subject {
  private static int afterFile(Path file, int result) throws InterruptedException {
    Await.file(file);
    return result;
  }

  /** Submits until one worker runs a task and one other task waits. */
  private List<TaskFuture<Integer>> fill(Pool pool, Path go) {
    List<TaskFuture<Integer>> futures = new ArrayList<>();
    int tasks = boundsWorkers() ? 2 : 1; // on virtual threads the bound is that of what runs
    for (int i = 0; i < tasks; i++) {
      int n = i;
      futures.add(pool.submit(() -> afterFile(go, n)));
    }
    return futures;
  }

  private static Pool bounded(Pool pool, SubmitQueue queue) {
    return pool.with(CallOptions.DEFAULTS.withQueue(queue));
  }

  /** On the caller's thread nothing ever waits, so nothing is refused. */
  private boolean assertNothingWaits() throws Exception {
    if (callerRuns()) {
      try (Pool pool = open(1)) {
        Pool strict = bounded(pool, SubmitQueue.rejecting(1));
        for (int i = 0; i < 10; i++) {
          int n = i;
          assertThat(Await.result(strict.submit(() -> n))).isEqualTo(n);
        }
      }
    }
    return callerRuns();
  }

  @Test
  default void submit_queueFull_isRejected(@TempDir Path folder) throws Exception {
    if (assertNothingWaits()) {
      return;
    }
    Path go = folder.resolve("go");
    try (Pool pool = open(1)) {
      Pool strict = bounded(pool, SubmitQueue.rejecting(1));
      List<TaskFuture<Integer>> futures = fill(strict, go);
      assertThatExceptionOfType(RejectedExecutionException.class)
          .isThrownBy(() -> strict.submit(() -> 7))
          .withMessageContaining("capacity=1");
      assertThatExceptionOfType(RejectedExecutionException.class)
          .isThrownBy(() -> strict.execute(() -> {}));
      TaskFuture<Integer> unbounded = pool.submit(() -> 8); // the view has the bound, not the pool
      Files.createFile(go);
      for (TaskFuture<Integer> future : futures) {
        assertThat(Await.result(future)).isLessThan(2);
      }
      assertThat(Await.result(unbounded)).isEqualTo(8);
      Await.until("there is room again", () -> isAccepted(strict));
    }
  }

  private static boolean isAccepted(Pool pool) throws Exception {
    try {
      return Await.result(pool.submit(() -> 9)) == 9;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  @Test
  default void submit_queueFullAndBlocks_goesInWhenThereIsRoom(@TempDir Path folder)
      throws Exception {
    if (callerRuns()) {
      return; // nothing waits
    }
    Path go = folder.resolve("go");
    try (Pool pool = open(1)) {
      Pool patient = bounded(pool, SubmitQueue.blocking(1));
      List<TaskFuture<Integer>> futures = fill(patient, go);
      Caller<Integer> submitter =
          Caller.of(() -> {
            int sum = 0;
            for (int i = 0; i < 100; i++) {
              int n = i;
              sum += Await.result(patient.submit(() -> n));
            }
            return sum;
          });
      Caller<Integer> other = Caller.of(() -> Await.result(patient.submit(() -> 1)));
      Await.blocked(submitter.thread());
      Await.blocked(other.thread());
      assertThat(submitter.hasEnded() || other.hasEnded()).isFalse();
      Files.createFile(go);
      assertThat(submitter.end().result()).isEqualTo(4950);
      assertThat(other.end().result()).isEqualTo(1);
      for (TaskFuture<Integer> future : futures) {
        assertThat(Await.result(future)).isLessThan(2);
      }
    }
  }

  /** Who waits for room can be interrupted, and is let go when the pool is closed. */
  @Test
  default void submit_waitsForRoom_interruptAndCloseLetGo(@TempDir Path folder) throws Exception {
    if (callerRuns()) {
      return; // nothing waits
    }
    Path go = folder.resolve("go");
    Pool pool = open(1);
    Pool patient = bounded(pool, SubmitQueue.blocking(1));
    List<TaskFuture<Integer>> futures = fill(patient, go);
    Caller<TaskFuture<Integer>> interrupted = Caller.of(() -> patient.submit(() -> 7));
    Await.blocked(interrupted.thread());
    interrupted.interrupt();
    Caller.End<TaskFuture<Integer>> end = interrupted.end();
    assertThat(end.failure()).isInstanceOf(RejectedExecutionException.class);
    assertThat(end.interrupted()).isTrue();
    Caller<TaskFuture<Integer>> closedOut = Caller.of(() -> patient.submit(() -> 8));
    Await.blocked(closedOut.thread());
    pool.shutdown();
    assertThat(closedOut.end().failure())
        .isInstanceOf(RejectedExecutionException.class)
        .hasMessageContaining("closed");
    Files.createFile(go);
    pool.close();
    assertThat(futures).allMatch(future -> future.isDone() && !future.isCancelled());
  }

  /** Who has only some time for his tasks does not wait longer than that for room. */
  @Test
  default void invokeAll_queueStaysFull_waitsNoLongerThanItsTime(@TempDir Path folder)
      throws Exception {
    if (callerRuns()) {
      return; // nothing waits
    }
    Path go = folder.resolve("go");
    try (Pool pool = open(1)) {
      Pool patient = bounded(pool, SubmitQueue.blocking(1));
      List<TaskFuture<Integer>> futures = fill(patient, go);
      List<Task<Integer>> tasks = List.of(() -> 7, () -> 8);
      Caller<List<Future<Integer>>> all =
          Caller.of(() -> patient.invokeAll(tasks, 50, TimeUnit.MILLISECONDS));
      Caller<Integer> any = Caller.of(() -> patient.invokeAny(tasks, 50, TimeUnit.MILLISECONDS));
      assertThat(all.end().result()).hasSize(2).allMatch(Future::isCancelled);
      assertThat(any.end().failure()).isInstanceOf(TimeoutException.class);
      Files.createFile(go);
      for (TaskFuture<Integer> future : futures) {
        assertThat(Await.result(future)).isLessThan(2);
      }
      Await.until("there is room again", () -> isAccepted(bounded(pool, SubmitQueue.rejecting(1))));
    }
  }

  /** Who submits runs the task where nothing is walled off. */
  @Test
  default void submit_queueFullAndCallerRuns_runsOnHisThread(@TempDir Path folder)
      throws Exception {
    if (assertNothingWaits()) {
      return;
    }
    Path go = folder.resolve("go");
    try (Pool pool = open(1)) {
      if (isolated()) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> bounded(pool, SubmitQueue.callerRuns(1)))
            .withMessageContaining("SubmitQueue.blocking(1)");
        return;
      }
      Pool busy = bounded(pool, SubmitQueue.callerRuns(1));
      List<TaskFuture<Integer>> futures = fill(busy, go);
      Thread here = Thread.currentThread();
      TaskFuture<Boolean> mine = busy.submit(() -> Thread.currentThread() == here);
      assertThat(mine).isCompletedWithValue(true);
      TaskFuture<Integer> bad = busy.submit(Faults.throwsUnchecked("bad"));
      assertThat(bad).isCompletedExceptionally();
      TaskFuture<Integer> inner =
          busy.submit(() -> {
            Files.createFile(go); // its wait may run what waits in the queue
            return Await.result(Pool.current().submit(() -> 5));
          });
      assertThat(inner).isCompletedWithValue(5);
      for (TaskFuture<Integer> future : futures) {
        assertThat(Await.result(future)).isLessThan(2);
      }
    }
  }

  /** Stopping the pool stops what a caller runs for it. */
  @Test
  default void closeNow_callerRunsATask_isStopped(@TempDir Path folder) throws Exception {
    if (callerRuns() || isolated()) {
      return; // all tasks are the caller's, or none
    }
    Path go = folder.resolve("go");
    Pool pool = open(1);
    Pool busy = bounded(pool, SubmitQueue.callerRuns(1));
    List<TaskFuture<Integer>> futures = fill(busy, go);
    Caller<TaskFuture<Integer>> caller =
        Caller.of(() -> busy.submit(Faults.writesMarkers(folder, 0, Faults.waitsForInterrupt())));
    Await.file(folder.resolve("0.begin"));
    pool.closeNow();
    Caller.End<TaskFuture<Integer>> end = caller.end();
    assertThat(end.result()).isCancelled();
    assertThat(end.interrupted()).isFalse();
    assertThat(futures).allMatch(TaskFuture::isCancelled);
    assertThat(pool.isTerminated()).isTrue();
  }

  /** A task that fills the queue of its own pool of one worker is no deadlock. */
  @Test
  default void submit_inTaskOfOneWorker_makesItsOwnRoom() throws Exception {
    if (isolated()) {
      return; // the pool of its task is another one
    }
    try (Pool pool = open(1)) {
      TaskFuture<Integer> sum = pool.submit(QueueSuite::fillsItsOwnPool);
      assertThat(Await.result(sum)).isEqualTo(45);
    }
  }

  private static int fillsItsOwnPool() throws Exception {
    Pool patient = bounded(Pool.current(), SubmitQueue.blocking(2));
    List<TaskFuture<Integer>> futures = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      int n = i;
      futures.add(patient.submit(() -> n));
    }
    int sum = 0;
    for (TaskFuture<Integer> future : futures) {
      sum += Await.result(future);
    }
    return sum;
  }

  @Test
  default void queue_noCapacity_isRefused() {
    for (int n : List.of(0, -1)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> SubmitQueue.blocking(n))
          .withMessageContaining("capacity=" + n);
    }
  }
}
