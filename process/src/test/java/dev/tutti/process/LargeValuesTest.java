package dev.tutti.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.plan.Batching;
import dev.tutti.plan.DataSize;
import dev.tutti.plan.RetryPolicy;
import dev.tutti.task.Done;
import dev.tutti.task.Success;
import dev.tutti.task.TaskFuture;
import dev.tutti.task.TimedOut;
import dev.tutti.task.WorkerLost;
import dev.tutti.testkit.Await;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
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

/** Values that cross in shared memory, between a pool and its workers. */
@Tag("system")
@Timeout(120)
class LargeValuesTest {
  private static final int LARGE = 3 << 20;

  private static Pool pool;
  private static long before; // what other tests have left mapped

  @TempDir private Path folder;
  private Marks marks;

  @BeforeAll
  static void open() {
    before = Os.segmentBytes(ProcessHandle.current().pid());
    pool = Pool.open(options(2));
  }

  @AfterAll
  static void close() {
    pool.close();
    assertThat(Os.leftOvers()).isEmpty();
    assertThat(Os.workers()).isEmpty();
    assertThat(Os.segmentBytes(ProcessHandle.current().pid())).isLessThanOrEqualTo(before);
  }

  @BeforeEach
  void mark() {
    marks = new Marks(folder);
  }

  private static ProcessOptions options(int workers) {
    return ProcessOptions.DEFAULTS
        .withWorkers(workers)
        .withGrace(Duration.ofMillis(50))
        .withJvmFlags("-XX:TieredStopAtLevel=1");
  }

  private static byte[] bytes(int seed) {
    byte[] bytes = new byte[LARGE + seed];
    new SplittableRandom(seed).nextBytes(bytes);
    return bytes;
  }

  // ---------------------------------------------------------------- there and back

