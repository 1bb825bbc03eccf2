package dev.tutti.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.plan.Batching;
import dev.tutti.task.Done;
import dev.tutti.task.Failure;
import dev.tutti.task.Fn;
import dev.tutti.task.NotSendableException;
import dev.tutti.task.SubstituteException;
import dev.tutti.task.Task;
import dev.tutti.task.TaskFailedException;
import dev.tutti.task.TaskFuture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tasks that fail, and what their callers get. */
interface FailureSuite extends Subject {

  private static Throwable causeOf(Pool pool, Task<?> task) throws InterruptedException {
    try {
      Object result = Await.result(pool.submit(task));
      throw new AssertionError("the task did not fail: result=" + result);
    } catch (ExecutionException e) {
      return Objects.requireNonNull(e.getCause(), "cause");
    }
  }

  private static int square(int n) {
    return n * n;
  }

  private static List<Integer> numbers(int n) {
    return IntStream.range(0, n).boxed().toList();
  }

  /** The exception of the task itself, with the line where it was thrown. */
  @Test
  default void submit_taskThrows_causeIsItsException() throws Exception {
    try (Pool pool = open(1)) {
      Throwable cause = causeOf(pool, Faults.throwsUnchecked("123"));
      assertThat(cause).isExactlyInstanceOf(IllegalStateException.class).hasMessage("123");
      assertThat(cause.getStackTrace()[0].getClassName()).isEqualTo(Faults.class.getName());
      assertThat(causeOf(pool, Faults.throwsChecked("checked")))
          .isExactlyInstanceOf(IOException.class)
          .hasMessage("checked");
    }
  }

  /** A bulk call says which item, and has the exception of the task as its cause. */
  @Test
  default void map_itemThrows_failureNamesTheItem() {
    try (Pool pool = open(2)) {
      assertThatExceptionOfType(TaskFailedException.class)
          .isThrownBy(() -> pool.map(numbers(10), Faults.at(7, Faults.throwsChecked("bad"))))
          .satisfies(e -> {
            assertThat(e.index()).isEqualTo(7);
            assertThat(e.attempt()).isEqualTo(1);
            assertThat(e).hasMessageContaining("item 7").hasMessageContaining("item=7");
            assertThat(e.getCause()).isExactlyInstanceOf(IOException.class).hasMessage("bad");
            assertThat(e.getStackTrace())
                .anyMatch(frame -> frame.getClassName().equals(FailureSuite.class.getName()));
          });
    }
  }

  /** An {@code Error} of a task is a failure like any other. */
  @Test
  default void submit_taskThrowsError_isAFailure() throws Exception {
    try (Pool pool = open(1)) {
      assertThat(causeOf(pool, Faults.throwsError("e")))
          .isExactlyInstanceOf(AssertionError.class)
          .hasMessage("e");
      assertThatExceptionOfType(TaskFailedException.class)
          .isThrownBy(() -> pool.map(numbers(4), Faults.at(2, Faults.throwsError("e"))))
          .withCauseExactlyInstanceOf(AssertionError.class);
      Task<Integer> deep = () -> deep(0);
      assertThat(causeOf(pool, deep)).isInstanceOf(StackOverflowError.class);
      assertThat(Await.result(pool.submit(() -> 1))).isEqualTo(1);
    }
  }

  @SuppressWarnings("InfiniteRecursion") // it is to overflow the stack
  private static int deep(int n) {
    return deep(n + 1) + 1;
  }

  /** A result that cannot cross is that task's failure, each time; the workers live. */
  @Test
  default void submit_resultCannotCross_onlyThatTaskFails() throws Exception {
    try (Pool pool = open(2)) {
      for (int i = 0; i < 20; i++) {
        if (isolated()) {
          assertThat(causeOf(pool, Faults.returnsUnsendable()))
              .isInstanceOf(NotSendableException.class)
              .hasMessageContaining(Faults.NotSerializable.class.getName());
        } else {
          assertThat(Await.result(pool.submit(Faults.returnsUnsendable())))
              .isEqualTo(new Faults.NotSerializable(7));
        }
      }
      assertThat(pool.map(numbers(3), FailureSuite::square)).containsExactly(0, 1, 4);
    }
  }

