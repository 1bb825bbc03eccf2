package dev.tutti.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.event.PoolEvent.Reason;
import dev.tutti.event.PoolEvent.WorkerEnded;
import dev.tutti.plan.Batching;
import dev.tutti.plan.DataSize;
import dev.tutti.task.Done;
import dev.tutti.task.Outcome;
import dev.tutti.task.TaskFuture;
import dev.tutti.task.WorkerContext;
import dev.tutti.task.WorkerLost;
import dev.tutti.task.WorkerLostException;
import dev.tutti.testkit.Await;
import dev.tutti.testkit.Faults;
import dev.tutti.testkit.LeakCheck;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class RecyclingTest {
  private static final List<byte[]> LEAK = new ArrayList<>();
  private static final List<ByteBuffer> NATIVE_LEAK = new ArrayList<>();

  @TempDir private Path folder;

  private static ProcessOptions options(int workers) {
    return ProcessOptions.DEFAULTS.withWorkers(workers).withJvmFlags("-XX:TieredStopAtLevel=1");
  }

  private static long pid() {
    return ProcessHandle.current().pid();
  }

  /** One worker, three tasks each: the first three run in one process, the fourth in the next. */
  @Test
  void submit_threeTasksAWorker_fourthIsInAnother() throws Exception {
    Events events = new Events();
    List<Long> pids = new ArrayList<>();
    try (Pool pool = Pool.open(options(1).withRecycleAfter(3))) {
      var _ = pool.listen(events);
      for (int i = 0; i < 7; i++) {
        pids.add(pool.submit(RecyclingTest::pid).get());
      }
    }
    assertThat(new HashSet<>(pids.subList(0, 3))).hasSize(1);
    assertThat(new HashSet<>(pids.subList(3, 6))).hasSize(1).doesNotContain(pids.getFirst());
    assertThat(pids.get(6)).isNotIn(pids.subList(0, 6));
    List<WorkerEnded> ended = events.await(WorkerEnded.class, 3);
    assertThat(ended).extracting(WorkerEnded::tasks).containsExactlyInAnyOrder(3L, 3L, 1L);
    assertThat(ended)
        .extracting(WorkerEnded::reason)
        .containsExactlyInAnyOrder(Reason.TASKS, Reason.TASKS, Reason.CLOSED);
  }

  /** A batch that is larger than what is left of a worker's life loses and repeats nothing. */
  @Test
  void map_batchesLargerThanLife_everyItemOnce() throws Exception {
    Marks marks = new Marks(folder);
    Events events = new Events();
    List<Integer> items = IntStream.range(0, 60).boxed().toList();
    try (Pool pool = Pool.open(options(2).withRecycleAfter(10))) {
      var _ = pool.listen(events);
      List<Integer> squares =
          Parallel.on(pool)
              .batch(Batching.fixed(25))
              .map(
                  items,
                  i -> {
                    marks.leave("item" + i);
                    return i * i;
                  });
      assertThat(squares).isEqualTo(items.stream().map(i -> i * i).toList());
    }
    assertThat(items).allMatch(i -> marks.count("item" + i) == 1);
    assertThat(events.awaitReasons(6)).contains(Reason.TASKS);
    assertThat(events.of(WorkerEnded.class)).allMatch(ended -> ended.tasks() <= 10);
  }

  /** Six tasks, each in a process of its own, and a close before they are done. */
  @Test
  void close_freshWorkerForEachTask_allAreDone() throws Exception {
    List<TaskFuture<Long>> futures = new ArrayList<>();
    try (Pool pool = Pool.open(options(3).withRecycleAfter(1))) {
      for (int i = 0; i < 6; i++) {
        futures.add(pool.submit(RecyclingTest::pid));
      }
    }
    List<Long> pids = new ArrayList<>();
    for (TaskFuture<Long> future : futures) {
      pids.add(future.get());
    }
    assertThat(pids).doesNotHaveDuplicates();
  }

  /** The next worker starts while the last one still closes what it has made. */
  @Test
  void submit_oldWorkerTakesTimeToEnd_nextTaskDoesNotWaitForIt() throws Exception {
    Marks marks = new Marks(folder);
    ProcessOptions options = options(1).withRecycleAfter(1).withGrace(Duration.ofSeconds(20));
    try (Pool pool = Pool.open(options)) {
      TaskFuture<Integer> first =
          pool.submit(() -> {
            var _ = WorkerContext.current().perWorker(Slow.class, () -> new Slow(marks));
            marks.await("queued");
            return 1;
          });
      TaskFuture<Void> second = pool.submit(() -> marks.leave("next"));
      marks.leave("queued");
      assertThat(first.get()).isEqualTo(1);
      second.get();
      await().until(() -> marks.count("closed") == 1);
    }
  }

  /** Ends when the next task has run. */
  private record Slow(Marks marks) implements AutoCloseable {
    @Override
    public void close() {
      marks.await("next");
      marks.leave("closed");
    }
  }

  /** A worker that is to leave closes what it has made, however short the grace time is. */
  @Test
  void submit_noGrace_whatWorkersMadeIsClosed() throws Exception {
    Marks marks = new Marks(folder);
    marks.leave("next");
    try (Pool pool = Pool.open(options(1).withRecycleAfter(1).withGrace(Duration.ZERO))) {
      for (int i = 0; i < 3; i++) {
        pool.submit(
                () -> {
                  var _ = WorkerContext.current().perWorker(Slow.class, () -> new Slow(marks));
                })
            .get();
      }
    }
    assertThat(marks.count("closed")).isEqualTo(3);
  }

  /** A worker whose heap keeps what tasks leave in it is replaced after the task that tipped it. */
  @Test
  void map_heapLeaks_workerIsReplaced() throws Exception {
    Events events = new Events();
    ProcessOptions options =
        options(1)
            .withHeap(DataSize.mib(128))
            .withRecycling(Recycling.NONE.aboveHeap(DataSize.mib(40)));
    try (Pool pool = Pool.open(options)) {
      var _ = pool.listen(events);
      List<Integer> sizes =
          Parallel.on(pool)
              .map(
                  IntStream.range(0, 60).boxed().toList(),
                  i -> {
                    LEAK.add(new byte[4 << 20]); // 240 MiB in all
                    return LEAK.size();
                  });
      assertThat(sizes).hasSize(60);
    }
    assertThat(events.awaitReasons(2)).contains(Reason.HEAP).doesNotContain(Reason.LOST);
  }

  /** A worker whose native memory leaks is replaced; the bound is looked at after a task. */
  @Test
  void submit_nativeMemoryLeaks_workerIsReplaced() throws Exception {
    Events events = new Events();
    ProcessOptions options =
        options(1).withRecycling(Recycling.NONE.aboveResident(DataSize.mib(300)));
    try (Pool pool = Pool.open(options)) {
      var _ = pool.listen(events);
      long first = pool.submit(RecyclingTest::pid).get();
      await()
          .until(() ->
              pool.submit(
                          () -> {
                            NATIVE_LEAK.add(touched(40 << 20));
                            return pid();
                          })
                      .get()
                  != first);
    }
    assertThat(events.awaitReasons(2)).containsOnlyOnce(Reason.CLOSED).contains(Reason.RESIDENT);
    assertThat(events.of(WorkerEnded.class))
        .filteredOn(ended -> ended.reason() == Reason.RESIDENT)
        .allMatch(ended -> ended.words().contains("bound=300 MiB"));
  }

  private static ByteBuffer touched(int bytes) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(bytes);
    for (int i = 0; i < bytes; i += 4_096) {
      buffer.put(i, (byte) 1);
    }
    return buffer;
  }

  /** A task that takes more than the limit is ended, with the figures; the pool serves on. */
  @Test
  void submit_aboveResidentLimit_isLostWithFigures() throws Exception {
    ProcessOptions options = options(1).withResidentLimit(DataSize.mib(400));
    try (Pool pool = Pool.open(options)) {
      TaskFuture<Integer> hungry =
          pool.submit(() -> {
            while (true) {
              NATIVE_LEAK.add(touched(8 << 20));
            }
          });
      assertThat(lostIn(hungry)).contains("resident memory was above its limit", "limit=400 MiB");
      assertThat(pool.submit(() -> 1).get()).isEqualTo(1);
    }
  }

  /** The limit holds for a worker too that is to leave and still runs its last task. */
  @Test
  void map_leavingWorkerAboveResidentLimit_isLost() {
    ProcessOptions options =
        options(1)
            .withResidentLimit(DataSize.mib(400))
            .withRecycling(Recycling.NONE.afterAge(Duration.ofNanos(1)));
    try (Pool pool = Pool.open(options)) {
      List<Outcome<Integer>> outcomes =
          Parallel.on(pool)
              .batch(Batching.fixed(2))
              .outcomes(
                  List.of(0, 1),
                  i -> {
                    while (i == 1) {
                      NATIVE_LEAK.add(touched(8 << 20));
                    }
                    return i;
                  })
              .map(Done::outcome)
              .toList();
      assertThat(outcomes.getLast())
          .isInstanceOfSatisfying(
              WorkerLost.class,
              lost -> assertThat(lost.cause().reason()).contains("limit=400 MiB"));
    }
  }

  private static String lostIn(TaskFuture<?> future) throws InterruptedException {
    try {
      future.get();
      throw new AssertionError("it was not lost");
    } catch (ExecutionException e) {
      assertThat(e).hasCauseInstanceOf(WorkerLostException.class);
      return ((WorkerLostException) e.getCause()).reason();
    }
  }

  /** Idle workers leave down to the least number, and come back when there is work. */
  @Test
  void idle_longEnough_leavesDownToLeast() throws Exception {
    Events events = new Events();
    ProcessOptions options =
        options(3).withRecycling(Recycling.NONE.afterIdle(Duration.ofMillis(100), 1));
    try (Pool pool = Pool.open(options)) {
      var _ = pool.listen(events);
      pool.warm();
      assertThat(events.awaitReasons(2)).containsOnly(Reason.IDLE);
      await().until(() -> Os.workers().size() == 1);
      assertThat(pool.map(List.of(1, 2, 3), i -> i + 1)).containsExactly(2, 3, 4);
    }
  }

  /** An idle pool looks after its workers no more, and again once there was work. */
  @Test
  void idle_forAWhile_nothingIsPlanned() throws Exception {
    try (Pool pool = Pool.open(options(1))) {
      for (int i = 0; i < 2; i++) {
        pool.submit(RecyclingTest::pid).get();
        Thread timer = timer(pool);
        await().until(() -> timer.getState() == Thread.State.TIMED_WAITING);
        await().until(() -> timer.getState() == Thread.State.WAITING);
      }
    }
  }

  private static Thread timer(Pool pool) {
    String name = "tutti-" + pool.name() + "-timer";
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals(name))
        .findAny()
        .orElseThrow();
  }

  /** A worker that is idle for less time than its task takes to serialise stalls nothing. */
  @Test
  void submit_idleTimeShorterThanStart_allResults() throws Exception {
    ProcessOptions options =
        options(1).withRecycling(Recycling.NONE.afterIdle(Duration.ofMillis(1), 0));
    try (Pool pool = Pool.open(options)) {
      for (int i = 0; i < 4; i++) {
        int n = i;
        assertThat(pool.submit(() -> n).get()).isEqualTo(n);
        await().until(() -> Os.workers().isEmpty());
      }
    }
  }

  /** A worker of a certain age is replaced, whether it works or not. */
  @Test
  void submit_oldWorker_isReplaced() throws Exception {
    Events events = new Events();
    ProcessOptions options =
        options(1).withRecycling(Recycling.NONE.afterAge(Duration.ofMillis(150)));
    try (Pool pool = Pool.open(options)) {
      var _ = pool.listen(events);
      long first = pool.submit(RecyclingTest::pid).get();
      assertThat(events.awaitReasons(1)).containsExactly(Reason.AGE);
      assertThat(pool.submit(RecyclingTest::pid).get()).isNotEqualTo(first);
    }
  }

  /** Bounds of time longer than a clock can count are none. */
  @Test
  void submit_boundsForEver_boundNothing() throws Exception {
    Duration forEver = ChronoUnit.FOREVER.getDuration();
    ProcessOptions options =
        options(1)
            .withRecycling(Recycling.NONE.afterAge(forEver).afterIdle(forEver, 0))
            .withResults(ResultFilter.DEFAULTS.withMaxTime(forEver))
            .withGrace(forEver);
    try (Pool pool = Pool.open(options)) {
      long pid = pool.submit(RecyclingTest::pid).get();
      TaskFuture<Integer> listens = pool.submit(Faults.waitsForInterrupt());
      assertThat(listens.cancel(true)).isTrue();
      listens.stopped().get();
      assertThat(pool.submit(RecyclingTest::pid).get()).isEqualTo(pid);
    }
  }

  /** Sizes change while tasks run: nothing is lost, and in the end there are as many as asked. */
  @Test
  void resize_whileServing_losesNothing() throws Exception {
    List<TaskFuture<Integer>> futures = new ArrayList<>();
    try (Pool pool = Pool.open(options(1))) {
      for (int size : new int[] {4, 2, 1, 3, 1, 2}) {
        pool.resize(size);
        assertThat(pool.workers()).isEqualTo(size);
        for (int i = 0; i < 10; i++) {
          int n = futures.size();
          futures.add(pool.submit(() -> n));
        }
      }
      for (int i = 0; i < futures.size(); i++) {
        assertThat(futures.get(i).get()).isEqualTo(i);
      }
      await().until(() -> Os.workers().size() <= 2);
      pool.resize(1);
      await().until(() -> Os.workers().size() == 1);
    }
  }

  /** Who keeps futures keeps nothing of the workers that are gone. */
  @Test
  void submit_futuresAreKept_workersAreNot() throws Exception {
    int many = 12;
    List<TaskFuture<Long>> kept = new ArrayList<>();
    try (Pool pool = Pool.open(options(1).withRecycleAfter(1))) {
      pool.submit(RecyclingTest::pid).get(); // what the first one makes for good
      long before = directBuffers();
      for (int i = 0; i < many; i++) {
        TaskFuture<Long> future = pool.submit(RecyclingTest::pid);
        future.get();
        kept.add(future);
      }
      Await.until(
          () -> "their buffers are gone: before=" + before + " now=" + directBuffers(),
          () -> {
            System.gc();
            return directBuffers() < before + many;
          });
    }
    assertThat(kept).allMatch(TaskFuture::isDone);
  }

  private static long directBuffers() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getCount)
        .sum();
  }
}