  /** Items, results and captures of all sorts are what they were. */
  @Test
  void map_largeValues_areWhatTheyWere() throws Exception {
    byte[] bytes = bytes(1);
    double[] doubles = new SplittableRandom(2).doubles(LARGE / 8).toArray();
    boolean[] flags = new boolean[LARGE];
    flags[LARGE - 1] = true;
    assertThat(pool.map(List.of(bytes, bytes), b -> b)).containsExactly(bytes, bytes);
    assertThat(pool.submit(() -> doubles).get()).isEqualTo(doubles);
    assertThat(pool.map(List.of(flags), f -> f).getFirst()).isEqualTo(flags);
    ByteBuffer buffer = ByteBuffer.wrap(bytes).position(9);
    assertThat(pool.map(List.of(buffer), b -> b)).containsExactly(buffer);
    assertThat(pool.map(List.of(1, 2), i -> bytes[i] + bytes.length))
        .containsExactly(bytes[1] + bytes.length, bytes[2] + bytes.length);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment segment = arena.allocate(LARGE);
      segment.copyFrom(MemorySegment.ofArray(bytes).asSlice(0, LARGE));
      List<MemorySegment> came =
          pool.map(List.of(segment), s -> s.fill(s.get(ValueLayout.JAVA_BYTE, 3)));
      assertThat(came.getFirst().byteSize()).isEqualTo(LARGE);
      assertThat(came.getFirst().get(ValueLayout.JAVA_BYTE, LARGE - 1)).isEqualTo(bytes[3]);
    }
  }

  /** Values cross as they are at the call; what either side does later is its own matter. */
  @Test
  void map_changedAfterTheCall_isWhatItWas() throws Exception {
    Marks m = marks;
    byte[] mine = bytes(1);
    byte[] was = mine.clone();
    TaskFuture<byte[]> late =
        pool.submit(() -> {
          m.await("go");
          return mine;
        });
    Arrays.fill(mine, (byte) 7);
    m.leave("go");
    assertThat(late.get()).isEqualTo(was);
  }

  /** Many in flight, in many sizes, do not get mixed up, whatever order they end in. */
  @Test
  void map_manyInFlight_eachIsItsOwn() throws Exception {
    List<Integer> seeds = IntStream.range(0, 60).boxed().toList();
    List<byte[]> came =
        Parallel.on(pool)
            .batch(Batching.fixed(3))
            .window(DataSize.mib(64))
            .map(
                seeds.stream().map(LargeValuesTest::bytes).toList(),
                b -> {
                  byte[] back = b.clone();
                  back[0]++;
                  return back;
                });
    for (int seed : seeds) {
      byte[] expected = bytes(seed);
      expected[0]++;
      assertThat(came.get(seed)).isEqualTo(expected);
    }
  }

  /** A call's captured array is there for each of its items, in each worker. */
  @Test
  void map_capturedArray_isThereForEachItem() {
    byte[] table = bytes(5);
    List<Integer> items = IntStream.range(0, 200).boxed().toList();
    assertThat(Parallel.on(pool).batch(Batching.fixed(1)).map(items, i -> table[i]))
        .isEqualTo(items.stream().map(i -> table[i]).toList());
  }

  // ---------------------------------------------------------------- items that do not end well

  /** A worker that is killed while it has one takes that item only; a retry has its bytes. */
  @Test
  void map_workerDies_retryHasTheBytes() {
    Marks m = marks;
    List<Done<byte[], byte[]>> done =
        outcomes(
            RetryPolicy.attempts(2).on(WorkerLost.class),
            b -> {
              if (b.length == LARGE + 2 && m.count("died") == 0) {
                m.leave("died");
                Deaths.killsItself();
              }
              return b;
            });
    for (Done<byte[], byte[]> d : done) {
      assertThat(value(d)).isEqualTo(bytes((int) d.index()));
    }
    assertThat(done.get(2).attempts()).isEqualTo(2);
  }

  private static Object value(Done<byte[], byte[]> done) {
    assertThat(done.outcome()).isInstanceOf(Success.class);
    return ((Success<byte[]>) done.outcome()).value();
  }

  private List<Done<byte[], byte[]>> outcomes(
      RetryPolicy retry, dev.tutti.task.Fn<byte[], byte[]> function) {
    try (Stream<Done<byte[], byte[]>> stream =
        Parallel.on(pool)
            .retry(retry)
            .timeout(Duration.ofSeconds(20))
            .batch(Batching.fixed(2))
            .outcomes(IntStream.range(0, 8).mapToObj(LargeValuesTest::bytes).toList(), function)) {
      return stream.toList();
    }
  }

  /** Without a retry it is lost alone. */
  @Test
  void map_workerDies_onlyThatItemIsLost() {
    List<Done<byte[], byte[]>> done =
        outcomes(
            RetryPolicy.NONE,
            b -> {
              if (b.length == LARGE + 2) {
                Deaths.killsItself();
              }
              return b;
            });
    for (Done<byte[], byte[]> d : done) {
      if (d.index() == 2) {
        assertThat(d.outcome()).isInstanceOf(WorkerLost.class);
      } else {
        assertThat(value(d)).isEqualTo(bytes((int) d.index()));
      }
    }
  }

  /** One that is stopped in the middle frees its memory; the pool serves on. */
  @Test
  void submit_cancelledAndTimedOut_nothingStays() throws Exception {
    byte[] captured = bytes(1);
    Marks m = marks;
    TaskFuture<Integer> running =
        pool.submit(() -> {
          m.leave("runs");
          return captured.length + Deaths.loops();
        });
    Await.until("it runs", () -> m.count("runs") > 0);
    running.cancel(true);
    running.stopped().join();
    assertThatThrownBy(running::get).isInstanceOf(CancellationException.class);
    try (Stream<Done<byte[], Integer>> late =
        Parallel.on(pool)
            .timeout(Duration.ofMillis(100))
            .outcomes(List.of(captured), b -> b.length + Deaths.loops())) {
      assertThat(late.toList().getFirst().outcome()).isInstanceOf(TimedOut.class);
    }
    assertThat(pool.submit(() -> captured).get()).isEqualTo(captured);
  }

  /** A task that fails, and one whose exception holds it, cost nothing further. */
  @Test
  void submit_failingTask_poolServesOn() throws Exception {
    byte[] captured = bytes(1);
    TaskFuture<Integer> fails =
        pool.submit(() -> {
          throw new IllegalStateException("not for " + captured.length);
        });
    assertThatThrownBy(fails::get)
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("not for " + captured.length);
    assertThat(pool.submit(() -> captured).get()).isEqualTo(captured);
  }

  /** However items end, their memory is used again: it does not grow with their number. */
  @Test
  void submit_manyTimesInAllWays_memoryIsUsedAgain() throws Exception {
    byte[] captured = bytes(1);
    long self = ProcessHandle.current().pid();
    try (Pool one = Pool.open(options(1))) {
      long mapped = Os.segmentBytes(self);
      for (int round = 0; round < 12; round++) {
        TaskFuture<Integer> first = one.submit(() -> captured.length);
        TaskFuture<byte[]> second = one.submit(() -> captured);
        TaskFuture<Integer> unwanted = one.submit(() -> captured.length);
        unwanted.cancel(true);
        TaskFuture<Integer> fails =
            one.submit(() -> {
              throw new IllegalStateException("not for " + captured.length);
            });
        one.execute(() -> marks(captured));
        assertThat(first.get()).isEqualTo(captured.length);
        assertThat(second.get()).isEqualTo(captured);
        assertThatThrownBy(fails::get).isInstanceOf(ExecutionException.class);
        assertThat(one.map(List.of(1, 2), i -> captured[i])).hasSize(2);
        assertThatThrownBy(
                () -> one.map(List.of(captured, captured), b -> 1 / (captured.length - b.length)))
            .hasRootCauseInstanceOf(ArithmeticException.class);
        unwanted.stopped().join();
      }
      assertThat(Os.segmentBytes(self) - mapped)
          .as("twelve rounds of ten values, of which at most that many are there at once")
          .isLessThan(16L * LARGE);
    }
  }

  /** A worker does not take all of its heap for large arrays that nobody needs any more. */
  @Test
  void submit_manyLargeArrays_workerHeapStaysSmall() throws Exception {
    byte[] captured = new byte[32 << 20];
    ProcessOptions serial = options(1).withHeap(DataSize.gib(2)).withJvmFlags("-XX:+UseSerialGC");
    try (Pool one = Pool.open(serial)) {
      for (int i = 0; i < 40; i++) {
        assertThat(one.submit(() -> captured.length).get()).isEqualTo(captured.length);
      }
      assertThat(one.submit(() -> Runtime.getRuntime().totalMemory()).get())
          .isLessThan(DataSize.mib(640).bytes());
    }
  }

  private static void marks(byte[] content) {
    content[0]++;
  }

  // ---------------------------------------------------------------- the end

  /** A pool that is stopped with values in flight leaves no memory mapped, and no descriptor. */
  @Test
  void closeNow_inTheMiddle_nothingStays() throws Exception {
    long mapped = Os.segmentBytes(ProcessHandle.current().pid());
    for (int round = 0; round < 3; round++) {
      Pool stopped = Pool.open(options(2));
      String runs = "runs" + round;
      Marks m = marks;
      List<TaskFuture<byte[]>> all =
          IntStream.range(0, 6)
              .mapToObj(i -> {
                byte[] captured = bytes(i);
                return stopped.submit(() -> {
                  m.leave(runs);
                  return i < 2 ? captured : bytes(captured.length + Deaths.loops());
                });
              })
              .toList();
      Await.until("it runs", () -> m.count(runs) > 0);
      stopped.closeNow();
      assertThat(all).allMatch(TaskFuture::isDone);
      Await.until(
          "nothing of the pool is mapped",
          () -> Os.segmentBytes(ProcessHandle.current().pid()) <= mapped);
    }
  }

  /** When a worker has been killed, the parent keeps nothing of its memory. */
  @Test
  void kill_workerThatSentResults_parentKeepsNothingOfIt() throws Exception {
    try (Pool one = Pool.open(options(1))) {
      assertThat(one.submit(() -> bytes(3)).get()).isEqualTo(bytes(3));
      long self = ProcessHandle.current().pid();
      long pid = one.submit(() -> ProcessHandle.current().pid()).get();
      assertThat(Os.segmentsOf(self, pid)).isPositive();
      Os.signal("KILL", pid);
      Await.until("the worker's memory is unmapped", () -> Os.segmentsOf(self, pid) == 0);
      assertThat(one.submit(() -> bytes(4)).get()).isEqualTo(bytes(4));
    }
  }
}
