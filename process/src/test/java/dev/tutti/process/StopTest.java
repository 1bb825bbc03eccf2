package dev.tutti.process;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.plan.Batching;
import dev.tutti.task.TaskFuture;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("system")
@Timeout(60)
class StopTest {
  private static final Duration GRACE = Duration.ofMillis(150);

  private static Pool pool;

  @TempDir private Path folder;
  private Marks marks;

  @BeforeAll
  static void open() {
    pool = Pool.open(options(2));
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

  private static ProcessOptions options(int workers) {
    return ProcessOptions.DEFAULTS
        .withWorkers(workers)
        .withJvmFlags("-XX:TieredStopAtLevel=1")
        .withGrace(GRACE);
  }

  private void awaitMark(String name) {
    await()
        .atMost(20, SECONDS)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> marks.count(name) > 0);
  }

  // ---------------------------------------------------------------- cancel

  /** Cancelling an endless loop ends its future at once and its work after the grace time. */
  @Test
  void cancel_endlessLoop_isKilledAndNeighbourGoesOn() throws Exception {
    Marks m = marks;
    TaskFuture<Integer> neighbour =
        pool.submit(() -> {
          m.leave("neighbour");
          m.await("go");
          return 17;
        });
    TaskFuture<Integer> loop =
        pool.submit(() -> {
          m.leave("loop");
          return Deaths.loops();
        });
    awaitMark("neighbour");
    awaitMark("loop");
    long pid = marks.pids("loop").getFirst();

    long before = System.nanoTime();
    assertThat(loop.cancel(true)).isTrue();
    assertThat(loop.isCancelled()).isTrue();
    assertThat(loop.stopped().isDone()).isFalse();
    assertThat(Os.isGone(pid)).isFalse();
    loop.stopped().get(20, SECONDS);

    assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(GRACE.toNanos());
    assertThat(Os.isGone(pid)).isTrue();
    marks.leave("go");
    assertThat(neighbour.get()).isEqualTo(17);
    assertThat(marks.count("neighbour")).isOne();
  }

  /** A task that listens to its interrupt ends by itself, and its worker stays. */
  @Test
  void cancel_taskListens_workerStays() throws Exception {
    Marks m = marks;
    try (Pool one = Pool.open(options(1).withGrace(Duration.ofSeconds(30)))) {
      TaskFuture<Integer> waits =
          one.submit(() -> {
            m.leave("waits");
            try {
              new CountDownLatch(1).await();
            } catch (InterruptedException e) {
              m.leave("interrupted");
              throw e;
            }
            return 0;
          });
      awaitMark("waits");
      assertThat(waits.cancel(true)).isTrue();
      waits.stopped().get(20, SECONDS);
      assertThat(marks.count("interrupted")).isOne();
      boolean flag = one.submit(() -> Thread.currentThread().isInterrupted()).get();
      assertThat(flag).as("the next task's flag").isFalse();
      assertThat(one.submit(() -> ProcessHandle.current().pid()).get())
          .isEqualTo(marks.pids("waits").getFirst());
    }
  }

  /** A task that swallows each interrupt is killed as well. */
  @Test
  void cancel_taskSwallowsInterrupts_isKilled() throws Exception {
    Marks m = marks;
    TaskFuture<Integer> deaf =
        pool.submit(() -> {
          m.leave("deaf");
          while (true) {
            try {
              new CountDownLatch(1).await();
            } catch (InterruptedException e) {
              m.leave("swallowed");
            }
          }
        });
    awaitMark("deaf");
    deaf.cancel(true);
    deaf.stopped().get(20, SECONDS);
    assertThat(marks.count("swallowed")).isOne();
    assertThat(Os.isGone(marks.pids("deaf").getFirst())).isTrue();
    assertThat(pool.submit(() -> 1).get()).isEqualTo(1);
  }

  /** cancel(false) lets what runs go on, and drops its result. */
  @Test
  void cancel_withoutInterrupt_letsItFinish() throws Exception {
    Marks m = marks;
    TaskFuture<Integer> slow =
        pool.submit(() -> {
          m.leave("slow");
          m.await("go");
          m.leave("finished");
          return 3;
        });
    awaitMark("slow");
    assertThat(slow.cancel(false)).isTrue();
    assertThat(slow.isCancelled()).isTrue();
    marks.leave("go");
    slow.stopped().get(20, SECONDS);
    assertThat(marks.count("finished")).isOne();
  }

