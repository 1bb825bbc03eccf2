package dev.tutti.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.Bulk;
import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.plan.CallOptions;
import dev.tutti.plan.RetryPolicy;
import dev.tutti.task.Done;
import dev.tutti.task.Failure;
import dev.tutti.task.Fn;
import dev.tutti.task.Success;
import dev.tutti.task.TaskFailedException;
import dev.tutti.task.TaskFuture;
import dev.tutti.task.TaskTimeoutException;
import dev.tutti.task.TimedOut;
import dev.tutti.task.WorkerLost;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Time-outs, deadlines and further attempts. */
interface LimitSuite extends Subject {
  /** Short for a test, long enough for an item that does nothing on a busy machine. */
  Duration SHORT = Duration.ofSeconds(1);

  private static List<Integer> numbers(int n) {
    return IntStream.range(0, n).boxed().toList();
  }

  /**
   * {@return a function that fails as often as it is told, and then gives the number of the
   * attempt}
   */
  private static Fn<Integer, Integer> succeedsAtAttempt(
      Path folder, int good, Fn<Integer, ?> fault) {
    return item -> {
      int attempt = 1;
      while (true) {
        try {
          Files.createFile(folder.resolve(item + "-" + attempt));
          break;
        } catch (FileAlreadyExistsException made) {
          attempt++;
        }
      }
      if (attempt < good) {
        fault.apply(item);
      }
      return attempt;
    };
  }

