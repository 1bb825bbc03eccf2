package dev.tutti.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.plan.CallOptions;
import dev.tutti.plan.ThreadOptions;
import dev.tutti.plan.VirtualThreadOptions;
import dev.tutti.spi.Batch;
import dev.tutti.spi.Body;
import dev.tutti.spi.Call;
import dev.tutti.spi.GroupRequest;
import dev.tutti.spi.HelpingGroup;
import dev.tutti.spi.Item;
import dev.tutti.spi.OutcomeSink;
import dev.tutti.spi.WorkSource;
import dev.tutti.spi.WorkerGroup;
import dev.tutti.task.Fn;
import dev.tutti.task.Outcome;
import dev.tutti.task.WorkerLostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How items move from one worker of this JVM to another. */
@Tag("unit")
final class LocalGroupTest {
  private final List<Item> returned = new ArrayList<>();
  private final List<Integer> measured = new CopyOnWriteArrayList<>();
  private final WorkerGroup group =
      new VirtualThreadsBackend()
          .open(
              new GroupRequest(
                  "test", VirtualThreadOptions.DEFAULTS, new NoWork(), new Sink(), _ -> {}));
  private final Call call =
      new Call(Body.FN, (Fn<Integer, Integer>) n -> n, CallOptions.DEFAULTS) {};

  /** Nothing to do. */
  private static final class NoWork implements WorkSource {
    @Override
    public @Nullable Batch poll(Object worker, boolean othersFree, int most) {
      return null;
    }

    @Override
    public boolean hasWork() {
      return false;
    }
  }

  /** Remembers what was returned. */
  private final class Sink implements OutcomeSink {
    @Override
    public void ended(Item item, Outcome<?> outcome, long elapsedNanos) {}

    @Override
    public void overdue(Item item, long elapsedNanos) {}

    @Override
    public void returned(Item item, @Nullable WorkerLostException death) {
      returned.add(item);
    }

    @Override
    public void batchEnded(Batch batch, long elapsedNanos) {}

    @Override
    public void batchEnded(Batch batch, int ran, long elapsedNanos, long cpuNanos) {
      measured.add(ran);
    }

    @Override
    public void startFailed(Throwable cause) {}
  }

  private Batch batch(int size) {
    Batch batch =
        new Batch(call, LongStream.range(0, size).mapToObj(i -> new Item(call, i, i)).toList());
    batch.items().forEach(item -> item.handOut(batch, this));
    return batch;
  }

  @Test
  void takeBack_nothingClaimed_isTheLaterHalf() {
    Batch batch = batch(4);
    assertThat(group.takeBack(batch, 100)).extracting(Item::index).containsExactly(2L, 3L);
    assertThat(batch.items().get(1).claim()).isTrue();
    assertThat(batch.items().get(2).claim()).isFalse();
  }

  /** An item that has moved is still listed where it was, and is not taken from there again. */
  @Test
  void takeBack_itemsHaveMoved_areNotTakenAgain() {
    Batch first = batch(4);
    first.items().getFirst().claim();
    List<Item> taken = new ArrayList<>(group.takeBack(first, 100));
    int rounds = 0;
    while (!taken.isEmpty() && rounds < 100) {
      Batch second = new Batch(call, taken);
      taken.forEach(item -> item.requeue(second, this));
      taken = group.takeBack(first, 100);
      rounds++;
    }
    assertThat(rounds).isLessThanOrEqualTo(3);
  }

  @Test
  void stop_notClaimed_isReturnedOnce() {
    Item item = batch(1).items().getFirst();
    item.unwant();
    group.stop(item);
    group.stop(item);
    assertThat(returned).containsExactly(item);
    assertThat(item.claim()).isFalse();
  }

  /**
   * Where the system gives no further thread, those that are there serve, and nobody tries on and
   * on.
   */
  @Test
  void warm_noFurtherThread_serversAreThose() {
    ScarceThreads threads = new ScarceThreads(1);
    ThreadsGroup scarce = group(threads);
    scarce.warm();
    scarce.resize(9);
    assertThat(scarce.liveWorkers()).isEqualTo(1);
    assertThat(threads.refused).isEqualTo(1);
  }

  @Test
  void warm_noThreadAtAll_throwsAsTheSystem() {
    ThreadsGroup scarce = group(new ScarceThreads(0));
    assertThatThrownBy(scarce::warm).isInstanceOf(OutOfMemoryError.class).hasMessage("no thread");
    assertThat(scarce.liveWorkers()).isZero();
  }

  private ThreadsGroup group(ScarceThreads threads) {
    return group(new NoWork(), threads);
  }

  private ThreadsGroup group(WorkSource source, BiConsumer<String, Runnable> threads) {
    return new ThreadsGroup(
        new GroupRequest("test", ThreadOptions.DEFAULTS, source, new Sink(), _ -> {}),
        ThreadOptions.DEFAULTS.withWorkers(4),
        threads);
  }

