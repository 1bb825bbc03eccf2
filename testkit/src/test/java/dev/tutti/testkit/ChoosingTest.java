package dev.tutti.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.Items;
import dev.tutti.Node;
import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.TaskGraph;
import dev.tutti.plan.Choice;
import dev.tutti.plan.Defaults;
import dev.tutti.task.Fn;
import dev.tutti.task.TaskFailedException;
import dev.tutti.task.TaskTimeoutException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is true of a pool that chooses, however long things take. */
@Tag("system")
@ExtendWith({Watchdog.class, LeakCheck.class})
class ChoosingTest {
  private static final long SPIN = 2_000_000;

  private static List<Integer> numbers(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  private static long compute(long seed) {
    long x = seed;
    for (long i = 0; i < SPIN; i++) {
      x = x * 6364136223846793005L + 1442695040888963407L;
    }
    return x;
  }

  /** What is too little to share out stays on the caller's thread. */
  @Test
  void map_tinyItems_onlyTheCallerRunsThem() throws Exception {
    try (Pool pool = AutoPool.open(2)) {
      Await.until(
          () -> "one of many calls stays in the caller, as nothing holds it up",
          () -> {
            Set<Thread> threads = ConcurrentHashMap.newKeySet();
            pool.map(numbers(20), _ -> threads.add(Thread.currentThread()));
            return threads.equals(Set.of(Thread.currentThread()));
          });
    }
  }

  /** The only item of an input runs in the caller, however long it takes. */
  @Test
  void map_oneLongItem_theCallerRunsIt() {
    try (Pool pool = AutoPool.open(2)) {
      Thread ran =
          pool.map(List.of(1), n -> compute(n) == 0 ? null : Thread.currentThread()).getFirst();
      assertThat(ran).isEqualTo(Thread.currentThread());
    }
  }

  @Test
  void map_noItems_emptyListAndAnExplanation() {
    List<Choice> told = new ArrayList<>();
    try (Pool pool = AutoPool.open(2)) {
      assertThat(Parallel.on(pool).explain(told::add).map(List.of(), n -> n)).isEmpty();
    }
    assertThat(told).hasSize(1);
  }

  /** A first item that ends only when all others have: they do not wait for it. */
  @Test
  void map_firstItemWaitsForTheOthers_theyRunElsewhere() {
    CountDownLatch others = new CountDownLatch(50);
    List<Choice> told = new ArrayList<>();
    try (Pool pool = AutoPool.open(2)) {
      List<Integer> results =
          Parallel.on(pool)
              .explain(told::add)
              .map(
                  numbers(51),
                  n -> {
                    if (n == 0) {
                      others.await();
                    } else {
                      others.countDown();
                    }
                    return n;
                  });
      assertThat(results).isEqualTo(numbers(51));
    }
    assertThat(told).singleElement().satisfies(c -> assertThat(c.toString()).contains("virtual"));
  }

  /** The same in the middle of items that take no time, of which some are already read. */
  @Test
  void map_itemInTheMiddleWaitsForTheOthers_theyRunElsewhere() {
    int count = 50_000;
    CountDownLatch others = new CountDownLatch(count - 1);
    try (Pool pool = AutoPool.open(2)) {
      List<Integer> results =
          pool.map(
              numbers(count),
              n -> {
                if (n == count / 2) {
                  others.await();
                } else {
                  others.countDown();
                }
                return n;
              });
      assertThat(results).isEqualTo(numbers(count));
    }
  }

  /** A stream's consumer that runs the first item itself gets the others while that is stuck. */
  @Test
  void unordered_firstItemWaitsForTheOthers_theyCome() {
    CountDownLatch others = new CountDownLatch(20);
    try (Pool pool = AutoPool.open(2);
        Stream<Integer> results =
            Parallel.on(pool)
                .unordered(
                    Items.of(Stream.iterate(0, n -> n + 1).limit(21)),
                    n -> {
                      if (n == 0) {
                        others.await();
                      } else {
                        others.countDown();
                      }
                      return n;
                    })) {
      assertThat(results).containsExactlyInAnyOrderElementsOf(numbers(21));
    }
  }

  /** Tiny, then long, then waiting, then tiny again: each item runs once, and order is kept. */
  @Test
  void anyCall_changingLoad_eachItemOnce() {
    int count = 6_000;
    AtomicIntegerArray runs = new AtomicIntegerArray(count);
    try (Pool pool = AutoPool.open(2)) {
      List<Integer> results =
          pool.map(
              numbers(count),
              n -> {
                runs.incrementAndGet(n);
                if (n >= 3_000 && n < 3_020) {
                  compute(n);
                } else if (n >= 3_020 && n < 3_300) {
                  Thread.sleep(Duration.ofMillis(1)); // a load that waits
                }
                return n;
              });
      assertThat(results).isEqualTo(numbers(count));
      int sum = numbers(count).stream().mapToInt(n -> n).sum();
      assertThat(Parallel.on(pool).reduce(numbers(count), 0, Integer::sum)).isEqualTo(sum);
      try (Stream<Integer> stream = pool.stream(Items.of(Stream.iterate(0, n -> n + 1)), n -> n)) {
        assertThat(stream.limit(count)).isEqualTo(numbers(count));
      }
    }
    assertThat(IntStream.range(0, count).map(runs::get)).containsOnly(1);
  }

  @Test
  void map_firstItemFails_isNamed() {
    try (Pool pool = AutoPool.open(2)) {
      assertThatThrownBy(() -> pool.map(List.of(7), Faults.at(7, Faults.throwsChecked("no"))))
          .isInstanceOf(TaskFailedException.class)
          .hasMessageContaining("7");
    }
  }

  /** Calls within calls within calls, with work for all threads: none waits for ever. */
  @Test
  void map_nestedThreeDeep_allEnd() {
    try (Pool pool = AutoPool.open(2)) {
      List<Integer> sums =
          pool.map(
              numbers(6),
              a -> {
                compute(a);
                return pool
                    .map(
                        numbers(6),
                        b -> {
                          compute(b);
                          return pool.map(numbers(6), c -> (int) (compute(c) % 2) * 0 + 1).size();
                        })
                    .stream()
                    .mapToInt(n -> n)
                    .sum();
              });
      assertThat(sums).hasSize(6).containsOnly(36);
    }
  }

  /** The same from virtual threads, on which CPU times are not known. */
  @Test
  void map_nestedInWaitingItems_allEnd() {
    try (Pool pool = AutoPool.open(2)) {
      List<Integer> sums =
          pool.map(
              numbers(200),
              _ -> {
                Thread.sleep(Duration.ofMillis(3)); // a load that waits
                return pool.map(
                        numbers(3),
                        b -> {
                          Thread.sleep(Duration.ofMillis(3));
                          return b;
                        })
                    .size();
              });
      assertThat(sums).hasSize(200).containsOnly(3);
    }
  }

  /** A caller that is interrupted while it runs the first item itself. */
  @Test
  void map_callerInterruptedInItsFirstItem_stopsAndKeepsTheFlag() throws Exception {
    try (Pool pool = AutoPool.open(2)) {
      CountDownLatch begun = new CountDownLatch(1);
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      AtomicReference<Boolean> flag = new AtomicReference<>();
      Thread caller =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  pool.map(
                      numbers(10),
                      _ -> {
                        begun.countDown();
                        new CountDownLatch(1).await();
                        return 0;
                      });
                } catch (RuntimeException e) {
                  thrown.set(e);
                }
                flag.set(Thread.currentThread().isInterrupted());
              });
      begun.await();
      caller.interrupt();
      caller.join();
      assertThat(thrown.get()).isInstanceOf(CancellationException.class);
      assertThat(flag.get()).isTrue();
    }
  }

  /**
   * A flag that an item leaves on the caller's thread; on a thread of the pool's it means nothing.
   */
  @Test
  void map_itemSetsTheCallersFlag_isTakenForAnInterrupt() {
    for (Pool pool : List.of(AutoPool.open(2), Pool.sequential(), Pool.threads(2))) {
      boolean isCallers = !pool.toString().contains("backend=threads");
      AtomicInteger ran = new AtomicInteger();
      try (pool) {
        Fn<Integer, Integer> setsFlag =
            n -> {
              ran.incrementAndGet();
              Thread.currentThread().interrupt();
              return n;
            };
        if (isCallers) {
          assertThatThrownBy(() -> pool.map(numbers(20), setsFlag))
              .isInstanceOf(CancellationException.class);
        } else {
          assertThat(pool.map(numbers(20), setsFlag)).hasSize(20);
        }
        assertThat(Thread.interrupted()).isEqualTo(isCallers);
        assertThat(ran.get()).isEqualTo(isCallers ? 1 : 20);
      }
    }
  }

  /** A deadline lets the caller go, whatever the first item does. */
  @Test
  void map_deadlineAndFirstItemIgnoresInterrupts_callerIsLetGo() {
    CountDownLatch end = new CountDownLatch(1);
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    try (Pool pool = AutoPool.open(2)) {
      assertThatThrownBy(() ->
              Parallel.on(pool)
                  .deadline(Duration.ofMillis(50))
                  .map(
                      numbers(4),
                      n -> {
                        threads.add(Thread.currentThread());
                        awaitWhateverComes(end);
                        return n;
                      }))
          .isInstanceOf(RuntimeException.class);
      assertThat(threads).doesNotContain(Thread.currentThread());
      end.countDown();
    }
  }

  private static void awaitWhateverComes(CountDownLatch end) {
    boolean ended = false;
    while (!ended) {
      try {
        end.await();
        ended = true;
      } catch (InterruptedException e) {
        // It ignores that.
      }
    }
  }

  /** Closing a stream early stops what runs and closes the input, whoever reads it then. */
  @Test
  void stream_closedEarly_inputIsClosed() throws Exception {
    for (boolean waits : new boolean[] {false, true}) {
      AtomicInteger closed = new AtomicInteger();
      Stream<Integer> endless = Stream.iterate(0, n -> n + 1).onClose(closed::incrementAndGet);
      try (Pool pool = AutoPool.open(2);
          Stream<Integer> results =
              pool.stream(
                  Items.of(endless),
                  n -> {
                    if (waits) {
                      Thread.sleep(Duration.ofMillis(5)); // a load that waits
                    }
                    return n;
                  })) {
        assertThat(results.limit(10)).isEqualTo(numbers(10));
      }
      Await.until(() -> "the input is closed once: " + closed, () -> closed.get() == 1);
    }
  }

  /** An item fails while another thread waits for the next one: that thread is let go. */
  @Test
  void forEach_itemFailsWhileInputBlocks_readerLeaves() throws Exception {
    CountDownLatch readsOn = new CountDownLatch(1);
    Iterator<Integer> blocks =
        new Iterator<>() {
          private boolean hasGiven;

          @Override
          public boolean hasNext() {
            return true;
          }

          @Override
          public Integer next() {
            if (!hasGiven) {
              hasGiven = true;
              return 0;
            }
            readsOn.countDown();
            try {
              new CountDownLatch(1).await();
              return 1;
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          }
        };
    try (Pool pool = AutoPool.open(2)) {
      assertThatThrownBy(() ->
              Parallel.on(pool)
                  .forEach(
                      Items.of(blocks),
                      _ -> {
                        readsOn.await();
                        throw new IOException("bad");
                      }))
          .isInstanceOf(TaskFailedException.class)
          .hasRootCauseMessage("bad");
      Await.until(() -> "no thread reads: " + threads("feeder"), () -> threads("feeder").isEmpty());
    }
  }

  /** Who reads does not wait for input of a call that is over for its deadline. */
  @Test
  void map_deadlineComesWhileInputBlocks_inputIsClosed() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    Stream<Integer> blocks =
        IntStream.iterate(0, n -> n + 1)
            .boxed()
            .peek(n -> {
              if (n > 0) {
                await(new CountDownLatch(1));
              }
            })
            .onClose(closed::countDown);
    try (Pool pool = AutoPool.open(2)) {
      assertThatThrownBy(() ->
              Parallel.on(pool).deadline(Duration.ofMillis(200)).map(Items.of(blocks), n -> n))
          .isInstanceOf(TaskTimeoutException.class);
      Await.result(CompletableFuture.runAsync(() -> await(closed)));
      Await.until(() -> "no thread reads: " + threads("feeder"), () -> threads("feeder").isEmpty());
    }
  }

  /** The call's own reader, which is not wanted any more after a failure, does not hide it. */
  @Test
  void map_readerHearsOfTheFailureFirst_failureIsTold() {
    CountDownLatch readsOn = new CountDownLatch(1);
    Iterator<Integer> keepsItsFlag =
        Stream.iterate(0, n -> n + 1)
            .peek(n -> {
              if (n > 0) {
                readsOn.countDown();
                try {
                  new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              }
            })
            .iterator();
    try (Pool pool = AutoPool.open(2)) {
      assertThatThrownBy(() ->
              Parallel.on(pool)
                  .progress(state -> {
                    if (state.finished()) {
                      readerEnds();
                    }
                  })
                  .map(
                      Items.of(keepsItsFlag),
                      _ -> {
                        readsOn.await();
                        throw new IOException("bad");
                      }))
          .isInstanceOf(TaskFailedException.class)
          .hasRootCauseMessage("bad");
    }
  }

  private static void readerEnds() {
    try {
      Await.until("no thread reads", () -> threads("feeder").isEmpty());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Nodes of a graph run on virtual threads, so as many at once as there are. */
  @Test
  void compute_nodesWaitForEachOther_allRunAtOnce() {
    CountDownLatch all = new CountDownLatch(1_000);
    TaskGraph graph = new TaskGraph();
    Node<Integer> last =
        graph.combine(
            graph.each(
                numbers(1_000),
                n -> {
                  all.countDown();
                  all.await();
                  return n;
                }),
            List::size);
    try (Pool pool = AutoPool.open(2)) {
      assertThat(graph.compute(pool, last)).isEqualTo(1_000);
    }
  }

  /** Walls are not there without their module, and the error says what to add. */
  @Test
  void map_timeoutWithoutProcesses_saysWhatIsMissing() {
    AtomicInteger ran = new AtomicInteger();
    try (Pool pool = AutoPool.open(2)) {
      assertThatThrownBy(() ->
              Parallel.on(pool)
                  .timeout(Duration.ofSeconds(1))
                  .map(List.of(1), _ -> ran.incrementAndGet()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("dev.tutti.process");
    }
    assertThat(ran).hasValue(0);
  }

  /** Threads that have nothing to do leave, and come again. */
  @Test
  void idle_threadsLeave() throws Exception {
    Defaults defaults = Defaults.NONE.withIdle(Duration.ofMillis(10)).withWorkers(2);
    try (Pool pool = AutoPool.open(defaults)) {
      for (int round = 0; round < 2; round++) {
        pool.warm();
        Await.until(() -> "no thread of the pool is left", () -> workers().isEmpty());
        assertThat(pool.map(numbers(4), n -> compute(n))).hasSize(4);
      }
    }
  }

  private static List<String> workers() {
    return threads("worker-\\d+");
  }

  private static List<String> threads(String role) {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.matches("tutti-p\\d+-" + role))
        .toList();
  }

  /** Where the pool was named nothing is measured, and that is what is told. */
  @Test
  void explain_namedPool_saysSo() {
    List<Choice> told = new ArrayList<>();
    try (Pool pool = Pool.threads(2)) {
      Parallel.on(pool).explain(told::add).map(List.of(1), n -> n);
    }
    assertThat(told)
        .singleElement()
        .satisfies(choice -> {
          assertThat(choice.last().backend()).isEqualTo("threads");
          assertThat(choice.last().figures()).isEmpty();
        });
  }
}
