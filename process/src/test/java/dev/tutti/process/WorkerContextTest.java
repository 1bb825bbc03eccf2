package dev.tutti.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.event.PoolEvent.TaskAdvanced;
import dev.tutti.event.PoolEvent.WorkerNotStarted;
import dev.tutti.event.PoolEvent.WorkerStarted;
import dev.tutti.memory.sync.ProcessEvent;
import dev.tutti.plan.CallOptions;
import dev.tutti.plan.RetryPolicy;
import dev.tutti.spi.StartBudget;
import dev.tutti.task.NotSendableException;
import dev.tutti.task.TaskFuture;
import dev.tutti.task.WorkerContext;
import dev.tutti.testkit.LeakCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class WorkerContextTest {
  private static final AtomicInteger COUNT = new AtomicInteger();

  @TempDir private Path folder;

  private static ProcessOptions options(int workers) {
    return ProcessOptions.DEFAULTS.withWorkers(workers).withJvmFlags("-XX:TieredStopAtLevel=1");
  }

  // ---------------------------------------------------------------- initialiser

  /** The initialiser runs once in each worker, before its first task. */
  @Test
  void initialiser_twoWorkers_runsOnceInEach() throws Exception {
    ProcessOptions options = options(2).withInitialiser(() -> COUNT.addAndGet(100));
    try (Pool pool = Pool.open(options)) {
      pool.warm();
      List<Integer> counts = pool.map(IntStream.range(0, 40).boxed().toList(), i -> COUNT.get());
      assertThat(new HashSet<>(counts)).containsExactly(100);
    }
    assertThat(COUNT.get()).isZero();
  }

  /** A start that fails in the initialiser leaves no channel open. */
  @Test
  void initialiser_failsAgainAndAgain_leavesNoDescriptor() {
    failInInitialiser(); // what the first pool of a JVM opens for good
    long before = Os.descriptors();
    failInInitialiser();
    failInInitialiser();
    int ofOneStart = 6; // and each of these pools has tried three times at least
    await().until(() -> Os.descriptors() < before + ofOneStart);
  }

  private static void failInInitialiser() {
    ProcessOptions options =
        options(1)
            .withInitialiser(() -> {
              throw new IllegalStateException("an initialiser of a test");
            });
    try (Pool pool = Pool.open(options)) {
      assertThatThrownBy(() -> pool.submit(() -> 1).get())
          .hasRootCauseMessage("an initialiser of a test");
    }
  }

  /** One that always fails is tried a bounded number of times; then tasks fail with its cause. */
  @Test
  void initialiser_alwaysFails_tasksFailWithCause() throws Exception {
    Events events = new Events();
    ProcessOptions options =
        options(1)
            .withInitialiser(() -> {
              throw new IOException("no licence");
            });
    try (Pool pool = Pool.open(options)) {
      var _ = pool.listen(events);
      TaskFuture<Integer> first = pool.submit(() -> 1);
      assertThatThrownBy(first::get)
          .isInstanceOf(ExecutionException.class)
          .hasMessageContaining("no worker process can be started")
          .hasMessageContaining("java.io.IOException: no licence")
          .hasRootCauseInstanceOf(IOException.class);
      events.await(WorkerNotStarted.class, StartBudget.MOST);
      assertThatThrownBy(() -> pool.submit(() -> 2).get())
          .hasMessageContaining("no licence"); // at once: the budget is used up
      assertThat(events.of(WorkerNotStarted.class)).hasSize(StartBudget.MOST);
    }
  }

  /** One that fails at first costs starts, and no task. */
  @Test
  void initialiser_worksAtSecondTry_noTaskFails() throws Exception {
    Events events = new Events();
    String tried = folder.resolve("tried").toString();
    ProcessOptions healing =
        options(1)
            .withInitialiser(() -> {
              Path file = Path.of(tried);
              if (Files.notExists(file)) {
                Files.createFile(file);
                throw new IOException("not yet");
              }
            });
    try (Pool pool = Pool.open(healing)) {
      var _ = pool.listen(events);
      assertThat(pool.submit(() -> 7).get()).isEqualTo(7);
      assertThat(events.await(WorkerStarted.class, 1)).hasSize(1);
      assertThat(events.of(WorkerNotStarted.class)).hasSize(1);
    }
  }

  /** One that ends its JVM is told as that. */
  @Test
  void initialiser_exits_tasksFailWithStatus() {
    try (Pool pool = Pool.open(options(1).withInitialiser(() -> System.exit(9)))) {
      assertThatThrownBy(() -> pool.submit(() -> 1).get())
          .hasMessageContaining("ended in its initialiser")
          .hasMessageContaining("exit=9");
    }
  }

  /** One that cannot travel is refused when the pool is opened. */
  @Test
  void initialiser_notSendable_isRefusedAtOpen() {
    Object local = new Object();
    assertThatThrownBy(() -> Pool.open(options(1).withInitialiser(local::notifyAll)))
        .isInstanceOf(NotSendableException.class);
  }

  // ---------------------------------------------------------------- what a task can ask

  /** A task knows its worker and attempt, and tells its progress and log lines to the parent. */
  @Test
  void current_inTask_tellsWhereItIs() throws Exception {
    Events events = new Events();
    try (Pool pool = Pool.open(options(1))) {
      var _ = pool.listen(events);
      String worker =
          pool.submit(
                  () -> {
                    WorkerContext context = WorkerContext.current();
                    context.progress(0.25);
                    context.log(System.Logger.Level.DEBUG, "a line with umlauts: \u00e4");
                    context.progress(1);
                    return context.worker() + "#" + context.attempt() + context.isCancelled();
                  })
              .get();
      assertThat(worker).isEqualTo("tutti-" + pool.name() + "-worker-0#1false");
      assertThat(events.await(TaskAdvanced.class, 2))
          .extracting(TaskAdvanced::fraction)
          .containsExactly(0.25, 1.0);
      assertThatThrownBy(
              () -> pool.submit(() -> WorkerContext.current().progress(Double.NaN)).get())
          .hasMessageContaining("fraction must be from 0 to 1");
    }
  }

  /** What a task tells comes while it runs, also where the system does not take it at once. */
  @Test
  void log_burst_comesWhileTheTaskRuns() throws Exception {
    Events events = new Events();
    ProcessEvent goOn = ProcessEvent.create();
    try (Pool pool = Pool.open(options(1))) {
      var _ = pool.listen(events);
      TaskFuture<Integer> task =
          pool.submit(() -> {
            String line = "x".repeat(1 << 16);
            for (int i = 0; i < 200; i++) {
              WorkerContext.current().log(System.Logger.Level.TRACE, line);
            }
            WorkerContext.current().progress(1);
            goOn.await();
            return 7;
          });
      assertThat(events.await(TaskAdvanced.class, 1)).hasSize(1);
      goOn.set();
      assertThat(task.get()).isEqualTo(7);
    }
  }

  /** A value is made once a worker, and closed when the worker leaves. */
  @Test
  void perWorker_manyTasks_madeOnceClosedAtEnd() throws Exception {
    Marks marks = new Marks(folder);
    try (Pool pool = Pool.open(options(2))) {
      pool.map(
          IntStream.range(0, 20).boxed().toList(),
          i -> WorkerContext.current().perWorker(Parser.class, () -> new Parser(marks)).parse(i));
      int made = marks.count("made");
      assertThat(made).isBetween(1, 2);
      assertThat(marks.count("closed")).isZero();
    }
    assertThat(marks.count("closed")).isEqualTo(marks.count("made"));
  }

  private record Parser(Marks marks) implements AutoCloseable {
    Parser {
      marks.leave("made");
    }

    int parse(int i) {
      return i;
    }

    @Override
    public void close() {
      marks.leave("closed");
    }
  }

  /** A task that swallows its interrupt still sees that it is to stop. */
  @Test
  void isCancelled_interruptSwallowed_isSeen() {
    Marks marks = new Marks(folder);
    try (Pool pool = Pool.open(options(1))) {
      TaskFuture<Integer> task =
          pool.submit(() -> {
            marks.leave("runs");
            while (!WorkerContext.current().isCancelled()) {
              boolean _ = Thread.interrupted();
              Thread.onSpinWait();
            }
            marks.leave("saw");
            return 1;
          });
      await().until(() -> marks.count("runs") == 1);
      assertThat(task.cancel(true)).isTrue();
      task.stopped().join();
      assertThat(marks.count("saw")).isEqualTo(1);
    }
  }

  // ---------------------------------------------------------------- retries

  /** A further attempt goes to another worker where there is one, and knows its number. */
  @Test
  void retry_twoWorkers_goesToTheOther() throws Exception {
    Marks marks = new Marks(folder);
    try (Pool pool = Pool.open(options(2))) {
      pool.warm();
      for (int round = 0; round < 5; round++) {
        String name = "try" + round;
        int attempt =
            pool.with(CallOptions.DEFAULTS.withRetry(RetryPolicy.attempts(2)))
                .submit(() -> {
                  marks.leave(name);
                  int number = WorkerContext.current().attempt();
                  if (number == 1) {
                    throw new IOException("once");
                  }
                  return number;
                })
                .get();
        assertThat(attempt).isEqualTo(2);
        assertThat(marks.pids(name)).hasSize(2).doesNotHaveDuplicates();
      }
    }
  }

  /** Where there is only one worker, that one makes the further attempt. */
  @Test
  void retry_oneWorker_isTheSame() {
    try (Pool pool = Pool.open(options(1))) {
      List<Integer> attempts =
          Parallel.on(pool)
              .retry(RetryPolicy.attempts(3))
              .map(
                  List.of(1, 2, 3),
                  i -> {
                    int number = WorkerContext.current().attempt();
                    if (number < i) {
                      throw new IOException("not yet");
                    }
                    return number;
                  });
      assertThat(attempts).containsExactly(1, 2, 3);
    }
  }

  // ---------------------------------------------------------------- class loader

  /** The context class loader of the submitting thread is that of the task, where it has a name. */
  @Test
  void contextClassLoader_platform_isThatOfTheTask() throws Exception {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (Pool pool = Pool.open(options(1))) {
      thread.setContextClassLoader(ClassLoader.getPlatformClassLoader());
      assertThat(pool.submit(WorkerContextTest::loaderName).get()).isEqualTo("platform");
      thread.setContextClassLoader(before);
      assertThat(pool.submit(WorkerContextTest::loaderName).get()).isEqualTo("app");
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static String loaderName() {
    return Thread.currentThread().getContextClassLoader().getName();
  }
}
