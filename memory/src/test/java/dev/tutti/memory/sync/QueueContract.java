package dev.tutti.memory.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.plan.DataSize;
import dev.tutti.testkit.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a queue does, whoever the others are. */
abstract class QueueContract extends SyncSuite {
  private static final Duration SHORT = Duration.ofMillis(50);

  private static List<Integer> drained(ProcessQueue<Integer> queue) {
    List<Integer> all = new ArrayList<>();
    queue.drainTo(all);
    return all;
  }

  // ---------------------------------------------------------------- put and take

  /**
   * All forms of put fill it; a further one is refused, at once or after its time; another process
   * drains it.
   */
  @Test
  void put_full_isRefusedInItsTime() throws Exception {
    ProcessQueue<Integer> queue = ProcessQueue.create(6);
    assertThat(queue.isEmpty()).isTrue();
    queue.put(1);
    assertThat(queue.offer(2)).isTrue();
    assertThat(queue.add(3)).isTrue();
    assertThat(queue.offer(4, 1, TimeUnit.SECONDS)).isTrue();
    assertThat(queue.offer(5, SHORT)).isTrue();
    assertThat(queue.offer(6, 0, TimeUnit.SECONDS)).isTrue();
    assertThat(queue.size()).isEqualTo(6);
    assertThat(queue.remainingCapacity()).isZero();
    assertThat(queue.offer(7)).isFalse();
    assertThat(queue.offer(7, Duration.ofSeconds(-1))).isFalse();
    assertThatIllegalStateException()
        .isThrownBy(() -> queue.add(7))
        .withMessageContaining("queue is full")
        .withMessageContaining("size=6/6");
    long start = System.nanoTime();
    assertThat(queue.offer(7, SHORT)).isFalse();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(SHORT, LONG);
    assertThat(elsewhere(() -> drained(queue))).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(queue.isEmpty()).isTrue();
    assertThat(queue.remainingCapacity()).isEqualTo(6);
  }

  /** All forms of take give what another process has put, in its order; then there is nothing. */
  @Test
  void take_empty_isToldInItsTime() throws Exception {
    ProcessQueue<Integer> queue = ProcessQueue.create(6);
    Future<Boolean> putting =
        parties.start(() -> {
          for (int i = 1; i <= 5; i++) {
            queue.put(i);
          }
          return true;
        });
    assertThat(queue.take()).isEqualTo(1);
    assertThat(Await.result(putting)).isTrue();
    assertThat(queue.peek()).isEqualTo(2);
    assertThat(queue.poll()).isEqualTo(2);
    assertThat(queue.poll(1, TimeUnit.SECONDS)).isEqualTo(3);
    assertThat(queue.poll(SHORT)).isEqualTo(4);
    assertThat(queue.remove()).isEqualTo(5);
    assertThat(queue.poll()).isNull();
    assertThat(queue.peek()).isNull();
    assertThat(queue.poll(-1, TimeUnit.SECONDS)).isNull();
    long start = System.nanoTime();
    assertThat(queue.poll(SHORT)).isNull();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(SHORT, LONG);
  }

  /** What several processes put one after the other comes in that order. */
  @Test
  void take_putByTwo_comesInOrder() throws Exception {
    ProcessQueue<Integer> queue = ProcessQueue.create(100);
    for (int i = 0; i < 10; i++) {
      queue.put(i);
    }
    elsewhere(() -> queue.addAll(List.of(10, 11, 12, 13, 14, 15, 16, 17, 18, 19)));
    for (int i = 0; i < 20; i++) {
      assertThat(queue.take()).isEqualTo(i);
    }
    assertThat(queue.poll()).isNull();
  }

  /** Who waits for an item gets it, who waits for room too. */
  @Test
  void wait_otherComes_goesOn() throws Exception {
    ProcessQueue<String> queue = ProcessQueue.create(1);
    Future<String> taker = parties.start(queue::take);
    queue.put("one");
    assertThat(Await.result(taker)).isEqualTo("one");
    queue.put("two");
    Future<Boolean> putter = parties.start(() -> queue.offer("three", LONG));
    assertThat(queue.take()).isEqualTo("two");
    assertThat(Await.result(putter)).isTrue();
    assertThat(queue.take()).isEqualTo("three");
  }

