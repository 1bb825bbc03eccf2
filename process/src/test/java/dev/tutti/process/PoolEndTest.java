package dev.tutti.process;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tutti.Pool;
import dev.tutti.process.worker.LateThread;
import dev.tutti.task.TaskFuture;
import dev.tutti.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How a pool of processes ends, and what it does with workers that the system has stopped. */
@Tag("system")
@Timeout(60)
class PoolEndTest {
  private static final Duration GRACE = Duration.ofMillis(150);

  @TempDir private Path folder;
  private Marks marks;

  @BeforeEach
  void mark() {
    marks = new Marks(folder);
  }

  private static ProcessOptions options(int workers) {
    return ProcessOptions.DEFAULTS
        .withWorkers(workers)
        .withJvmFlags("-XX:TieredStopAtLevel=1")
        .withGrace(GRACE);
  }

  /**
   * {@code closeNow} kills loops, ends each future as cancelled and returns when the workers are
   * gone.
   */
  @Test
  void closeNow_loopsRun_killsThemAndCancelsAll() throws Exception {
    Marks m = marks;
    Pool doomed = Pool.open(options(1));
    TaskFuture<Integer> loop =
        doomed.submit(() -> {
          m.leave("loop");
          return Deaths.loops();
        });
    TaskFuture<Integer> waiting = doomed.submit(() -> 1);
    marks.await("loop");
    doomed.closeNow();
    assertThat(loop.isCancelled()).isTrue();
    assertThat(waiting.isCancelled()).isTrue();
    assertThat(loop.stopped().isDone()).isTrue();
    assertThat(doomed.isTerminated()).isTrue();
    assertThat(Os.isGone(marks.pids("loop").getFirst())).isTrue();
    assertThatThrownBy(() -> doomed.submit(() -> 2)).isInstanceOf(RejectedExecutionException.class);
    doomed.closeNow();
    doomed.close();
  }

  /** closeNow while workers start ends them too. */
  @Test
  void closeNow_workersStillStart_leavesNone() {
    List<Long> before = Os.workers();
    Pool doomed = Pool.open(options(2));
    TaskFuture<Integer> one = doomed.submit(() -> 1);
    TaskFuture<Integer> two = doomed.submit(() -> 2);
    doomed.closeNow();
    assertThat(one.isDone()).isTrue();
    assertThat(two.isDone()).isTrue();
    assertThat(doomed.isTerminated()).isTrue();
    assertThat(before).containsAll(Os.workers());
  }

  /** close waits for what runs and what waits; both end well. */
  @Test
  void close_tasksRunAndWait_waitsForAll() throws Exception {
    Marks m = marks;
    Pool closing = Pool.open(options(1));
    TaskFuture<Integer> runs =
        closing.submit(() -> {
          m.leave("runs");
          m.await("go");
          return 1;
        });
    TaskFuture<Integer> waits = closing.submit(() -> 2);
    marks.await("runs");
    Thread closer = Thread.ofPlatform().start(closing::close);
    await().atMost(20, SECONDS).until(closing::isShutdown);
    assertThat(runs.isDone()).isFalse();
    assertThat(closer.isAlive()).isTrue();
    marks.leave("go");
    closer.join();
    assertThat(runs.get()).isEqualTo(1);
    assertThat(waits.get()).isEqualTo(2);
    assertThat(Os.isGone(marks.pids("runs").getFirst())).isTrue();
  }

  /**
   * What an idle worker is given that the system has stopped runs elsewhere, and it is replaced.
   */
  @Test
  void submit_idleWorkersAreStopped_tasksRunElsewhere() throws Exception {
    for (int workers : new int[] {1, 2}) {
      List<Long> others = Os.workers();
      try (Pool stopped = Pool.open(options(workers))) {
        stopped.warm();
        List<Long> own = new ArrayList<>(Os.workers());
        own.removeAll(others);
        stop(own.getFirst());
        List<Integer> squares = stopped.map(List.of(1, 2, 3, 4, 5, 6), i -> i * i);
        assertThat(squares).containsExactly(1, 4, 9, 16, 25, 36);
      }
    }
  }

