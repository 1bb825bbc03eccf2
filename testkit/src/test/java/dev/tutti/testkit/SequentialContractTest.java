package dev.tutti.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.plan.CallOptions;
import dev.tutti.plan.RetryPolicy;
import dev.tutti.task.Task;
import dev.tutti.task.TaskFailedException;
import dev.tutti.task.TaskFuture;
import dev.tutti.task.TaskTimeoutException;
import dev.tutti.task.WorkerContext;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The contract, on the caller's own thread. */
final class SequentialContractTest extends BackendContract {
  @Override
  public Pool open(int workers) {
    return Pool.sequential();
  }

  @Override
  public Pool open() {
    return Pool.sequential();
  }

  @Override
  public boolean isolated() {
    return false;
  }

  @Override
  public boolean callerRuns() {
    return true;
  }

  @Override
  public boolean canStop() {
    return false;
  }

  /** What a task makes for its worker. */
  private static final class Tool implements AutoCloseable {
    private boolean closed;

    @Override
    public void close() {
      closed = true;
    }
  }

  @Test
  void perWorker_poolIsShutDownByATask_isClosed() throws Exception {
    Pool pool = open();
    Tool tool =
        pool.submit(
                () -> {
                  pool.shutdown();
                  return WorkerContext.current().perWorker(Tool.class, Tool::new);
                })
            .get();
    assertThat(tool.closed).isTrue();
  }

  @Test
  void submit_threadHasEnded_poolDoesNotKeepIt() throws Exception {
    try (Pool pool = open()) {
      WeakReference<Thread> plain = endedThread(() -> pool.submit(() -> 1));
      List<Tool> made = new ArrayList<>();
      WeakReference<Thread> maker =
          endedThread(() ->
              made.add(
                  pool.submit(() -> WorkerContext.current().perWorker(Tool.class, Tool::new))
                      .join()));
      pool.submit(() -> WorkerContext.current().perWorker(Tool.class, Tool::new)).get();
      assertThat(made.getFirst().closed).isTrue();
      Await.until(
          "the threads are gone",
          () -> {
            System.gc();
            return plain.refersTo(null) && maker.refersTo(null);
          });
    }
  }

  private static WeakReference<Thread> endedThread(Runnable work) throws InterruptedException {
    Thread thread = Thread.ofPlatform().start(work);
    thread.join();
    return new WeakReference<>(thread);
  }

  /** Attempts follow one another, they are not nested: their number is not that of stack frames. */
  @Test
  void submit_manyThousandAttempts_isAsDeepAsOne() throws Exception {
    RetryPolicy often = RetryPolicy.attempts(20_000).withBackOff(Duration.ZERO);
    AtomicInteger made = new AtomicInteger();
    try (Pool pool = open()) {
      Pool patient = pool.with(CallOptions.DEFAULTS.withRetry(often));
      TaskFuture<Integer> future =
          patient.submit(() -> {
            if (made.incrementAndGet() < 20_000) {
              throw new IOException("attempt " + made);
            }
            return made.get();
          });
      assertThat(future.get()).isEqualTo(20_000);
    }
  }

  /** What the time was over for before its turn came never starts. */
  @Test
  void invokeAll_firstTakesAllTheTime_othersNeverStart() throws Exception {
    Duration limit = Duration.ofMillis(20);
    AtomicInteger ran = new AtomicInteger();
    Task<Integer> slow =
        () -> {
          long end = System.nanoTime() + limit.toNanos(); // of all, which has begun before
          Await.until("the time is over", () -> System.nanoTime() - end > 0);
          return ran.incrementAndGet();
        };
    try (Pool pool = open()) {
      List<Future<Integer>> futures =
          pool.invokeAll(List.of(slow, slow, slow), limit.toNanos(), TimeUnit.NANOSECONDS);
      assertThat(ran).hasValue(1);
      assertThat(futures).hasSize(3);
      assertThat(futures.getFirst().resultNow()).isEqualTo(1);
      assertThat(futures.subList(1, 3)).allMatch(Future::isCancelled);
    }
  }

