package dev.tutti.memory.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.memory.SharedLong;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The samples of the documents. */
@Tag("unit")
class SyncSnippets {
  private final List<String> file = new ArrayList<>();

  private void append(String line) {
    file.add(line);
  }

  private void repair() {
    file.clear();
  }

  private static String download() {
    return "done";
  }

  /** A semaphore bounds how many do something at a time. */
  @Test
  void semaphore_bounds() throws Exception {
    // @start region=semaphore
    ProcessSemaphore connections = ProcessSemaphore.bounded(4); // 4 at a time, of all processes
    connections.acquire();
    try {
      append(download());
    } finally {
      connections.release();
    }
    // @end region=semaphore
    assertThat(connections.permits()).isEqualTo(4);
    assertThat(file).containsExactly("done");
  }

  /** A lock tells the next holder that the last one died. */
  @Test
  void lock_guards() {
    // @start region=lock
    ProcessLock lock = ProcessLock.create(); // captured in a task, it is the same lock there
    lock.lock();
    try {
      if (lock.recovered().isPresent()) { // the last holder died in the middle
        repair();
        lock.markConsistent();
      }
      append("one line");
    } finally {
      lock.unlock();
    }
    // @end region=lock
    assertThat(lock.isLocked()).isFalse();
    assertThat(file).containsExactly("one line");
  }

  /** A condition calls who waits under a lock. */
  @Test
  void condition_calls() throws Exception {
    SharedLong ready = SharedLong.create(0);
    // @start region=condition
    ProcessLock lock = ProcessLock.create();
    ProcessCondition changed = lock.newCondition(); // it takes its lock along into a task
    lock.lock();
    try {
      ready.set(3);
      changed.signalAll(); // in any process
    } finally {
      lock.unlock();
    }
    lock.lock();
    try {
      changed.waitFor(() -> ready.get() == 3); // in any other
      append("three are ready");
    } finally {
      lock.unlock();
    }
    // @end region=condition
    assertThat(file).containsExactly("three are ready");
    ready.close();
  }

  /** Many read, one writes. */
  @Test
  void readWriteLock_guards() {
    // @start region=readWriteLock
    ProcessReadWriteLock lock = ProcessReadWriteLock.create();
    lock.readLock().lock(); // many threads of many processes at a time
    try {
      append("read");
    } finally {
      lock.readLock().unlock();
    }
    lock.writeLock().lock(); // one, and nobody reads
    try {
      if (lock.recovered().isPresent()) { // the last one died while it wrote
        repair();
        lock.markConsistent();
      }
      append("written");
    } finally {
      lock.writeLock().unlock();
    }
    // @end region=readWriteLock
    assertThat(file).containsExactly("read", "written");
  }

  /** An event lets others go on. */
  @Test
  void event_letsGoOn() throws Exception {
    // @start region=event
    ProcessEvent stop = ProcessEvent.create();
    stop.set(); // in any process
    boolean stopped = stop.await(Duration.ofSeconds(5)); // in any other
    // @end region=event
    assertThat(stopped).isTrue();
  }

  /** A latch waits for a number of others. */
  @Test
  void latch_waits() throws Exception {
    // @start region=latch
    ProcessLatch ready = ProcessLatch.create(2);
    ready.countDown(); // each of two tasks, when it is ready
    ready.countDown();
    boolean all = ready.await(Duration.ofSeconds(5));
    // @end region=latch
    assertThat(all).isTrue();
  }

  /** A barrier keeps tasks in step. */
  @Test
  void barrier_keepsInStep() throws Exception {
    // @start region=barrier
    ProcessBarrier step = ProcessBarrier.create(1); // as many as there are tasks
    for (int round = 0; round < 3; round++) {
      append("round " + round);
      step.await(Duration.ofSeconds(5)); // until all have done this round
    }
    // @end region=barrier
    assertThat(file).hasSize(3);
  }
}