  private static void stop(long pid) throws InterruptedException {
    Os.signal("STOP", pid);
    Await.until( // its other threads may run until one has taken the signal
        "it is stopped", () -> Os.text(pid, "status").contains("(stopped)"));
  }

  /** A stopped worker is found out also when the only thing that it had is not wanted any more. */
  @Test
  void cancel_idleWorkerIsStopped_itIsReplaced() throws Exception {
    List<Long> others = Os.workers();
    try (Pool stopped = Pool.open(options(1))) {
      stopped.warm();
      List<Long> own = new ArrayList<>(Os.workers());
      own.removeAll(others);
      stop(own.getFirst());
      TaskFuture<Integer> unwanted = stopped.submit(() -> 6);
      assertThat(unwanted.cancel(true)).isTrue();
      assertThat(Await.result(stopped.submit(() -> 7))).isEqualTo(7);
      assertThat(Os.isGone(own.getFirst())).isTrue();
    }
  }

  /** A log that fails, as one can for want of a descriptor, keeps no pool open. */
  @Test
  void close_logOfAnEndFails_ends() throws Exception {
    Logger logger = Logger.getLogger("dev.tutti");
    AtomicBoolean hasFailed = new AtomicBoolean();
    logger.setFilter(line -> {
      if (line.getMessage().contains("has ended") && hasFailed.compareAndSet(false, true)) {
        throw new NoClassDefFoundError("a log of a test");
      }
      return true;
    });
    List<Long> others = Os.workers();
    try (Pool closing = Pool.open(options(1))) {
      closing.warm();
      List<Long> own = new ArrayList<>(Os.workers());
      own.removeAll(others);
      Os.signal("KILL", own.getFirst());
      Await.until("the log has failed", hasFailed::get);
      assertThat(Await.result(closing.submit(() -> 7))).isEqualTo(7);
    } finally {
      logger.setFilter(null);
    }
  }

  /** A worker that leaves has no thread of its own in native code, for which its JVM would wait. */
  @Test
  void close_idleWorker_leavesWithItsThreadsParked(@TempDir Path folder) throws Exception {
    Path seen = folder.resolve("seen");
    String file = seen.toString();
    try (Pool idle = Pool.open(ProcessOptions.DEFAULTS.withWorkers(1))) {
      idle.submit(() -> Runtime.getRuntime().addShutdownHook(new Thread(() -> watchControl(file))))
          .get();
    }
    assertThat(seen).content().isEqualTo("parked");
  }

  /** Nobody has to kill a worker because a thread that a task has left would go on. */
  @Test
  void close_taskLeftAThread_workerLeavesByItself(@TempDir Path folder) throws Exception {
    Path ended = folder.resolve("ended");
    String file = ended.toString();
    try (Pool left = Pool.open(ProcessOptions.DEFAULTS.withWorkers(1))) {
      left.submit(
              () -> {
                new Thread(LockSupport::park).start();
                Runtime.getRuntime().addShutdownHook(new Thread(() -> touch(file)));
              })
          .get();
    }
    assertThat(ended).as("its hooks have run").exists();
  }

  /** Nor because one begins when the worker has looked for them. */
  @Test
  void end_threadBeginsLate_jvmEndsAndItsHooksRun() throws Exception {
    try (ParentJvm jvm = ParentJvm.start(LateThread.class, List.of())) {
      jvm.awaitSuccess();
      assertThat(jvm.out()).containsExactly("hook");
    }
  }

  private static void touch(String file) {
    try {
      Files.createFile(Path.of(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Until the thread that hears the pool is parked; the worker is killed if that never comes. */
  private static void watchControl(String file) {
    try {
      Await.until("it is parked", () -> control().getState() == Thread.State.WAITING);
      Files.writeString(Path.of(file), "parked");
    } catch (InterruptedException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Thread control() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("tutti-control"))
        .findFirst()
        .orElseThrow();
  }
}