  /** Of what waits, the task with the highest priority is next. */
  @Test
  default void submit_highPriority_goesBeforeWhatWaits(@TempDir Path folder) throws Exception {
    String gate = folder.resolve("gate").toString();
    try (Pool pool = open(1)) {
      if (callerRuns() || !boundsWorkers()) {
        Pool urgent = pool.with(CallOptions.DEFAULTS.withPriority(5));
        assertThat(urgent.submit(() -> 42).get()).isEqualTo(42); // nothing waits here
        return;
      }
      TaskFuture<Integer> first =
          pool.submit(() -> {
            while (!Files.exists(Path.of(gate))) {
              Thread.onSpinWait();
            }
            return 0;
          });
      List<TaskFuture<Long>> low = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        low.add(pool.submit(System::nanoTime));
      }
      TaskFuture<Long> later =
          pool.with(CallOptions.DEFAULTS.withPriority(-1)).submit(System::nanoTime);
      TaskFuture<Long> high =
          pool.with(CallOptions.DEFAULTS.withPriority(5)).submit(System::nanoTime);
      Files.createFile(Path.of(gate));
      first.get();
      long highTime = high.get();
      long laterTime = later.get();
      for (TaskFuture<Long> task : low) {
        assertThat(task.get()).isBetween(highTime, laterTime);
      }
    }
  }

  /** An item that runs too long ends so, is stopped, and costs the others nothing. */
  @Test
  default void outcomes_itemOverItsTime_onlyItIsTimedOut() {
    try (Pool pool = open(2)) {
      pool.warm();
      Bulk bulk = Parallel.on(pool).timeout(SHORT);
      List<Done<Integer, Integer>> all =
          bulk.outcomes(numbers(8), Faults.at(3, Faults.waitsForInterrupt())).toList();
      assertThat(all)
          .allSatisfy(done -> {
            if (done.index() == 3) {
              assertThat(done.outcome()).isInstanceOf(TimedOut.class);
              assertThat(done.elapsed()).isGreaterThanOrEqualTo(SHORT);
            } else {
              assertThat(done.outcome()).isInstanceOf(Success.class);
            }
            assertThat(done.attempts()).isEqualTo(1);
          });
      assertThat(pool.map(numbers(3), n -> n)).isEqualTo(numbers(3));
    }
  }

  /** The future of a task that runs too long ends by its time-out; its work stops after it. */
  @Test
  default void submit_taskOverItsTime_futureEndsAndWorkStops() throws Exception {
    try (Pool pool = open(1)) {
      Pool bounded = pool.with(CallOptions.DEFAULTS.withTimeout(SHORT));
      TaskFuture<Integer> future = bounded.submit(Faults.waitsForInterrupt());
      assertThatThrownBy(() -> Await.result(future))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(TaskTimeoutException.class)
          .hasMessageContaining("timeout=" + SHORT);
      Await.result(future.stopped());
      assertThat(Await.result(bounded.submit(() -> 1))).isEqualTo(1);
    }
  }

  /** Where workers can be stopped whatever they do, a loop that heeds nothing is stopped too. */
  @Test
  default void submit_loopOverItsTime_isStoppedWhereThatIsPossible() throws Exception {
    if (!isolated()) {
      return; // a thread cannot be stopped so: that is what the documents say of it
    }
    try (Pool pool = open(1)) {
      TaskFuture<Integer> future =
          pool.with(CallOptions.DEFAULTS.withTimeout(SHORT)).submit(Faults.loopsForEver());
      assertThatThrownBy(() -> Await.result(future)).hasCauseInstanceOf(TaskTimeoutException.class);
      Await.result(future.stopped());
      assertThat(Await.result(pool.submit(() -> 1))).isEqualTo(1);
    }
  }

  /** A deadline counts from the call, and ends all that has not ended. */
  @Test
  default void map_deadlineComes_callEnds() {
    try (Pool pool = open(2)) {
      pool.warm();
      assertThatThrownBy(() ->
              Parallel.on(pool)
                  .deadline(SHORT)
                  .map(numbers(8), Faults.at(3, Faults.waitsForInterrupt())))
          .isInstanceOf(TaskFailedException.class)
          .hasCauseInstanceOf(TaskTimeoutException.class)
          .hasMessageContaining("deadline");
      assertThat(pool.map(numbers(3), n -> n)).isEqualTo(numbers(3));
    }
  }

  /** An endless input ends at the deadline, and says that there was more. */
  @Test
  default void outcomes_endlessInputAndDeadline_endsWithTheTimeout() {
    try (Pool pool = open(1);
        Stream<Done<Integer, Integer>> all =
            Parallel.on(pool)
                .deadline(SHORT)
                .outcomes(() -> Stream.iterate(0, n -> n + 1).iterator(), n -> n)) {
      assertThatThrownBy(all::count).isInstanceOf(TaskTimeoutException.class);
    }
  }

  /** A task that fails is attempted again, as often as the policy says. */
  @Test
  default void map_failsTwiceAndThreeAttempts_succeeds(@TempDir Path folder) {
    try (Pool pool = open(2)) {
      Fn<Integer, Integer> fn =
          succeedsAtAttempt(
              folder,
              3,
              _ -> {
                throw new IOException("not yet");
              });
      List<Done<Integer, Integer>> all =
          Parallel.on(pool)
              .retry(RetryPolicy.attempts(3).withBackOff(Duration.ofMillis(2)))
              .outcomes(numbers(4), fn)
              .toList();
      assertThat(all).allSatisfy(done -> assertThat(done.attempts()).isEqualTo(3));
      assertThat(all).allSatisfy(done -> assertThat(done.outcome()).isEqualTo(new Success<>(3)));
    }
  }

  /** What the policy does not name is not attempted again, nor is anything beyond its attempts. */
  @Test
  default void outcomes_policyNamesOthersOrIsUsedUp_failureIsTold(@TempDir Path folder) {
    try (Pool pool = open(1)) {
      Fn<Integer, Integer> fn =
          succeedsAtAttempt(
              folder,
              4,
              _ -> {
                throw new IOException("never");
              });
      Bulk others = Parallel.on(pool).retry(RetryPolicy.attempts(3).on(WorkerLost.class));
      assertThat(others.outcomes(List.of(1), fn).toList())
          .singleElement()
          .satisfies(done -> assertThat(done.outcome()).isInstanceOf(Failure.class))
          .satisfies(done -> assertThat(done.attempts()).isEqualTo(1));
      Bulk two = Parallel.on(pool).retry(RetryPolicy.attempts(2).on(IOException.class));
      assertThat(two.outcomes(List.of(2), fn).toList())
          .singleElement()
          .satisfies(done -> assertThat(done.outcome()).isInstanceOf(Failure.class))
          .satisfies(done -> assertThat(done.attempts()).isEqualTo(2));
    }
  }

  /** A lost worker is an outcome after which an item can be attempted again. */
  @Test
  default void map_workerDiesOnceAndTwoAttempts_succeeds(@TempDir Path folder) {
    if (!isolated()) {
      return; // such a task would end the test
    }
    try (Pool pool = open(1)) {
      Fn<Integer, Integer> fn =
          succeedsAtAttempt(
              folder,
              2,
              _ -> {
                Runtime.getRuntime().halt(9);
                return 0;
              });
      Bulk bulk = Parallel.on(pool).retry(RetryPolicy.attempts(2).on(WorkerLost.class));
      assertThat(bulk.map(numbers(2), fn)).containsExactly(2, 2);
    }
  }

  /** An attempt that was stopped for its time-out is over before the next one begins. */
  @Test
  default void map_firstAttemptOverItsTime_secondSucceeds(@TempDir Path folder) {
    try (Pool pool = open(1)) {
      pool.warm();
      Fn<Integer, Integer> fn =
          succeedsAtAttempt(folder, 2, _ -> Faults.waitsForInterrupt().call());
      Bulk bulk =
          Parallel.on(pool)
              .timeout(Duration.ofSeconds(1))
              .retry(RetryPolicy.attempts(2).on(TimedOut.class));
      assertThat(bulk.map(List.of(7), fn)).containsExactly(2);
    }
  }

  /** Limits longer than a clock can count are none. */
  @Test
  default void limits_forEver_boundNothing() throws Exception {
    Duration forEver = ChronoUnit.FOREVER.getDuration();
    RetryPolicy retry =
        RetryPolicy.attempts(2).withBackOff(Duration.ofNanos(1)).withLongestBackOff(forEver);
    try (Pool pool = open(1)) {
      Pool bounded =
          pool.with(
              CallOptions.DEFAULTS.withTimeout(forEver).withDeadline(forEver).withRetry(retry));
      assertThat(Await.result(bounded.submit(() -> 1))).isEqualTo(1);
      assertThat(bounded.map(numbers(3), n -> n)).isEqualTo(numbers(3));
      assertThatThrownBy(() -> Await.result(bounded.submit(Faults.throwsChecked("twice"))))
          .hasRootCauseMessage("twice");
    }
  }

  @Test
  default void bulk_negativeLimits_areRefused() {
    try (Pool pool = open()) {
      Bulk bulk = Parallel.on(pool);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> bulk.timeout(Duration.ofMillis(-1)))
          .withMessageContaining("timeout");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> bulk.deadline(Duration.ofMillis(-1)))
          .withMessageContaining("deadline");
      assertThatIllegalArgumentException().isThrownBy(() -> RetryPolicy.attempts(0));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> RetryPolicy.attempts(2).on(String.class));
    }
  }
}
