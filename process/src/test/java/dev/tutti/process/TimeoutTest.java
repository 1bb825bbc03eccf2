package dev.tutti.process;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.plan.Batching;
import dev.tutti.plan.CallOptions;
import dev.tutti.task.Done;
import dev.tutti.task.Success;
import dev.tutti.task.Task;
import dev.tutti.task.TaskFuture;
import dev.tutti.task.TaskTimeoutException;
import dev.tutti.task.TimedOut;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("system")
@Timeout(60)
class TimeoutTest {
  private static final Duration LIMIT = Duration.ofMillis(200);
  private static final Duration GRACE = Duration.ofMillis(100);

  private static Pool pool;

  @TempDir private Path folder;
  private Marks marks;

  /** One pool for all that follows: that it serves on after each time-out is part of each test. */
  @BeforeAll
  static void open() {
    pool =
        Pool.open(
            ProcessOptions.DEFAULTS
                .withWorkers(2)
                .withGrace(GRACE)
                .withJvmFlags("-XX:+UseSerialGC", "-XX:-UseCountedLoopSafepoints"));
  }

  @AfterAll
  static void close() {
    pool.close();
    assertThat(Os.workers()).isEmpty();
    assertThat(Os.leftOvers()).isEmpty();
  }

  @BeforeEach
  void mark() {
    marks = new Marks(folder);
  }

  /** Runs something that does not end by itself; its future ends at its time, its work after. */
  private void assertStopped(Task<Integer> endless) throws Exception {
    assertStopped(pool, endless);
  }

  private void assertStopped(Pool in, Task<Integer> endless) throws Exception {
    Marks m = marks;
    TaskFuture<Integer> neighbour = in.submit(() -> 17);
    TaskFuture<Integer> task =
        in.with(CallOptions.DEFAULTS.withTimeout(LIMIT))
            .submit(() -> {
              m.leave("runs");
              return endless.call();
            });
    try {
      task.get(30, SECONDS);
      throw new AssertionError("it ended by itself");
    } catch (ExecutionException e) {
      assertThat(e).hasCauseInstanceOf(TaskTimeoutException.class);
    }
    task.stopped().get(30, SECONDS);
    assertThat(marks.count("late")).isZero();
    assertThat(neighbour.get()).isEqualTo(17);
    assertThat(in.submit(() -> 1).get()).isEqualTo(1);
  }

  private void assertWorkerIsGone() {
    Os.awaitGone(marks.pids("runs"));
  }

  /** A loop that does not listen. */
  @Test
  void timeout_endlessLoop_isStopped() throws Exception {
    assertStopped(Deaths::loops);
    assertWorkerIsGone();
  }

  /** A loop without safepoints: the JVM itself cannot end before it. */
  @Test
  void timeout_countedLoop_isStopped() throws Exception {
    assertStopped(() -> Loops.counted());
    assertWorkerIsGone();
  }

  /** A task that listens to its interrupt ends by itself, and its worker stays. */
  @Test
  void timeout_taskListens_workerStays() throws Exception {
    ProcessOptions patient =
        ProcessOptions.DEFAULTS.withWorkers(1).withGrace(Duration.ofSeconds(30));
    try (Pool one = Pool.open(patient)) {
      assertStopped(
          one,
          () -> {
            Thread.sleep(Duration.ofHours(1));
            return 0;
          });
      assertThat(Os.isGone(marks.pids("runs").getFirst())).isFalse();
    }
  }

  /** A task that catches its interrupt has its grace time to tidy up; then it is killed. */
  @Test
  void timeout_interruptIsCaught_canStillTidyUp() throws Exception {
    Marks m = marks;
    ProcessOptions patient =
        ProcessOptions.DEFAULTS.withWorkers(1).withGrace(Duration.ofSeconds(2));
    try (Pool one = Pool.open(patient)) {
      assertStopped(
          one,
          () -> {
            while (true) {
              try {
                Thread.sleep(Duration.ofHours(1));
              } catch (InterruptedException swallowed) {
                m.leave("tidy");
              }
            }
          });
      assertThat(marks.count("tidy")).isOne();
      assertWorkerIsGone();
    }
  }

  /** A read that blocks in the system, as native code does. */
  @Test
  void timeout_blockingNativeCall_isStopped() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    String name = pipe.toString();
    assertStopped(() -> {
      try (RandomAccessFile file = new RandomAccessFile(name, "rw")) {
        return file.read();
      }
    });
    assertWorkerIsGone();
  }

  /** A worker that the system has stopped hears no interrupt, and is killed all the same. */
  @Test
  void timeout_stoppedWorker_isKilled() throws Exception {
    assertStopped(() -> {
      Os.signal("STOP", ProcessHandle.current().pid());
      return Deaths.loops();
    });
    assertWorkerIsGone();
  }

  /** A class whose initialisation never ends. */
  @Test
  void timeout_classInitialisationNeverEnds_isStopped() throws Exception {
    assertStopped(() -> Endless.VALUE);
    assertWorkerIsGone();
  }

  /** A program that the task has started and waits for ends with it. */
  @Test
  void timeout_taskWaitsForAProgram_programEndsToo() throws Exception {
    Marks m = marks;
    assertStopped(() -> {
      Process program = new ProcessBuilder("sleep", "1000").start();
      m.leavePid("program", program.pid());
      while (true) {
        try {
          return program.waitFor();
        } catch (InterruptedException swallowed) {
          m.leave("tidy");
        }
      }
    });
    Os.awaitGone(marks.pids("program"));
    assertWorkerIsGone();
  }

  /** Items of the same batch do not pay for the one that has to be stopped. */
  @Test
  void timeout_oneItemOfABatch_othersAreDoneOnce() {
    Marks m = marks;
    List<Integer> items = IntStream.range(0, 20).boxed().toList();
    try (Stream<Done<Integer, Integer>> outcomes =
        Parallel.on(pool)
            .batch(Batching.fixed(10))
            .timeout(Duration.ofSeconds(1)) // long for those that do not loop, in a fresh worker
            .outcomes(
                items,
                i -> {
                  m.leave("item" + i + ".");
                  return i == 4 ? Deaths.loops() : i;
                })) {
      outcomes.forEach(done -> {
        if (done.item() == 4) {
          assertThat(done.outcome()).isInstanceOf(TimedOut.class);
        } else {
          assertThat(done.outcome()).isEqualTo(new Success<>(done.item()));
        }
      });
    }
    assertThat(items).allMatch(i -> marks.count("item" + i + ".") == 1);
  }

  /** After a time-out the machine is quiet: nothing of the task goes on. */
  @Test
  void timeout_endlessLoop_usesNoCpuAfterwards() throws Exception {
    assertStopped(Deaths::loops);
    for (long pid : Os.workers()) {
      long before = Os.cpuTicks(pid);
      await()
          .pollDelay(Duration.ofMillis(300))
          .untilAsserted(() -> assertThat(Os.cpuTicks(pid) - before).isLessThan(15));
    }
  }

  private static final class Endless {
    static final int VALUE = Deaths.loops();

    private Endless() {}
  }

  private static final class Loops {
    private Loops() {}

    static int counted() {
      long sum = 0;
      for (int i = 0; i < 50_000; i++) {
        sum += ParentDeathTest.counted(100); // compiled before it counts in earnest
      }
      for (int i = 0; i < 100; i++) {
        sum += ParentDeathTest.counted(Integer.MAX_VALUE);
      }
      return (int) sum;
    }
  }
}