  /** What has not begun is taken back without a kill, and never runs. */
  @Test
  void cancel_queuedTask_neverRuns() throws Exception {
    Marks m = marks;
    try (Pool one = Pool.open(options(1))) {
      TaskFuture<Integer> first =
          one.submit(() -> {
            m.leave("first");
            m.await("go");
            return 1;
          });
      awaitMark("first");
      TaskFuture<Integer> queued =
          one.submit(() -> {
            m.leave("queued");
            return 2;
          });
      assertThat(queued.cancel(true)).isTrue();
      queued.stopped().get(20, SECONDS);
      marks.leave("go");
      assertThat(first.get()).isEqualTo(1);
      one.submit(() -> 0).get();
      assertThat(marks.count("queued")).isZero();
    }
  }

  /** A kill also ends the programs that the task had started. */
  @Test
  void cancel_taskHasStartedAProgram_programEndsToo() throws Exception {
    Marks m = marks;
    TaskFuture<Integer> starts =
        pool.submit(() -> {
          Process program = new ProcessBuilder("/bin/sleep", "600").start();
          m.leave("program-" + program.pid());
          m.leave("started");
          return Deaths.loops();
        });
    awaitMark("started");
    String name = Os.files(folder, "program-").getFirst();
    long program = Long.parseLong(name.substring("program-".length(), name.indexOf('.')));
    assertThat(Os.isGone(program)).isFalse();
    starts.cancel(true);
    starts.stopped().get(20, SECONDS);
    Os.awaitGone(List.of(program));
  }

  /** A failure stops the call: what runs in other workers is interrupted, what waits never runs. */
  @Test
  void map_itemFails_othersAreStopped() {
    Marks m = marks;
    List<Integer> items = IntStream.range(0, 40).boxed().toList();
    assertThatThrownBy(() ->
            Parallel.on(pool)
                .batch(Batching.fixed(2))
                .map(
                    items,
                    i -> {
                      m.leave("begun");
                      if (i == 0) {
                        m.await("second");
                        throw new IllegalStateException("item 0");
                      }
                      m.leave("second");
                      return Deaths.loops();
                    }))
        .hasRootCauseMessage("item 0");
    assertThat(marks.count("begun")).isLessThanOrEqualTo(4);
    List<Integer> next = pool.map(items, i -> i);
    assertThat(next).isEqualTo(items);
  }

  // ---------------------------------------------------------------- interrupts and channels

  /** A thread that a task has left behind interrupts the worker's own; no channel breaks of it. */
  @Test
  void map_threadInterruptsWorkerAllTheTime_nothingIsLost() throws Exception {
    try (Pool one = Pool.open(options(1))) {
      long pid =
          one.submit(
                  () -> {
                    Thread runner = Thread.currentThread();
                    Thread.ofPlatform()
                        .daemon()
                        .start(() -> {
                          while (true) {
                            runner.interrupt();
                            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(20));
                          }
                        });
                    return ProcessHandle.current().pid();
                  })
              .get();
      List<Integer> items = IntStream.range(0, 2_000).boxed().toList();
      List<String> results =
          Parallel.on(one).batch(Batching.fixed(3)).map(items, i -> "x".repeat(i * 20));
      for (int i = 0; i < items.size(); i++) {
        assertThat(results.get(i)).hasSize(i * 20);
      }
      assertThat(one.submit(() -> ProcessHandle.current().pid()).get()).isEqualTo(pid);
    }
  }

  /** A caller that carries an interrupt submits as others do, and keeps its flag. */
  @Test
  void submit_callerIsInterrupted_taskRunsAndFlagStays() throws Exception {
    pool.submit(() -> 0).get();
    List<Long> before = Os.workers();
    List<TaskFuture<Integer>> futures = new ArrayList<>();
    Thread.currentThread().interrupt();
    for (int i = 0; i < 50; i++) {
      byte[] large = new byte[i * 10_000];
      futures.add(pool.submit(() -> large.length));
    }
    futures.getFirst().cancel(true);
    assertThat(Thread.interrupted()).as("flag after submit").isTrue();
    for (int i = 1; i < 50; i++) {
      assertThat(futures.get(i).get()).isEqualTo(i * 10_000);
    }
    assertThat(Os.workers()).containsAll(before);
  }

  /** A caller that is interrupted while it waits for map stops its items and keeps its flag. */
  @Test
  void map_callerIsInterrupted_stopsItsItems() {
    Marks m = marks;
    Thread caller = Thread.currentThread();
    Thread.ofVirtual()
        .start(() -> {
          awaitMark("loop");
          caller.interrupt();
        });
    assertThatThrownBy(() ->
            pool.map(
                List.of(1),
                _ -> {
                  m.leave("loop");
                  return Deaths.loops();
                }))
        .isInstanceOf(CancellationException.class);
    assertThat(Thread.interrupted()).isTrue();
    Os.awaitGone(marks.pids("loop"));
  }
}