  /** What waits, in its order. */
  private static final class Queued extends ConcurrentLinkedQueue<Batch> implements WorkSource {
    private static final long serialVersionUID = 1L;

    @Override
    public @Nullable Batch poll(Object worker, boolean othersFree, int most) {
      return poll();
    }

    @Override
    public boolean hasWork() {
      return !isEmpty();
    }
  }

  /**
   * Where no thread is there for those that stand aside, they help deeper: nothing stands still.
   */
  @Test
  @Timeout(30)
  void helpUntil_deepAndNoFurtherThread_goesOnAllTheSame() throws Exception {
    Queued queued = new Queued();
    ThreadsGroup scarce = group(queued, oneThread());
    List<CountDownLatch> ends = Stream.generate(() -> new CountDownLatch(1)).limit(100).toList();
    AtomicReference<IntConsumer> offer = new AtomicReference<>(_ -> {});
    Fn<Integer, Integer> waitsForNext =
        n -> {
          if (n + 1 < ends.size()) {
            offer.get().accept(n + 1);
            scarce.helpUntil(isOpen(ends.get(n + 1)), Long.MAX_VALUE);
          }
          ends.get(n).countDown();
          return n;
        };
    Call nested = new Call(Body.FN, waitsForNext, CallOptions.DEFAULTS) {};
    offer.set(n -> {
      queued.add(new Batch(nested, List.of(new Item(nested, n, n))));
      scarce.workQueued();
    });
    offer.get().accept(0);
    ends.getFirst().await();
    scarce.close();
    assertThat(scarce.awaitGone(Duration.ofSeconds(30))).isTrue();
  }

  /** Where no further thread can be had, one that waits already runs what comes then. */
  @Test
  @Timeout(30)
  void workQueued_noFurtherThreadAndOneWaits_itRunsIt() throws Exception {
    Queued queued = new Queued();
    ThreadsGroup scarce = group(queued, oneThread());
    CountDownLatch ran = new CountDownLatch(1);
    CountDownLatch went = new CountDownLatch(1);
    AtomicReference<@Nullable Thread> waiting = new AtomicReference<>();
    Fn<Integer, Integer> waits =
        n -> {
          waiting.set(Thread.currentThread());
          scarce.helpUntil(isOpen(ran), Long.MAX_VALUE);
          went.countDown();
          return n;
        };
    Fn<Integer, Integer> runs =
        n -> {
          ran.countDown();
          return n;
        };
    for (Fn<Integer, Integer> next : List.of(waits, runs)) {
      Call one = new Call(Body.FN, next, CallOptions.DEFAULTS) {};
      queued.add(new Batch(one, List.of(new Item(one, 0, 0))));
      scarce.workQueued();
      Awaitility.await().until(() -> isParked(waiting.get()) || ran.getCount() == 0);
    }
    went.await();
    scarce.close();
    assertThat(scarce.awaitGone(Duration.ofSeconds(30))).isTrue();
  }

  private static BiConsumer<String, Runnable> oneThread() {
    AtomicInteger left = new AtomicInteger(1);
    return (name, work) -> {
      if (left.getAndDecrement() <= 0) {
        throw new OutOfMemoryError("no thread");
      }
      var _ = Thread.ofPlatform().daemon().name(name).start(work);
    };
  }

  private static boolean isParked(@Nullable Thread thread) {
    return thread != null && thread.getState() == Thread.State.TIMED_WAITING;
  }

  private static HelpingGroup.Awaited isOpen(CountDownLatch latch) {
    return new HelpingGroup.Awaited() {
      @Override
      public boolean isDone() {
        return latch.getCount() == 0;
      }

      @Override
      public long changes() {
        return latch.getCount();
      }
    };
  }

  /** What was taken back from a batch is not measured with it. */
  @Test
  void batchEnded_someItemsTakenBack_onlyTheOthersCount() throws Exception {
    Queued queued = new Queued();
    Batch batch = batch(4);
    assertThat(group.takeBack(batch, 100)).hasSize(2);
    queued.add(batch);
    GroupRequest request =
        new GroupRequest("test", ThreadOptions.DEFAULTS, queued, new Sink(), _ -> {});
    ThreadsGroup measuring = new ThreadsGroup(request, 1, Duration.ofSeconds(30));
    measuring.workQueued();
    measuring.close();
    assertThat(measuring.awaitGone(Duration.ofSeconds(30))).isTrue();
    assertThat(measured).containsExactly(2);
  }

  /** A system that gives some threads, which never run, and then no more. */
  private static final class ScarceThreads implements BiConsumer<String, Runnable> {
    private int left;
    private int refused;

    private ScarceThreads(int threads) {
      this.left = threads;
    }

    @Override
    public void accept(String name, Runnable work) {
      if (left == 0) {
        refused++;
        throw new OutOfMemoryError("no thread");
      }
      left--;
    }
  }
}