  @Test
  void invokeAny_firstFailsAfterAllTheTime_othersNeverStart() {
    Duration limit = Duration.ofMillis(20);
    AtomicInteger ran = new AtomicInteger();
    Task<Integer> slow =
        () -> {
          ran.incrementAndGet();
          long end = System.nanoTime() + limit.toNanos(); // of all, which has begun before
          Await.until("the time is over", () -> System.nanoTime() - end > 0);
          throw new IOException("slow");
        };
    try (Pool pool = open()) {
      assertThatExceptionOfType(TimeoutException.class)
          .isThrownBy(
              () -> pool.invokeAny(List.of(slow, slow), limit.toNanos(), TimeUnit.NANOSECONDS));
      assertThat(ran).hasValue(1);
    }
  }

  private static final RetryPolicy IN_AN_HOUR =
      RetryPolicy.attempts(3)
          .withBackOff(Duration.ofHours(2))
          .withLongestBackOff(Duration.ofHours(2));

  /** Nobody waits for a further attempt that nobody wants any more. */
  @Test
  void map_deadlineComesInPause_endsThen() {
    AtomicInteger made = new AtomicInteger();
    try (Pool pool = open()) {
      assertThatThrownBy(() ->
              Parallel.on(pool)
                  .deadline(Duration.ofMillis(200))
                  .retry(IN_AN_HOUR)
                  .map(List.of(1), _ -> fails(made)))
          .isInstanceOf(TaskFailedException.class)
          .hasCauseInstanceOf(TaskTimeoutException.class);
      assertThat(made).hasValue(1);
    }
  }

  @Test
  void submit_deadlineComesInPause_endsThen() {
    AtomicInteger made = new AtomicInteger();
    try (Pool pool = open()) {
      CallOptions options =
          CallOptions.DEFAULTS.withDeadline(Duration.ofMillis(200)).withRetry(IN_AN_HOUR);
      assertThat(pool.with(options).submit(() -> fails(made)))
          .failsWithin(Duration.ZERO)
          .withThrowableOfType(ExecutionException.class)
          .withCauseInstanceOf(TaskTimeoutException.class);
      assertThat(made).hasValue(1);
    }
  }

  @Test
  void closeNow_threadPausesBeforeAFurtherAttempt_comesBack() throws Exception {
    AtomicInteger made = new AtomicInteger();
    Pool pool = open();
    Pool patient = pool.with(CallOptions.DEFAULTS.withRetry(IN_AN_HOUR));
    Caller<TaskFuture<Integer>> caller = Caller.of(() -> patient.submit(() -> fails(made)));
    Await.blocked(caller.thread());
    pool.closeNow();
    assertThat(caller.end().result()).isCancelled();
    assertThat(made).hasValue(1);
    assertThat(pool.isTerminated()).isTrue();
  }

  private static int fails(AtomicInteger made) throws IOException {
    throw new IOException("attempt " + made.incrementAndGet());
  }

  /** A task runs on the thread that submits it, and has ended when submit returns. */
  @Test
  void submit_severalThreads_eachRunsItsOwn() throws Exception {
    try (Pool pool = Pool.sequential()) {
      List<Caller<Integer>> callers = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        callers.add(Caller.of(() -> ownTasks(pool)));
      }
      for (Caller<Integer> caller : callers) {
        Caller.End<Integer> end = caller.end();
        assertThat(end.failure()).isNull();
        assertThat(end.result()).isEqualTo(2_000);
      }
    }
  }

  private static int ownTasks(Pool pool) throws Exception {
    int right = 0;
    for (int i = 0; i < 2_000; i++) {
      var future = pool.submit(Thread::currentThread);
      right += future.isDone() && future.get() == Thread.currentThread() ? 1 : 0;
    }
    return right;
  }
}
