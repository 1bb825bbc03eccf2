package dev.tutti.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.event.PoolEvent.Reason;
import dev.tutti.event.PoolEvent.TaskAdvanced;
import dev.tutti.event.PoolEvent.WorkerEnded;
import dev.tutti.memory.SharedInts;
import dev.tutti.memory.sync.ProcessEvent;
import dev.tutti.memory.sync.ProcessSemaphore;
import dev.tutti.task.Done;
import dev.tutti.task.Failure;
import dev.tutti.task.NotSendableException;
import dev.tutti.task.Success;
import dev.tutti.task.TaskFailedException;
import dev.tutti.task.WorkerContext;
import dev.tutti.task.WorkerLost;
import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import java.io.Serializable;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Quick items, which go in packs: each of them is still an item. */
@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class PackTest {
  private static final int MANY = 30_000;

  private static Pool open(int workers) {
    return Pool.open(
        ProcessOptions.DEFAULTS
            .withWorkers(workers)
            .withJvmFlags("-XX:TieredStopAtLevel=1")
            .withGrace(java.time.Duration.ofMillis(100)));
  }

  private static List<Integer> numbers(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  private static boolean isInPack() {
    return StackWalker.getInstance()
        .walk(frames -> frames.anyMatch(frame -> frame.getMethodName().equals("runPack")));
  }

  @Test
  void map_quickItems_goInPacksAndKeepTheirOrder() {
    try (Pool pool = open(2)) {
      List<Integer> items = numbers(MANY);
      assertThat(Parallel.on(pool).map(items, i -> i)).isEqualTo(items);
      List<Boolean> inPack = Parallel.on(pool).map(items, i -> i % 100 == 0 && isInPack());
      assertThat(inPack.stream().filter(yes -> yes).count()).isPositive();
    }
  }

  @Test
  void outcomes_quickItems_tellTimeAndAttempt() {
    try (Pool pool = open(2);
        Stream<Done<Integer, Integer>> all =
            Parallel.on(pool).outcomes(numbers(MANY), i -> 2 * i)) {
      long[] next = {0};
      all.forEach(done -> {
        assertThat(done.index()).isEqualTo(next[0]++);
        assertThat(done.item()).isEqualTo((int) done.index());
        assertThat(done.outcome()).isEqualTo(new Success<>(2 * done.item()));
        assertThat(done.elapsed()).isPositive();
        assertThat(done.attempts()).isEqualTo(1);
      });
      assertThat(next[0]).isEqualTo(MANY);
    }
  }

  /** A death costs the item that ran, and nothing is run twice. */
  @Test
  void outcomes_workersDie_onlyThoseItemsAreLost() throws Exception {
    SharedInts runs = SharedInts.create(MANY);
    List<Integer> fatal = List.of(9_999, 15_000, 15_001, 22_222);
    try (Pool pool = open(2);
        Stream<Done<Integer, Integer>> all =
            Parallel.on(pool)
                .outcomes(
                    numbers(MANY),
                    i -> {
                      runs.getAndAdd(i, 1);
                      if (fatal.contains(i)) {
                        Runtime.getRuntime().halt(3);
                      }
                      return i;
                    })) {
      List<Integer> lost = new ArrayList<>();
      all.forEach(done -> {
        if (done.outcome() instanceof WorkerLost<?> death) {
          assertThat(death.cause().exitStatus()).isEqualTo(3);
          lost.add(done.item());
        } else {
          assertThat(done.outcome()).isEqualTo(new Success<>(done.item()));
        }
      });
      assertThat(lost).isEqualTo(fatal);
    }
    assertThat(IntStream.range(0, MANY)).allMatch(i -> runs.get(i) == 1);
  }

  /** Workers that are killed at any moment lose what they ran, one item each at most. */
  @Test
  void outcomes_workersAreKilled_eachItemEndsOnceAndRunsOnceAtMost() throws Exception {
    SharedInts runs = SharedInts.create(10 * MANY);
    int kills = 0;
    int lost = 0;
    try (Pool pool = open(2);
        Stream<Done<Integer, Integer>> all =
            Parallel.on(pool)
                .outcomes(
                    numbers(10 * MANY),
                    i -> {
                      runs.getAndAdd(i, 1);
                      return i;
                    })) {
      Iterator<Done<Integer, Integer>> each = all.iterator();
      for (int next = 0; next < 10 * MANY; next++) {
        Done<Integer, Integer> done = each.next();
        assertThat(done.index()).isEqualTo(next);
        if (done.outcome() instanceof WorkerLost<?>) {
          lost++;
        } else {
          assertThat(done.outcome()).isEqualTo(new Success<>(next));
          assertThat(runs.get(next)).isEqualTo(1);
        }
        if (next % 40_000 == 20_000) {
          ProcessHandle.current().children().findAny().ifPresent(ProcessHandle::destroyForcibly);
          kills++;
        }
      }
      assertThat(each.hasNext()).isFalse();
    }
    assertThat(lost).isLessThanOrEqualTo(kills);
    assertThat(IntStream.range(0, 10 * MANY)).allMatch(i -> runs.get(i) <= 1);
  }

  @Test
  void outcomes_someFail_othersSucceed() {
    try (Pool pool = open(2);
        Stream<Done<Integer, Integer>> all =
            Parallel.on(pool)
                .outcomes(
                    numbers(MANY),
                    i -> {
                      if (i % 1_000 == 999) {
                        throw new IllegalStateException("not " + i);
                      }
                      return i;
                    })) {
      all.forEach(done -> {
        if (done.item() % 1_000 == 999) {
          assertThat(((Failure<?>) done.outcome()).cause()).hasMessage("not " + done.item());
        } else {
          assertThat(done.outcome()).isEqualTo(new Success<>(done.item()));
        }
      });
    }
  }

  @SuppressWarnings("InfiniteLoopStatement")
  private static void spin() {
    while (true) {
      Thread.onSpinWait();
    }
  }

  /** The first failure stops what runs, also where that does not listen, and the pool serves on. */
  @Test
  void map_oneFailsWhileOneNeverEnds_throwsAndServes() throws Exception {
    ProcessSemaphore loops = ProcessSemaphore.create(0);
    try (Pool pool = open(2)) {
      assertThatThrownBy(() ->
              Parallel.on(pool)
                  .map(
                      numbers(MANY),
                      i -> {
                        if (i == 20_000) {
                          loops.release();
                          spin();
                        }
                        if (i > 20_000 && loops.tryAcquire()) {
                          throw new IllegalStateException("first");
                        }
                        return i;
                      }))
          .isInstanceOf(TaskFailedException.class)
          .hasRootCauseMessage("first");
      assertThat(pool.submit(() -> 7).get()).isEqualTo(7);
      assertThat(Parallel.on(pool).map(numbers(MANY), i -> i)).hasSize(MANY);
    }
  }

  /** One that takes long holds back nothing of its pack: neither what has ended nor what waits. */
  @Test
  void unordered_oneWaits_allOthersCome() {
    ProcessEvent goOn = ProcessEvent.create();
    try (Pool pool = open(2);
        Stream<Integer> all =
            Parallel.on(pool)
                .unordered(
                    numbers(MANY),
                    i -> {
                      if (i == MANY - 700) {
                        goOn.await();
                      }
                      return i;
                    })) {
      Iterator<Integer> each = all.iterator();
      for (int n = 1; n < MANY; n++) {
        assertThat(each.next()).isNotEqualTo(MANY - 700);
      }
      goOn.set();
      assertThat(each.next()).isEqualTo(MANY - 700);
      assertThat(each.hasNext()).isFalse();
    }
  }

  @Test
  void stream_closedEarly_poolServes() throws Exception {
    try (Pool pool = open(2)) {
      for (int round = 0; round < 5; round++) {
        try (Stream<Integer> some = Parallel.on(pool).stream(numbers(MANY), i -> i)) {
          assertThat(some.limit(5_000).toList()).isEqualTo(numbers(5_000));
        }
        assertThat(pool.submit(() -> 7).get()).isEqualTo(7);
      }
    }
  }

  @Test
  void map_poolIsStopped_ends() throws Exception {
    ProcessSemaphore runs = ProcessSemaphore.create(0);
    Pool pool = open(2);
    CompletableFuture<List<Integer>> call =
        CompletableFuture.supplyAsync(() ->
            Parallel.on(pool)
                .map(
                    numbers(100 * MANY),
                    i -> {
                      if (i == MANY) {
                        runs.release();
                      }
                      return i;
                    }));
    runs.acquire();
    pool.closeNow();
    assertThatThrownBy(call::join).hasRootCauseInstanceOf(CancellationException.class);
  }

  /** A value that code of its class reads. */
  @SuppressWarnings("serial") // no other version is read
  static final class Own implements Serializable {
    private final int number;

    Own(int number) {
      this.number = number;
    }

    private Object readResolve() {
      return new Own(number);
    }
  }

  @Test
  void map_resultsOfOwnClasses_areRead() {
    try (Pool pool = open(2)) {
      List<Own> results = Parallel.on(pool).map(numbers(3_000), Own::new);
      for (int i = 0; i < results.size(); i++) {
        assertThat(results.get(i).number).isEqualTo(i);
      }
    }
  }

  /** A pack is no larger than what is left of a worker's life. */
  @Test
  void map_workersAreRecycled_eachItemRunsOnce() throws Exception {
    SharedInts runs = SharedInts.create(MANY);
    Events events = new Events();
    try (Pool pool =
        Pool.open(
            ProcessOptions.DEFAULTS
                .withWorkers(2)
                .withJvmFlags("-XX:TieredStopAtLevel=1")
                .withRecycleAfter(5_000))) {
      var _ = pool.listen(events);
      assertThat(Parallel.on(pool).map(numbers(MANY), i -> runs.getAndAdd(i, 1)))
          .containsOnly(0)
          .hasSize(MANY);
    }
    List<WorkerEnded> ended = events.await(WorkerEnded.class, MANY / 5_000);
    assertThat(ended).allMatch(end -> end.tasks() <= 5_000);
    assertThat(ended).extracting(WorkerEnded::reason).contains(Reason.TASKS);
  }

  @Test
  void map_itemTellsHowFarItIs_isHeardUnderItsIndex() throws Exception {
    Events events = new Events();
    try (Pool pool = open(2)) {
      var _ = pool.listen(events);
      List<Boolean> first =
          Parallel.on(pool)
              .map(
                  numbers(MANY),
                  i -> {
                    WorkerContext context = WorkerContext.current();
                    if (i == MANY - 1_234) {
                      context.progress(1);
                    }
                    return context.attempt() == 1 && !context.isCancelled();
                  });
      assertThat(first).containsOnly(true);
    }
    assertThat(events.await(TaskAdvanced.class, 1))
        .extracting(TaskAdvanced::index)
        .containsExactly((long) MANY - 1_234);
  }

  /** What cannot travel fails alone, though it would have been in a pack. */
  @Test
  void outcomes_oneItemCannotTravel_failsAlone() {
    List<Object> items = new ArrayList<>(numbers(MANY));
    items.set(20_000, new Thread());
    try (Pool pool = open(2);
        Stream<Done<Object, Object>> all = Parallel.on(pool).outcomes(items, item -> item)) {
      all.forEach(done -> {
        if (done.index() == 20_000) {
          assertThat(((Failure<?>) done.outcome()).cause())
              .isInstanceOf(NotSendableException.class);
        } else {
          assertThat(done.outcome()).isEqualTo(new Success<>(done.item()));
        }
      });
    }
  }

  private static WeakReference<List<Integer>> mapped(Pool pool) {
    List<Integer> items = new ArrayList<>(numbers(MANY));
    assertThat(Parallel.on(pool).map(items, i -> i + 1)).hasSize(MANY);
    return new WeakReference<>(items);
  }

  /** Workers that rest keep nothing of the last call. */
  @Test
  void map_hasEnded_inputIsNotKept() throws Exception {
    try (Pool pool = open(2)) {
      WeakReference<List<Integer>> input = mapped(pool);
      Await.until(
          "the input is gone",
          () -> {
            System.gc();
            return input.get() == null;
          });
    }
  }
}
