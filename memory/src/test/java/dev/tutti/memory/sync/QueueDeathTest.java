package dev.tutti.memory.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.tutti.memory.SharedLongs;
import dev.tutti.plan.DataSize;
import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import dev.tutti.testkit.Watchdog;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What becomes of a queue when processes that use it are killed. */
@Tag("system")
@ExtendWith({LeakCheck.class, Watchdog.class})
class QueueDeathTest {
  private static final Duration LONG = Await.PATIENCE;
  private static final int KILLS = Integer.getInteger("tutti.sync.real.kills", 3);
  private static final int MOST = 4_000_000;

  /**
   * What a process has put stays when that has ended, also an item that is larger than the queue.
   */
  @Test
  void take_putterHasEnded_itemsAreThere() throws Exception {
    ProcessQueue<byte[]> queue = ProcessQueue.create(100, DataSize.kib(64));
    try (Neighbour putter = Neighbour.start()) {
      putter.call(() -> {
        for (int i = 0; i < 10; i++) {
          queue.put(new byte[i]);
        }
        return queue.add(new byte[1 << 20]);
      });
    }
    for (int i = 0; i < 10; i++) {
      assertThat(queue.take()).hasSize(i);
    }
    assertThat(queue.take()).hasSize(1 << 20);
    assertThat(queue.lost()).isZero();
  }

  /** Who joins does not wait for what a dead process had taken: that is counted. */
  @Test
  void join_takerIsKilled_returnsAndSaysHowMany() throws Exception {
    ProcessQueue<Integer> queue = ProcessQueue.create(10);
    queue.addAll(List.of(1, 2, 3));
    try (Neighbour taker = Neighbour.start()) {
      taker.call(() -> {
        int sum = queue.take() + queue.take() + queue.take();
        queue.taskDone();
        return sum;
      });
      assertThat(queue.join(Duration.ofMillis(20))).isFalse();
      assertThat(queue.unfinished()).isEqualTo(2);
      taker.kill();
      assertThat(queue.join(LONG)).isTrue();
    }
    assertThat(queue.abandoned()).isEqualTo(2);
    assertThat(queue.lost()).isZero();
  }

  /** A process that dies while it waits takes nothing with it. */
  @Test
  void waiters_areKilled_othersGoOn() throws Exception {
    ProcessQueue<Integer> empty = ProcessQueue.create(1);
    ProcessQueue<Integer> full = ProcessQueue.create(1);
    full.put(1);
    try (Neighbour waiter = Neighbour.start()) {
      waiter.call(() -> {
        Thread.ofPlatform().daemon().start(() -> quietly(empty::take));
        Thread.ofPlatform().daemon().start(() -> quietly(() -> full.offer(2, LONG)));
        Await.until("one waits to take", () -> empty.toString().contains("to take=1"));
        Await.until("one waits to put", () -> full.toString().contains("to put=1"));
        return true;
      });
    }
    empty.put(3);
    assertThat(empty.poll(LONG)).isEqualTo(3);
    assertThat(full.poll(LONG)).isEqualTo(1);
    assertThat(full.offer(4, LONG)).isTrue();
    assertThat(full.poll(LONG)).isEqualTo(4);
  }

