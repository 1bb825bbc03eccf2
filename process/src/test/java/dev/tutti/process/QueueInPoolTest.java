package dev.tutti.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.Pool;
import dev.tutti.memory.sync.ProcessQueue;
import dev.tutti.memory.sync.QueueClosedException;
import dev.tutti.task.TaskFuture;
import dev.tutti.task.WorkerLostException;
import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A queue, captured in tasks. */
@Tag("system")
@Timeout(90)
@ExtendWith(LeakCheck.class)
class QueueInPoolTest {
  private static ProcessOptions options(int workers) {
    return ProcessOptions.DEFAULTS.withWorkers(workers).withJvmFlags("-XX:TieredStopAtLevel=1");
  }

  /** It is the same queue in every worker, and in a pool that is nested in a task. */
  @Test
  void submit_tasksThatCapture_shareIt() throws Exception {
    ProcessQueue<Integer> in = ProcessQueue.create(100);
    ProcessQueue<Integer> out = ProcessQueue.create(100);
    try (Pool pool = Pool.open(options(2))) {
      TaskFuture<Void> plain = pool.submit(() -> square(in, out));
      TaskFuture<Void> nested =
          pool.submit(() -> {
            try (Pool inner = Pool.open(options(1))) {
              inner.submit(() -> square(in, out)).get();
            }
          });
      for (int i = 0; i < 50; i++) {
        in.put(i);
      }
      in.close();
      int sum = 0;
      for (int i = 0; i < 50; i++) {
        sum += out.take();
      }
      assertThat(sum).isEqualTo(IntStream.range(0, 50).map(i -> i * i).sum());
      Await.result(plain);
      Await.result(nested);
    }
  }

  private static void square(ProcessQueue<Integer> in, ProcessQueue<Integer> out)
      throws InterruptedException {
    try {
      while (true) {
        int n = in.take();
        out.put(n * n);
      }
    } catch (QueueClosedException end) {
      // all are squared
    }
  }

  /** Nobody looks into a queue that crosses; its items are for who takes them. */
  @Test
  void submit_taskWithFullQueue_readsNoItem(@TempDir Path folder) throws Exception {
    Marks marks = new Marks(folder);
    ProcessQueue<Seen> full = ProcessQueue.create(100);
    full.put(new Seen(marks));
    try (Pool pool = Pool.open(options(1))) {
      assertThat(pool.submit(() -> full.size()).get()).isEqualTo(1);
      assertThat(marks.count("seen")).isZero();
      assertThat(pool.submit(() -> full.take().marks().count("seen")).get()).isEqualTo(1);
    }
  }

  /** Leaves a mark where it is read. */
  private static final class Seen implements Serializable {
    private static final long serialVersionUID = 1;

    private final Marks marks;

    Seen(Marks marks) {
      this.marks = marks;
    }

    Marks marks() {
      return marks;
    }

    private Object readResolve() {
      marks.leave("seen");
      return this;
    }
  }

  /** A worker that dies with an item takes that one; who joins is not kept, and knows. */
  @Test
  void submit_workerDiesWithItem_othersGoOn() throws Exception {
    ProcessQueue<Integer> queue = ProcessQueue.create(10);
    queue.addAll(List.of(1, 2));
    try (Pool pool = Pool.open(options(1))) {
      TaskFuture<Void> dying =
          pool.submit(() -> {
            queue.take();
            Runtime.getRuntime().halt(3);
          });
      assertThatThrownBy(() -> Await.result(dying))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(WorkerLostException.class);
      assertThat(Await.result(pool.submit(() -> takeAndMark(queue)))).isEqualTo(2);
      assertThat(queue.join(Await.PATIENCE)).isTrue();
      assertThat(queue.abandoned()).isEqualTo(1);
    }
  }

  private static int takeAndMark(ProcessQueue<Integer> queue) throws InterruptedException {
    int item = queue.take();
    queue.taskDone();
    return item;
  }

  /** A process puts a mebibyte and ends; its parent waits for the end first. */
  @Test
  void join_processLeavesItemUnread_itEnds() throws Exception {
    ProcessQueue<byte[]> queue = ProcessQueue.create(10);
    try (JvmProcess<Void> process = JvmProcess.start(() -> queue.put(new byte[1 << 20]))) {
      process.join();
    }
    assertThat(queue.poll(Duration.ZERO)).hasSize(1 << 20);
  }
}
