package dev.tutti.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.Pool;
import dev.tutti.memory.sync.Event;
import dev.tutti.task.WorkerContext;
import dev.tutti.testkit.LeakCheck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What {@code threading} and {@code queue} do, for the guide "From Python". */
@Tag("unit")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class ThreadingSnippets {
  private static final ThreadLocal<StringBuilder> BUFFER =
      ThreadLocal.withInitial(StringBuilder::new);

  private static void work(List<Integer> results, int n) {
    results.add(n);
  }

  @Test
  void thread() throws Exception {
    List<Integer> results = new ArrayList<>();
    // @start region=thread
    ReentrantLock lock = new ReentrantLock();
    Thread thread =
        Thread.ofPlatform()
            .name("counter")
            .daemon()
            .start(() -> {
              lock.lock();
              try {
                work(results, 1);
              } finally {
                lock.unlock();
              }
            });
    boolean ended = thread.join(Duration.ofSeconds(30));
    // @end region=thread
    assertThat(ended).isTrue();
    assertThat(results).containsExactly(1);
    assertThat(thread.isAlive()).isFalse();
    assertThat(thread.getName()).isEqualTo("counter");
    assertThat(Thread.currentThread().getName()).isNotNull();
    Thread.startVirtualThread(() -> work(results, 2)).join();
    assertThat(results).containsExactly(1, 2);
  }

  @Test
  void event() throws Exception {
    // @start region=event
    Event ready = Event.inJvm(); // ProcessEvent.create() is one for several processes
    Thread waiter = Thread.startVirtualThread(() -> await(ready));
    ready.set();
    // @end region=event
    waiter.join();
    assertThat(ready.isSet()).isTrue();
    assertThat(ready.await(Duration.ofSeconds(1))).isTrue();
    ready.clear();
    assertThat(ready.isSet()).isFalse();
  }

  private static void await(Event event) {
    try {
      event.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void primitives() throws Exception {
    ReentrantLock lock = new ReentrantLock();
    Condition changed = lock.newCondition();
    assertThat(lock.tryLock(1, TimeUnit.SECONDS)).isTrue();
    changed.signalAll();
    lock.unlock();
    Semaphore permits = new Semaphore(4);
    permits.acquire();
    permits.release();
    CyclicBarrier barrier = new CyclicBarrier(1);
    assertThat(barrier.await()).isZero();
    CountDownLatch latch = new CountDownLatch(1);
    try (ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1)) {
      timer.schedule(() -> latch.countDown(), 10, TimeUnit.MILLISECONDS);
      latch.await();
    }
    AtomicInteger count = new AtomicInteger();
    count.incrementAndGet();
    assertThat(count).hasValue(1);
    assertThat(BUFFER.get()).isEmpty();
  }

  @Test
  void queues() throws Exception {
    BlockingQueue<String> queue = new ArrayBlockingQueue<>(10);
    queue.put("a");
    assertThat(queue.take()).isEqualTo("a");
    assertThat(queue.poll(1, TimeUnit.MILLISECONDS)).isNull();
    LinkedBlockingDeque<String> stack = new LinkedBlockingDeque<>();
    stack.push("a");
    assertThat(stack.takeFirst()).isEqualTo("a");
    PriorityBlockingQueue<String> least = new PriorityBlockingQueue<>(List.of("b", "a"));
    assertThat(least.take()).isEqualTo("a");
  }

  @Test
  void perWorker() {
    // @start region=perWorker
    try (Pool pool = Pool.threads(2)) {
      List<Integer> numbers =
          pool.map(
              List.of(1, 2, 3), // one Random a worker, whatever kind of worker that is
              n -> WorkerContext.current().perWorker(Random.class, Random::new).nextInt(n));
      assertThat(numbers).hasSize(3);
    }
    // @end region=perWorker
  }
}