  private static void quietly(Remote<?> call) {
    try {
      call.call();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /**
   * Processes that are killed while they put and take: each item comes once, but for those in dead
   * hands, which are counted; and what the dead had begun to put is no longer there.
   */
  @Test
  void queue_processesAreKilledAtAnyTime_onlyWhatTheyHeldIsLost() throws Exception {
    ProcessQueue<Integer> queue = ProcessQueue.create(50, DataSize.kib(4));
    try (SharedLongs taken = SharedLongs.create(MOST);
        SharedLongs put = SharedLongs.create(2 * KILLS + 2)) {
      List<Neighbour> all = new ArrayList<>();
      List<Integer> generations = new ArrayList<>();
      int span = (int) (taken.length() / put.length());
      int most = Math.min(1_000, span);
      try {
        int generation = 0;
        for (; generation < 2; generation++) {
          all.add(start(queue, taken, put, generation));
          generations.add(generation);
        }
        for (int kill = 0; kill < KILLS; kill++) {
          int last = generations.getLast();
          int first = generations.getFirst();
          long before = Math.min(put.getVolatile(first), span - 1L);
          Await.until(
              "both put", () -> put.getVolatile(first) > before && put.getVolatile(last) >= most);
          all.removeFirst().close();
          generations.removeFirst();
          all.add(start(queue, taken, put, generation));
          generations.add(generation++);
        }
      } finally {
        all.forEach(Neighbour::close);
      }
      List<Integer> rest = new ArrayList<>();
      queue.drainTo(rest);
      rest.forEach(item -> record(taken, item));
      judge(queue, taken, put);
    }
  }

  /** Items of a generation are numbered from its millions on; two threads put and take. */
  private static Neighbour start(
      ProcessQueue<Integer> queue, SharedLongs taken, SharedLongs put, int generation)
      throws IOException {
    Neighbour one = Neighbour.start();
    one.start(() -> {
      int span = (int) (taken.length() / put.length());
      for (int n = 0; n < span; n++) {
        queue.put(generation * span + n);
        put.setVolatile(generation, n + 1);
      }
      return true;
    });
    one.start(() -> {
      while (true) {
        record(taken, queue.take());
        queue.taskDone();
      }
    });
    return one;
  }

  /** Counts how often each item came. */
  private static void record(SharedLongs taken, int item) {
    taken.getAndAdd(item, 1);
  }

  private static void judge(ProcessQueue<Integer> queue, SharedLongs taken, SharedLongs put)
      throws InterruptedException {
    int span = (int) (taken.length() / put.length());
    int missing = 0;
    long[] all = taken.toArray();
    for (int g = 0; g < put.length(); g++) {
      long known = put.getVolatile(g);
      for (int n = 0; n < span; n++) {
        long times = all[g * span + n];
        if (times > (n <= known ? 1 : 0)) {
          fail("item came too often: generation=%d number=%d of=%d times=%d", g, n, known, times);
        }
        missing += n < known && times == 0 ? 1 : 0;
      }
    }
    int dead = (int) put.length();
    assertThat(missing).isLessThanOrEqualTo(dead);
    assertThat(queue.lost()).isBetween(0L, (long) missing + 1);
    assertThat(queue.abandoned()).isBetween((long) missing, (long) dead);
  }

  // ---------------------------------------------------------------- names

  /** JVMs that know nothing but a name have the same queue, until its maker gives the name up. */
  @Test
  void open_byName_isTheSameQueue() throws Exception {
    String name = "queue-" + UUID.randomUUID();
    assertThatThrownBy(() -> ProcessQueue.open(name)).isInstanceOf(NoSuchFileException.class);
    try (Neighbour other = Neighbour.start()) {
      ProcessQueue<String> queue = ProcessQueue.named(name, 10, DataSize.kib(4));
      assertThat(other.call(() -> ProcessQueue.open(name).add("hello"))).isTrue();
      assertThat(queue.take()).isEqualTo("hello");
      assertThat(ProcessQueue.open(name)).isSameAs(queue);
      assertThatThrownBy(() -> ProcessQueue.named(name, 10, DataSize.kib(4)))
          .isInstanceOf(FileAlreadyExistsException.class);
      queue.closeNow();
      assertThatThrownBy(() -> ProcessQueue.open(name)).isInstanceOf(NoSuchFileException.class);
      assertThat(
              other.call(() -> {
                ProcessQueue.named(name, 10, DataSize.kib(4)).add("again");
                return true;
              }))
          .isTrue();
      assertThat(ProcessQueue.open(name).take()).isEqualTo("again");
    }
    Await.until("its maker is dead", () -> isGone(name));
  }

  private static boolean isGone(String name) throws IOException {
    try {
      ProcessQueue.open(name);
      return false;
    } catch (NoSuchFileException e) {
      return true;
    }
  }
}
