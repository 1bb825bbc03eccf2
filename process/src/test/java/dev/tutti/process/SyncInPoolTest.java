package dev.tutti.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.Pool;
import dev.tutti.memory.sync.ProcessBarrier;
import dev.tutti.memory.sync.ProcessCondition;
import dev.tutti.memory.sync.ProcessEvent;
import dev.tutti.memory.sync.ProcessLatch;
import dev.tutti.memory.sync.ProcessLock;
import dev.tutti.memory.sync.ProcessReadWriteLock;
import dev.tutti.memory.sync.ProcessSemaphore;
import dev.tutti.task.TaskFuture;
import dev.tutti.task.WorkerLostException;
import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.Lock;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Locks and the like, captured in tasks. */
@Tag("system")
@Timeout(90)
@ExtendWith(LeakCheck.class)
@SuppressWarnings("LockNotBeforeTry") // who dies with the lock is what is tested
class SyncInPoolTest {
  private static ProcessOptions options(int workers) {
    return ProcessOptions.DEFAULTS.withWorkers(workers).withJvmFlags("-XX:TieredStopAtLevel=1");
  }

  /** Each is the same object in every worker, and in a pool that is nested in a task. */
  @Test
  void submit_tasksThatCapture_shareIt() throws Exception {
    ProcessLock lock = ProcessLock.create();
    ProcessSemaphore counter = ProcessSemaphore.create(0);
    ProcessBarrier both = ProcessBarrier.create(2);
    ProcessLatch done = ProcessLatch.create(2);
    ProcessEvent go = ProcessEvent.create();
    try (Pool pool = Pool.open(options(2))) {
      List<TaskFuture<Integer>> tasks =
          IntStream.range(0, 2)
              .mapToObj(i ->
                  pool.submit(() -> {
                    both.await(Await.PATIENCE); // two workers at once
                    go.await(Await.PATIENCE);
                    lock.lock();
                    try {
                      counter.release();
                      return counter.permits();
                    } finally {
                      lock.unlock();
                      done.countDown();
                    }
                  }))
              .toList();
      go.set();
      assertThat(done.await(Await.PATIENCE)).isTrue();
      assertThat(tasks.stream().map(TaskFuture::join)).containsExactlyInAnyOrder(1, 2);
      int nested =
          pool.submit(() ->
                  Pool.current()
                      .submit(() -> {
                        counter.release();
                        return counter.permits();
                      })
                      .get())
              .get();
      assertThat(nested).isEqualTo(3);
    }
  }

  /** A condition takes its lock along, and each half of a read-write lock is sent alone. */
  @Test
  void submit_tasksThatCaptureParts_shareTheWhole() throws Exception {
    ProcessLock lock = ProcessLock.fair();
    ProcessCondition changed = lock.newCondition();
    ProcessReadWriteLock whole = ProcessReadWriteLock.create();
    Lock read = whole.readLock();
    Lock write = whole.writeLock();
    ProcessSemaphore counter = ProcessSemaphore.create(0);
    try (Pool pool = Pool.open(options(1))) {
      TaskFuture<Boolean> waits =
          pool.submit(() -> {
            changed.lock().lock();
            try {
              read.lock();
              return changed.waitFor(() -> counter.permits() == 2, Await.PATIENCE);
            } finally {
              read.unlock();
              changed.lock().unlock();
            }
          });
      Await.until("it waits", () -> changed.waiting() == 1);
      assertThat(whole.readers()).isEqualTo(1);
      assertThat(write.tryLock()).isFalse();
      lock.lock();
      try {
        counter.release(2);
        changed.signalAll();
      } finally {
        lock.unlock();
      }
      assertThat(waits.get()).isTrue();
      assertThat(write.tryLock()).isTrue();
      write.unlock();
    }
  }

  /** A task whose worker dies with the lock loses it; the pool and the others go on. */
  @Test
  void submit_workerDiesWithLock_isTakenOver() throws Exception {
    ProcessLock lock = ProcessLock.create();
    try (Pool pool = Pool.open(options(1))) {
      TaskFuture<Integer> dies =
          pool.submit(() -> {
            lock.lock();
            Runtime.getRuntime().halt(3);
            return 0;
          });
      assertThatThrownBy(dies::get)
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(WorkerLostException.class);
      boolean told =
          pool.submit(
                  () -> {
                    lock.lock();
                    try {
                      boolean recovered = lock.recovered().isPresent();
                      lock.markConsistent();
                      return recovered;
                    } finally {
                      lock.unlock();
                    }
                  })
              .get();
      assertThat(told).isTrue();
      assertThat(lock.isLocked()).isFalse();
    }
  }
}
