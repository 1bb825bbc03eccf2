package dev.tutti.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.Pool;
import dev.tutti.memory.SharedDouble;
import dev.tutti.memory.SharedDoubles;
import dev.tutti.memory.SharedInts;
import dev.tutti.memory.SharedLong;
import dev.tutti.memory.SharedMemory;
import dev.tutti.memory.sync.ProcessBarrier;
import dev.tutti.memory.sync.ProcessCondition;
import dev.tutti.memory.sync.ProcessEvent;
import dev.tutti.memory.sync.ProcessLock;
import dev.tutti.memory.sync.ProcessQueue;
import dev.tutti.memory.sync.ProcessSemaphore;
import dev.tutti.plan.DataSize;
import dev.tutti.process.JvmOptions;
import dev.tutti.process.JvmProcess;
import dev.tutti.process.MessagePipe;
import dev.tutti.process.PipeClient;
import dev.tutti.process.PipeEnd;
import dev.tutti.process.PipeListener;
import dev.tutti.process.WorkerJvm;
import dev.tutti.testkit.LeakCheck;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What {@code multiprocessing} does beside its pool, for the guide "From Python". */
@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class MultiprocessingSnippets {
  private static int work(int n) {
    return n * n;
  }

  @Test
  void process() throws Exception {
    // @start region=process
    try (JvmProcess<Integer> process = JvmProcess.start(() -> work(20))) {
      if (!process.join(Duration.ofSeconds(30))) { // false: it still runs
        process.kill();
      }
      int result = process.result().get(); // a process has a result
      assertThat(result).isEqualTo(400);
    }
    // @end region=process
    JvmOptions options =
        JvmOptions.DEFAULTS
            .withName("counter")
            .withDaemon(true)
            .withJvm(
                WorkerJvm.DEFAULTS.withHeap(DataSize.mib(64)).withEnvironment(Map.of("A", "b")));
    try (JvmProcess<String> process =
        JvmProcess.start(
            () -> {
              boolean parentLives = JvmProcess.parent().orElseThrow().isAlive();
              return JvmProcess.current().orElseThrow().name() + " " + parentLives;
            },
            options)) {
      assertThat(JvmProcess.children()).contains(process);
      assertThat(process.result().get()).isEqualTo("counter true");
      process.join();
      assertThat(process.isAlive()).isFalse();
      assertThat(process.exitStatus()).hasValue(0);
      assertThat(process.pid()).isPositive();
      assertThat(process.name()).isEqualTo("counter");
    }
  }

  @Test
  void stop() throws Exception {
    JvmProcess<Void> process = JvmProcess.start(() -> Thread.sleep(Duration.ofDays(1)));
    process.terminate();
    assertThat(PipeEnd.waitAny(List.of(process), Duration.ofSeconds(30))).hasSize(1);
    process.onExit().join();
    process.interrupt(); // nothing happens to one that has ended
    process.close();
    assertThat(process.exitStatus()).hasValue(143); // 128 + 15
  }

  @Test
  void queueAndPipe() throws Exception {
    // @start region=pipe
    ProcessQueue<Integer> squares = ProcessQueue.create(100);
    try (MessagePipe pipe = MessagePipe.open()) {
      PipeEnd mine = pipe.first();
      PipeEnd theirs = pipe.second();
      try (JvmProcess<Void> process =
          JvmProcess.start(() -> squares.put(work((Integer) theirs.receive())))) {
        mine.send(5);
        assertThat(squares.take()).isEqualTo(25);
        process.join();
      }
    }
    // @end region=pipe
    ProcessQueue<String> queue = ProcessQueue.create(2);
    queue.put("one");
    assertThat(queue.offer("two", Duration.ofMillis(100))).isTrue();
    assertThat(queue.poll(Duration.ofMillis(100))).isEqualTo("one");
    assertThat(queue.take()).isEqualTo("two");
    queue.taskDone();
    queue.taskDone();
    queue.join();
    queue.close();
    assertThat(queue.takeUntilClosed()).isEmpty();
  }

  @Test
  void listener(@TempDir Path folder) throws Exception {
    byte[] key = PipeListener.newKey();
    SocketAddress address = UnixDomainSocketAddress.of(folder.resolve("s"));
    try (PipeListener listener = PipeListener.open(address, key);
        PipeEnd client = PipeClient.connect(address, key);
        PipeEnd served = listener.accept()) {
      client.sendBytes(new byte[] {1, 2});
      assertThat(served.poll(Duration.ofSeconds(30))).isTrue();
      assertThat(served.receiveBytes()).containsExactly(1, 2);
    }
  }

  @Test
  void locks() throws Exception {
    // @start region=lock
    ProcessLock lock = ProcessLock.create(); // reentrant, as an RLock
    ProcessCondition changed = lock.newCondition();
    ProcessSemaphore permits = ProcessSemaphore.bounded(4);
    ProcessEvent stop = ProcessEvent.create();
    ProcessBarrier step = ProcessBarrier.create(1);
    // @end region=lock
    lock.lock();
    try {
      changed.signalAll();
      assertThat(changed.waitFor(() -> true, Duration.ofSeconds(1))).isTrue();
    } finally {
      lock.unlock();
    }
    permits.acquire();
    permits.release();
    assertThat(ProcessSemaphore.create(1).tryAcquire(Duration.ofSeconds(1))).isTrue();
    stop.set();
    assertThat(stop.await(Duration.ofSeconds(1))).isTrue();
    assertThat(step.await()).isZero();
  }

  @Test
  void shared() throws Exception {
    // @start region=shared
    try (SharedLong count = SharedLong.create(0);
        SharedDoubles grid = SharedDoubles.create(1_000);
        Pool pool = Pool.processes(2)) {
      pool.forEach(
          List.of(0, 1, 2, 3),
          part -> {
            grid.slice(part * 250L, 250).fill(part);
            count.incrementAndGet(); // one step: no lock
          });
      assertThat(count.get()).isEqualTo(4);
      assertThat(grid.stream().sum()).isEqualTo(1_500);
    }
    // @end region=shared
    try (SharedDouble best = SharedDouble.create(0.5);
        SharedInts votes = SharedInts.create(10);
        SharedMemory memory = SharedMemory.create(DataSize.mib(1));
        SharedMemory rates = SharedMemory.named("rates", 4096);
        SharedMemory same = SharedMemory.open("rates")) {
      best.accumulateAndGet(0.25, Math::min);
      votes.getAndAdd(3, 1);
      memory.asByteBuffer().put(0, (byte) 42);
      rates.doubles(0, 3).write(0, 1.08, 0.86, 161.2);
      assertThat(same.doubles(0, 3).get(1)).isEqualTo(0.86);
      assertThat(best.get() + votes.get(3) + memory.getByte(0)).isEqualTo(43.25);
    }
  }
}
