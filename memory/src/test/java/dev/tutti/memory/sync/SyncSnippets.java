package dev.tutti.memory.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.memory.SharedLong;
import dev.tutti.plan.DataSize;
import java.nio.file.Path;
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

  /** A lock tells who has it. */
  @Test
  void holder_tells() {
    ProcessLock lock = ProcessLock.create();
    // @start region=holder
    lock.lock();
    try {
      LockHolder holder = lock.holder().orElseThrow(); // of any process
      append("process %d, thread %d".formatted(holder.pid(), holder.thread()));
    } finally {
      lock.unlock();
    }
    // @end region=holder
    long thread = Thread.currentThread().threadId();
    assertThat(file)
        .containsExactly("process %d, thread %d".formatted(ProcessHandle.current().pid(), thread));
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

  /** A queue brings items from one process to another. */
  @Test
  void queue_bringsItems() throws Exception {
    // @start region=queue
    ProcessQueue<Path> files =
        ProcessQueue.create(1_000); // captured in a task, it is the same queue there
    files.put(Path.of("a.wav")); // in any process; waits while there are a thousand
    Path next = files.take(); // in any other; waits while there are none
    append("read " + next);
    files.taskDone();
    files.join(); // until each that was put is taken and done
    // @end region=queue
    assertThat(file).containsExactly("read a.wav");
  }

  /** Who takes until the end of a queue is told when it is there. */
  @Test
  void queueEnd_isTold() throws Exception {
    ProcessQueue<String> lines = ProcessQueue.create(10);
    lines.addAll(List.of("one", "two"));
    // @start region=queueEnd
    lines.close(); // nothing more will be put; what is there can be taken
    try {
      while (true) {
        append(lines.take());
      }
    } catch (QueueClosedException end) {
      append("that was all");
    }
    // @end region=queueEnd
    assertThat(file).containsExactly("one", "two", "that was all");
  }

  /** A stream takes until the end. */
  @Test
  void takeUntilClosed_takesAll() {
    ProcessQueue<String> lines = ProcessQueue.create(10);
    lines.addAll(List.of("one", "two"));
    lines.close();
    // @start region=takeUntilClosed
    lines.takeUntilClosed().forEach(line -> append(line)); // waits for each; ends when it is closed
    // @end region=takeUntilClosed
    assertThat(file).containsExactly("one", "two");
  }

  /** JVMs that know nothing of each other meet at a name. */
  @Test
  void queueByName_isTheSame() throws Exception {
    // @start region=queueByName
    ProcessQueue<String> orders = ProcessQueue.named("orders", 100, DataSize.mib(4));
    ProcessQueue<String> same = ProcessQueue.open("orders"); // as a rule in another JVM
    same.put("two of them");
    String order = orders.take();
    orders.closeNow(); // gives the name up
    // @end region=queueByName
    assertThat(order).isEqualTo("two of them");
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

  @Test
  void named() throws Exception {
    // @start region=named
    try (Named<ProcessLock> named = Named.publish("printer", ProcessLock.create())) {
      ProcessLock same = Named.find("printer", ProcessLock.class); // as a rule in another JVM
      // @end region=named
      assertThat(same).isSameAs(named.shared());
    }
  }
}