  /** A stream takes what comes, also from another process, each item once, until the end. */
  @Test
  void takeUntilClosed_itemsCome_takesEachUntilTheEnd() throws Exception {
    ProcessQueue<Integer> queue = ProcessQueue.create(2);
    Future<List<Integer>> taken = parties.start(() -> queue.takeUntilClosed().toList());
    elsewhere(() -> {
      for (int i = 0; i < 10; i++) {
        queue.put(i);
      }
      queue.close();
      return true;
    });
    assertThat(Await.result(taken)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    assertThat(queue.takeUntilClosed()).isEmpty();
  }

  /** A stream takes no item ahead of what is asked for, also a parallel one. */
  @Test
  void takeUntilClosed_limit_leavesTheRest() {
    ProcessQueue<Integer> queue = ProcessQueue.create(10);
    queue.addAll(List.of(1, 2, 3, 4));
    assertThat(queue.takeUntilClosed().limit(2)).containsExactly(1, 2);
    assertThat(queue.takeUntilClosed().parallel().findFirst()).hasValue(3);
    assertThat(drained(queue)).containsExactly(4);
  }

  /** An interrupt ends the stream with an exception, keeps the flag, and takes nothing. */
  @Test
  void takeUntilClosed_interrupted_takesNothing() {
    ProcessQueue<Integer> queue = ProcessQueue.create(10);
    queue.add(1);
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> queue.takeUntilClosed().toList())
          .isInstanceOf(CancellationException.class);
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
    } finally {
      Thread.interrupted();
    }
    assertThat(drained(queue)).containsExactly(1);
  }

  /** An interrupt ends a wait, and nothing is put or taken. */
  @Test
  void wait_interrupted_endsWithoutItem() throws Exception {
    ProcessQueue<Integer> queue = ProcessQueue.create(1);
    assertThat(elsewhere(() -> isInterruptible(queue::take))).isTrue();
    queue.put(1);
    assertThat(elsewhere(() -> isInterruptible(() -> queue.offer(2, LONG)))).isTrue();
    Thread.currentThread().interrupt();
    assertThatThrownBy(queue::take).isInstanceOf(InterruptedException.class);
    assertThat(queue.size()).isEqualTo(1);
  }

  private static boolean isInterruptible(Remote<?> wait) throws Exception {
    boolean[] interrupted = new boolean[1];
    Thread thread =
        Thread.ofVirtual()
            .start(() -> {
              try {
                wait.call();
              } catch (InterruptedException e) {
                interrupted[0] = true;
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });
    Await.blocked(thread);
    thread.interrupt();
    Await.ended(thread);
    return interrupted[0];
  }

  // ---------------------------------------------------------------- done

  /** Join waits until four have marked all done; one mark too many is refused. */
  @Test
  void join_workersMarkDone_returnsAfterTheLast() throws Exception {
    ProcessQueue<Integer> queue = ProcessQueue.create(10);
    ProcessSemaphore mayMark = ProcessSemaphore.create(0);
    for (int i = 0; i < 10; i++) {
      queue.put(i);
    }
    assertThat(queue.join(Duration.ZERO)).isFalse();
    List<Future<Boolean>> workers =
        parties.startAll(
            4,
            i ->
                () -> {
                  while (queue.poll() != null) {
                    mayMark.acquire();
                    queue.taskDone();
                  }
                  return true;
                });
    mayMark.release(9);
    Await.until("one is left", () -> queue.unfinished() == 1);
    assertThat(queue.join(SHORT)).isFalse();
    Future<Boolean> joined = parties.start(() -> queue.join(LONG));
    mayMark.release();
    queue.join();
    assertThat(Await.result(joined)).isTrue();
    assertThat(results(workers)).doesNotContain(false);
    assertThatIllegalStateException()
        .isThrownBy(queue::taskDone)
        .withMessageContaining("marked more items done");
    assertThat(queue.abandoned()).isZero();
  }

  // ---------------------------------------------------------------- end

  /** After close nothing is put, what is there can be taken, then there is an end. */
  @Test
  void close_itemsLeft_comeBeforeTheEnd() throws Exception {
    ProcessQueue<Integer> queue = ProcessQueue.create(2);
    queue.put(1);
    queue.put(2);
    Future<Boolean> putter = parties.start(() -> isClosed(() -> queue.offer(3, LONG)));
    elsewhere(() -> closed(queue));
    assertThat(Await.result(putter)).isTrue();
    assertThat(queue.isClosed()).isTrue();
    assertThatThrownBy(() -> queue.put(4))
        .isInstanceOf(QueueClosedException.class)
        .hasMessageContaining("cannot put: queue is closed");
    assertThat(isClosed(() -> queue.offer(4)) && isClosed(() -> queue.add(4))).isTrue();
    assertThat(queue.take()).isEqualTo(1);
    assertThat(elsewhere(() -> queue.poll()).intValue()).isEqualTo(2);
    assertThat(isClosed(queue::take) && isClosed(queue::poll)).isTrue();
    assertThat(elsewhere(() -> isClosed(() -> queue.poll(LONG)))).isTrue();
    assertThat(queue.drainTo(new ArrayList<>())).isZero();
  }

  private static boolean closed(ProcessQueue<?> queue) {
    queue.close();
    return queue.isClosed();
  }

  private static boolean isClosed(Remote<?> call) throws Exception {
    try {
      call.call();
      return false;
    } catch (QueueClosedException e) {
      return e.getMessage().contains("is closed");
    }
  }

  /** {@code closeNow} throws away what is there, and lets go who waits in whichever way. */
  @Test
  void closeNow_waiters_areLetGo() throws Exception {
    ProcessQueue<Integer> full = ProcessQueue.create(1);
    full.put(1);
    ProcessQueue<Integer> empty = ProcessQueue.create(1);
    List<Future<Boolean>> all = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      all.add(parties.start(() -> isClosed(() -> full.offer(2, LONG))));
      all.add(parties.start(() -> full.join(LONG)));
      all.add(parties.start(() -> isClosed(empty::take)));
    }
    full.closeNow();
    elsewhere(() -> {
      empty.closeNow();
      return true;
    });
    assertThat(results(all)).doesNotContain(false);
    assertThat(full.isEmpty()).isTrue();
    assertThat(isClosed(full::take)).isTrue();
    assertThat(full.toString()).contains("size=0/1", "closed");
  }

  /**
   * Four who put and six who take, closed in the middle: everybody comes to an end, and no item is
   * lost or doubled.
   */
  @Test
  void close_manyInTheMiddle_allEndAndEachItemComesOnce() throws Exception {
    ProcessQueue<Integer> queue = ProcessQueue.create(100);
    int most = 65_536;
    List<Future<Long>> putters =
        parties.startAll(
            4,
            i ->
                () -> {
                  long sum = 0;
                  for (int n = i; n < most; n += 4) {
                    int item = n;
                    if (isClosed(() -> putOne(queue, item))) {
                      return sum;
                    }
                    sum += n + 1;
                  }
                  return sum;
                });
    List<Future<Long>> takers = parties.startAll(6, i -> () -> sumToEnd(queue));
    long sum = 0;
    for (int i = 0; i < 1_000 && !putters.stream().allMatch(Future::isDone); i++) {
      Integer item = queue.poll(SHORT);
      sum += item == null ? 0 : item + 1;
    }
    queue.close();
    for (long taken : results(takers)) {
      sum += taken;
    }
    assertThat(sum).isEqualTo(results(putters).stream().mapToLong(Long::longValue).sum());
    assertThat(queue.isEmpty()).isTrue();
  }

  private static boolean putOne(ProcessQueue<Integer> queue, int item) throws Exception {
    queue.put(item);
    return true;
  }

  private static long sumToEnd(ProcessQueue<Integer> queue) throws Exception {
    long sum = 0;
    try {
      while (true) {
        sum += queue.take() + 1;
      }
    } catch (QueueClosedException e) {
      return sum;
    }
  }

  /** What is wrong is refused, with its value. */
  @Test
  void create_wrongBounds_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ProcessQueue.create(0))
        .withMessageContaining("capacity=0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ProcessQueue.create(1, DataSize.bytes(63)))
        .withMessageContaining("bytes=63");
  }
}
