package dev.tutti.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.plan.CallOptions;
import dev.tutti.plan.FailurePolicy;
import dev.tutti.plan.RetryPolicy;
import dev.tutti.task.Cancelled;
import dev.tutti.task.Done;
import dev.tutti.task.Failure;
import dev.tutti.task.Success;
import dev.tutti.task.TaskFailedException;
import dev.tutti.task.TaskFuture;
import dev.tutti.task.TaskTimeoutException;
import dev.tutti.task.TimedOut;
import dev.tutti.task.WorkerContext;
import dev.tutti.task.WorkerLost;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The samples of the guide on calls: time-outs, deadlines, retries, cancelling. */
@Tag("system")
@Timeout(60)
class CallSnippets {
  private static Pool pool;

  @BeforeAll
  static void open() {
    pool = Pool.processes(2);
  }

  @AfterAll
  static void close() {
    pool.close();
  }

  private static int parse(String row) {
    return Integer.parseInt(row);
  }

  @SuppressWarnings("InfiniteLoopStatement")
  private static int loop() {
    while (true) {
      Thread.onSpinWait();
    }
  }

  private static String load(String row) throws IOException {
    if (WorkerContext.current().attempt() == 1) {
      throw new IOException("try again");
    }
    return row;
  }

  @Test
  void timeout() {
    // @start region=timeout
    Pool bounded = pool.with(CallOptions.DEFAULTS.withTimeout(Duration.ofMillis(200)));
    TaskFuture<Integer> endless = bounded.submit(() -> loop()); // heeds no interrupt
    assertThatThrownBy(endless::join)
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(TaskTimeoutException.class);
    endless.stopped().join(); // its worker was killed; the pool has another one
    // @end region=timeout
    assertThat(pool.submit(() -> parse("1")).join()).isOne();
  }

  @Test
  void bulk() {
    List<String> rows = List.of("1", "2");
    // @start region=bulk
    List<Integer> numbers =
        Parallel.on(pool)
            .timeout(Duration.ofSeconds(30)) // of each item, from when it begins
            .deadline(Duration.ofMinutes(10)) // of the whole call, from the call
            .map(rows, row -> parse(row));
    // @end region=bulk
    assertThat(numbers).containsExactly(1, 2);
  }

  @Test
  void retry() {
    List<String> rows = List.of("a", "b");
    // @start region=retry
    RetryPolicy retry =
        RetryPolicy.attempts(3)
            .on(IOException.class, WorkerLost.class)
            .withBackOff(Duration.ofMillis(50)); // doubles with each attempt
    List<String> loaded = Parallel.on(pool).retry(retry).map(rows, row -> load(row));
    // @end region=retry
    assertThat(loaded).containsExactly("a", "b");
  }

  @Test
  void cancel() {
    // @start region=cancel
    TaskFuture<Integer> endless = pool.submit(() -> loop());
    endless.cancel(true); // the future ends at once; cancel(false) lets the work run on
    endless.stopped().join(); // the work has ended: its process was killed
    // @end region=cancel
    assertThat(endless).isCancelled();
  }

  @Test
  void failures() {
    List<String> rows = List.of("1", "x", "3", "y");
    // @start region=failures
    assertThatThrownBy(() -> pool.map(rows, row -> parse(row))) // stops at the first
        .isInstanceOf(TaskFailedException.class);
    assertThatThrownBy(() ->
            Parallel.on(pool).onFailure(FailurePolicy.finishAll()).map(rows, row -> parse(row)))
        .isInstanceOfSatisfying(
            TaskFailedException.class,
            first -> assertThat(first.getSuppressed()).hasSize(1)); // all failures
    try (Stream<Done<String, Integer>> ended = pool.outcomes(rows, row -> parse(row))) {
      List<Integer> numbers = ended.map(done -> done.outcome().orElse(-1)).toList(); // no exception
      assertThat(numbers).containsExactly(1, -1, 3, -1);
    }
    // @end region=failures
  }

  @Test
  void outcomes() {
    List<String> rows = List.of("1", "x");
    try (Stream<Done<String, Integer>> ended = pool.unorderedOutcomes(rows, row -> parse(row))) {
      assertThat(ended.map(CallSnippets::words))
          .containsExactlyInAnyOrder("1 is 1", "x: java.lang.NumberFormatException");
    }
  }

  // @start region=outcome
  static String words(Done<String, Integer> done) {
    return switch (done.outcome()) {
      case Success<Integer>(var number) -> done.item() + " is " + number;
      case Failure<Integer>(var cause) -> done.item() + ": " + cause.getClass().getName();
      case TimedOut<Integer>(var cause) -> done.item() + ": longer than " + cause.limit();
      case WorkerLost<Integer>(var cause) -> done.item() + ": " + cause.reason();
      case Cancelled<Integer> _ -> done.item() + ": cancelled";
    };
  }
  // @end region=outcome
}