  /** An exception whose constructor nobody could guess. */
  @Test
  default void submit_awkwardException_comesItself() throws Exception {
    try (Pool pool = open(1)) {
      assertThat(causeOf(pool, Faults.throwsAwkward(42)))
          .isInstanceOfSatisfying(
              Faults.AwkwardException.class, e -> assertThat(e.code()).isEqualTo(42))
          .hasMessage("awkward 42");
    }
  }

  /** An exception that cannot cross comes as its substitute, with its text and stack. */
  @Test
  default void submit_exceptionCannotCross_substituteComes() throws Exception {
    try (Pool pool = open(1)) {
      Throwable cause = causeOf(pool, Faults.throwsUnsendable());
      if (isolated()) {
        assertThat(cause)
            .isInstanceOfSatisfying(
                SubstituteException.class,
                e -> {
                  assertThat(e.originalClass())
                      .isEqualTo(Faults.UnsendableException.class.getName());
                  assertThat(e.reason()).contains(Faults.NotSerializable.class.getName());
                })
            .hasMessageContaining("holds a thread");
      } else {
        assertThat(cause).isInstanceOf(Faults.UnsendableException.class);
      }
      assertThat(cause.getStackTrace()[0].getClassName()).isEqualTo(Faults.class.getName());
    }
  }

  /** An exception that cannot even say what it is does no harm to the call or to the pool. */
  @Test
  default void anyCall_speechlessException_isAFailure() throws Exception {
    try (Pool pool = open(1)) {
      assertThat(causeOf(pool, Faults.throwsSpeechless())).isNotNull();
      assertThatExceptionOfType(TaskFailedException.class)
          .isThrownBy(() -> pool.map(numbers(3), Faults.at(1, Faults.throwsSpeechless())))
          .satisfies(e -> assertThat(e.index()).isEqualTo(1));
      pool.execute(() -> Faults.throwsSpeechless().call());
      assertThat(Await.result(pool.submit(() -> 1))).isEqualTo(1);
    }
  }

  /** Large exceptions, and the first one stops the rest. */
  @Test
  default void map_manyLargeFailures_callEndsAndPoolServes() {
    Fn<Integer, Integer> fn =
        n -> {
          throw new IllegalArgumentException("x".repeat(1 << 20));
        };
    try (Pool pool = open(2)) {
      assertThatExceptionOfType(TaskFailedException.class)
          .isThrownBy(() -> pool.map(numbers(20), fn))
          .withCauseExactlyInstanceOf(IllegalArgumentException.class);
      assertThat(pool.map(numbers(3), FailureSuite::square)).containsExactly(0, 1, 4);
    }
  }

  /** The first failure stops what runs and what waits. */
  @Test
  default void map_oneItemFails_othersAreStopped(@TempDir Path folder) throws Exception {
    if (callerRuns()) {
      return; // the items before it have ended, those after it have not begun
    }
    Fn<Integer, Integer> endless = Faults.writesMarkers(folder, Faults.waitsForInterrupt());
    Path begun = folder.resolve("0.begin");
    Fn<Integer, Integer> fn =
        n -> {
          if (n == 0) {
            return endless.apply(n);
          }
          Await.file(begun);
          throw new IOException("bad");
        };
    try (Pool pool = open(2)) {
      assertThatExceptionOfType(TaskFailedException.class)
          .isThrownBy(() -> pool.map(numbers(2), fn))
          .satisfies(e -> assertThat(e.index()).isEqualTo(1));
      Await.file(folder.resolve("0.end"));
    }
  }

  /** A pool that saw failures gives right results after them. */
  @Test
  default void map_afterFailures_isRight() throws Exception {
    Fn<Integer, Integer> divide = n -> 1 / n;
    try (Pool pool = open(2)) {
      for (int i = 0; i < 20; i++) {
        assertThatExceptionOfType(TaskFailedException.class)
            .isThrownBy(() -> pool.map(List.of(1, 0, 1), divide))
            .withCauseExactlyInstanceOf(ArithmeticException.class);
        assertThat(causeOf(pool, () -> divide.apply(0))).isInstanceOf(ArithmeticException.class);
        assertThat(pool.map(numbers(4), FailureSuite::square)).containsExactly(0, 1, 4, 9);
      }
    }
  }

