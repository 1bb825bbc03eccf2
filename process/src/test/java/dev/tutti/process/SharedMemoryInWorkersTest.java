package dev.tutti.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.Pool;
import dev.tutti.memory.SharedDouble;
import dev.tutti.memory.SharedDoubles;
import dev.tutti.memory.SharedInts;
import dev.tutti.memory.SharedLong;
import dev.tutti.memory.SharedLongs;
import dev.tutti.memory.SharedMemory;
import dev.tutti.task.TaskFuture;
import dev.tutti.task.WorkerLostException;
import dev.tutti.testkit.Await;
import java.io.Serializable;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("system")
@Timeout(90)
class SharedMemoryInWorkersTest {
  private static Pool pool;

  @BeforeAll
  static void openPool() throws Exception {
    pool =
        Pool.open(ProcessOptions.DEFAULTS.withWorkers(2).withJvmFlags("-XX:TieredStopAtLevel=1"));
    pool.submit(() -> 1).get();
  }

  @AfterAll
  static void closePool() {
    pool.close();
    assertThat(Os.leftOvers()).isEmpty();
  }

  /** As captures, every type is the same memory in a worker. */
  @Test
  void capture_everyType_isSameMemory() throws Exception {
    try (SharedMemory memory = SharedMemory.create(128)) {
      SharedInts ints = memory.ints(0, 2);
      SharedLongs longs = memory.longs(8, 2);
      SharedDoubles doubles = memory.doubles(24, 2);
      SharedLong n = memory.longAt(40);
      SharedDouble d = memory.doubleAt(48);
      pool.submit(
              () -> {
                ints.set(1, 24234);
                longs.set(1, 1L << 34);
                doubles.set(1, -4.25);
                n.addAndGet(5);
                d.addAndGet(0.5);
                memory.setByte(127, (byte) 'y');
              })
          .get();
      assertThat(ints.get(1)).isEqualTo(24234);
      assertThat(longs.get(1)).isEqualTo(1L << 34);
      assertThat(doubles.get(1)).isEqualTo(-4.25);
      assertThat(n.get()).isEqualTo(5);
      assertThat(d.get()).isEqualTo(0.5);
      assertThat(memory.getByte(127)).isEqualTo((byte) 'y');
    }
  }

  record Job(SharedInts numbers, int from, int to) implements Serializable {}

  /** In items and results it is the same memory, and in the caller the same mapping. */
  @Test
  void itemsAndResults_parts_areSameMemory() throws Exception {
    try (SharedInts numbers = SharedInts.create(10)) {
      numbers.write(0, 680, 626, 934, 821, 150, 233, 548, 982, 714, 831);
      List<Job> halves = List.of(new Job(numbers, 0, 5), new Job(numbers, 5, 10));
      List<SharedInts> done =
          pool.map(
              halves,
              job -> {
                for (int i = job.from + 1; i < job.to; i++) {
                  job.numbers.set(i, job.numbers.get(i) + job.numbers.get(i - 1));
                }
                return job.numbers;
              });
      assertThat(numbers.toArray())
          .containsExactly(680, 1306, 2240, 3061, 3211, 233, 781, 1763, 2477, 3308);
      assertThat(done).containsExactly(numbers, numbers);
      assertThat(done.getFirst().get(4)).isEqualTo(3211);
    }
  }

  /** Workers that change one number at the same time lose nothing. */
  @Test
  void change_byManyItems_losesNothing() throws Exception {
    try (SharedMemory memory = SharedMemory.create(16)) {
      SharedLong n = memory.longAt(0);
      SharedDouble d = memory.doubleAt(8);
      List<Integer> items = IntStream.range(0, 200).boxed().toList();
      pool.forEach(
          items,
          _ -> {
            for (int i = 0; i < 100; i++) {
              n.incrementAndGet();
              d.addAndGet(0.25);
            }
          });
      assertThat(n.get()).isEqualTo(20_000);
      assertThat(d.get()).isEqualTo(5_000);
    }
  }

  /** A worker that dies leaves the memory as it was; the next one has it too. */
  @Test
  void workerDies_memoryStays() throws Exception {
    try (SharedLong n = SharedLong.create(0)) {
      TaskFuture<Void> dies =
          pool.submit(() -> {
            n.set(41);
            Runtime.getRuntime().halt(9);
          });
      assertThatThrownBy(dies::get).hasCauseInstanceOf(WorkerLostException.class);
      pool.submit(() -> n.incrementAndGet()).get();
      assertThat(n.get()).isEqualTo(42);
    }
  }

  /** A task that closes it ends the mapping of its worker alone; the next task maps it anew. */
  @Test
  void close_inTask_isThatWorkersAlone() throws Exception {
    SharedLong n = SharedLong.create(0);
    for (int i = 0; i < 4; i++) {
      pool.submit(
              () -> {
                n.incrementAndGet();
                n.close();
              })
          .get();
    }
    assertThat(n.get()).isEqualTo(4);
    n.close();
  }

  /** What is closed cannot be captured any more; the call says so. */
  @Test
  void capture_closed_isRefusedAtTheCall() throws Exception {
    SharedLong n = SharedLong.create(0);
    n.close();
    assertThatThrownBy(() -> pool.submit(() -> n.get()).get())
        .hasStackTraceContaining("shared memory is closed in this process");
    assertThat(pool.submit(() -> 3).get()).isEqualTo(3);
  }

  /** What is closed before a worker has read its handle fails that task, with the reason. */
  @Test
  void close_beforeWorkerReadsHandle_failsThatTask() throws Exception {
    try (SharedLong gate = SharedLong.create(0)) {
      for (int i = 0; i < 2; i++) { // one for each worker
        pool.submit(() -> Await.until("gate", () -> gate.get() == 1));
      }
      SharedLong n = SharedLong.create(0);
      TaskFuture<Long> late = pool.submit(() -> n.get());
      n.close();
      gate.set(1);
      assertThatThrownBy(late::get)
          .isInstanceOf(ExecutionException.class)
          .hasStackTraceContaining("shared memory is gone");
      assertThat(pool.submit(() -> 3).get()).isEqualTo(3);
    }
  }

  /** A process of its own, and a pool nested in it, have it too. */
  @Test
  void nested_inProcessOfItsOwn_isSameMemory() throws Exception {
    try (SharedLong n = SharedLong.create(1);
        JvmProcess<Long> process =
            JvmProcess.start(() -> {
              try (Pool inner = Pool.processes(1)) {
                return inner.submit(() -> n.addAndGet(41)).get();
              }
            })) {
      assertThat(process.result().get()).isEqualTo(42);
      assertThat(n.get()).isEqualTo(42);
    }
  }
}