  /** A failure inside a pool inside a task comes out as it is. */
  @Test
  default void submit_nestedPoolFails_innerFailureComes() throws Exception {
    Fn<Integer, Integer> parse = n -> Integer.parseInt("x" + n);
    try (Pool pool = open(1)) {
      Task<List<Integer>> nested =
          () -> {
            try (Pool inner = Pool.threads(2)) {
              return inner.map(List.of(1, 2), parse);
            }
          };
      assertThat(causeOf(pool, nested))
          .isInstanceOf(TaskFailedException.class)
          .hasCauseInstanceOf(NumberFormatException.class);
    }
  }

  /** Bad items among many good ones fail alone, and nothing gets stuck behind them. */
  @Test
  default void outcomes_itemsThatCannotTravel_failAlone() {
    List<Object> items = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      items.add(i % 20 == 3 ? new Faults.NotSerializable(i) : Integer.valueOf(i));
    }
    Fn<Object, Integer> hash = Object::hashCode;
    try (Pool pool = open(2)) {
      for (Batching batching : List.of(Batching.adaptive(), Batching.fixed(4))) {
        List<Done<Object, Integer>> done;
        try (Stream<Done<Object, Integer>> outcomes =
            Parallel.on(pool).window(4).batch(batching).outcomes(items, hash)) {
          done = outcomes.toList();
        }
        assertThat(done).extracting(Done::item).isEqualTo(items);
        for (Done<Object, Integer> each : done) {
          boolean travels = !isolated() || each.item() instanceof Integer;
          assertThat(each.outcome().succeeded()).isEqualTo(travels);
          if (each.outcome() instanceof Failure<Integer>(Throwable cause)) {
            assertThat(cause).isInstanceOf(NotSendableException.class);
          }
        }
      }
    }
  }

  /** Callbacks hear the result or the task's own exception, once. */
  @Test
  default void whenComplete_resultOrFailure_isHeardOnce() throws Exception {
    try (Pool pool = open(1)) {
      for (String text : List.of("1", "a")) {
        List<String> heard = new ArrayList<>();
        TaskFuture<Integer> future = pool.submit(() -> Integer.parseInt(text));
        try {
          Await.result(
              future.whenComplete(
                  (n, e) -> heard.add(e == null ? "result " + n : e.getClass().getSimpleName())));
        } catch (ExecutionException e) {
          assertThat(e).hasCauseInstanceOf(NumberFormatException.class);
        }
        assertThat(heard).containsExactly(text.equals("1") ? "result 1" : "NumberFormatException");
      }
    }
  }

  /** A dependent that throws harms neither the result, the others nor the pool. */
  @Test
  default void whenComplete_throws_harmsNobody(@TempDir Path folder) throws Exception {
    Path go = folder.resolve("go");
    if (callerRuns()) {
      Files.createFile(go);
    }
    try (Pool pool = open(1)) {
      TaskFuture<Integer> future = pool.submit(() -> afterFile(go, 5));
      var bad = future.thenApply(n -> n / (n - 5));
      var good = future.thenApply(n -> n + 1);
      if (!callerRuns()) {
        Files.createFile(go);
      }
      assertThat(Await.result(future)).isEqualTo(5);
      assertThat(Await.result(good)).isEqualTo(6);
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(() -> Await.result(bad))
          .withCauseInstanceOf(ArithmeticException.class);
      assertThat(Await.result(pool.submit(() -> 1))).isEqualTo(1);
    }
  }

  private static int afterFile(Path file, int result) throws InterruptedException {
    Await.file(file);
    return result;
  }

  /** A failure of the file system crosses with its file. */
  @Test
  default void submit_fileException_comesItself(@TempDir Path folder) throws Exception {
    Path missing = folder.resolve("missing");
    try (Pool pool = open(1)) {
      Throwable cause = causeOf(pool, () -> Files.size(missing));
      assertThat(cause).isExactlyInstanceOf(NoSuchFileException.class);
      assertThat(((NoSuchFileException) cause).getFile()).isEqualTo(missing.toString());
    }
  }

  /** A task that is executed and fails has nobody to tell; the pool serves on. */
  @Test
  default void execute_taskFails_poolServes() throws Exception {
    try (Pool pool = open(1)) {
      for (int i = 0; i < 3; i++) {
        pool.execute(() -> Faults.throwsChecked("executed, and to be seen in the log").call());
      }
      assertThat(Await.result(pool.submit(() -> 1))).isEqualTo(1);
    }
  }
}
