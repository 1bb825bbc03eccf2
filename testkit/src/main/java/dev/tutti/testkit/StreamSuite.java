package dev.tutti.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.plan.Batching;
import dev.tutti.task.Done;
import dev.tutti.task.Failure;
import dev.tutti.task.Fn;
import dev.tutti.task.Success;
import dev.tutti.task.TaskFailedException;
import dev.tutti.task.TaskFuture;
import dev.tutti.testkit.SayWhen.SayWhenError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Results one by one, and how far the input is read ahead. */
interface StreamSuite extends Subject {

  private static int square(int n) {
    return n * n;
  }

  private static List<Integer> numbers(int n) {
    return IntStream.range(0, n).boxed().toList();
  }

  private static int waitAt(int bad, Path file, int item) throws InterruptedException {
    if (item == bad) {
      Await.file(file);
    }
    return item;
  }

  /** All numbers, with a count of how many were taken. */
  final class Counting implements Iterable<Integer> {
    private final AtomicInteger taken = new AtomicInteger();

    @Override
    public Iterator<Integer> iterator() {
      return Stream.generate(taken::getAndIncrement).iterator();
    }
  }

  /** Streams have the results of a loop, in input order and in any. */
  @Test
  default void stream_andUnordered_giveWhatALoopGives() {
    List<Integer> expected = numbers(1_000).stream().map(StreamSuite::square).toList();
    try (Pool pool = open(2);
        Stream<Integer> ten = pool.stream(numbers(10), StreamSuite::square);
        Stream<Integer> unordered = pool.unordered(numbers(1_000), StreamSuite::square);
        Stream<Integer> chunked =
            Parallel.on(pool).batch(Batching.fixed(100)).stream(
                numbers(1_000), StreamSuite::square)) {
      Iterator<Integer> results = ten.iterator();
      for (int i = 0; i < 10; i++) {
        assertThat(results.next()).isEqualTo(i * i);
      }
      assertThat(results).isExhausted();
      assertThat(unordered).containsExactlyInAnyOrderElementsOf(expected);
      assertThat(chunked).containsExactlyElementsOf(expected);
    }
  }

  /** The input's own exception comes, without a wrapper, and the pool serves on. */
  @Test
  default void map_inputThrows_itsExceptionComesAndPoolServes() {
    try (Pool pool = open(2)) {
      for (int when : List.of(-1, -1, 3)) {
        assertThatExceptionOfType(SayWhenError.class)
            .isThrownBy(() -> pool.map(new SayWhen(10, when), StreamSuite::square))
            .withNoCause();
      }
      assertThat(pool.map(numbers(3), StreamSuite::square)).containsExactly(0, 1, 4);
    }
  }

  /** The results of the items before come first, whatever the batch. */
  @Test
  default void stream_inputThrows_resultsBeforeItComeFirst() {
    try (Pool pool = open(2)) {
      for (int batch : List.of(1, 2, 4)) {
        try (Stream<Integer> stream =
            Parallel.on(pool).batch(Batching.fixed(batch)).stream(
                new SayWhen(20, 7), StreamSuite::square)) {
          Iterator<Integer> results = stream.iterator();
          for (int i = 0; i < 7; i++) {
            assertThat(results.next()).isEqualTo(i * i);
          }
          assertThatExceptionOfType(SayWhenError.class).isThrownBy(results::hasNext);
        }
      }
    }
  }

  /** The items before an input error have their results, and nothing else comes. */
  @Test
  default void unordered_inputThrows_onlyRightResultsBefore() {
    try (Pool pool = open(2);
        Stream<Integer> stream = pool.unordered(new SayWhen(10, 3), StreamSuite::square)) {
      List<Integer> got = new ArrayList<>();
      assertThatExceptionOfType(SayWhenError.class).isThrownBy(() -> stream.forEach(got::add));
      assertThat(got).containsExactlyInAnyOrder(0, 1, 4);
    }
  }

  /** Outcomes go on after a failure. */
  @Test
  default void outcomes_oneItemFails_othersAreThere() {
    Fn<Integer, Integer> divide = n -> 5 / n;
    try (Pool pool = open(2);
        Stream<Done<Integer, Integer>> outcomes = pool.outcomes(List.of(2, 3, 0, 5), divide)) {
      List<Done<Integer, Integer>> done = outcomes.toList();
      assertThat(done).extracting(Done::index).containsExactly(0L, 1L, 2L, 3L);
      assertThat(done).extracting(Done::item).containsExactly(2, 3, 0, 5);
      assertThat(done).extracting(Done::attempts).containsOnly(1);
      assertThat(done.get(0).outcome()).isEqualTo(new Success<>(2));
      assertThat(done.get(1).outcome()).isEqualTo(new Success<>(1));
      assertThat(done.get(2).outcome())
          .isInstanceOfSatisfying(
              Failure.class,
              failure -> assertThat(failure.cause()).isInstanceOf(ArithmeticException.class));
      assertThat(done.get(3).outcome()).isEqualTo(new Success<>(1));
    }
  }

  /** A stream ends at its first failure, after the results before it. */
  @Test
  default void stream_oneItemFails_resultsBeforeItComeFirst() {
    try (Pool pool = open(2);
        Stream<Integer> stream =
            pool.stream(numbers(100), Faults.at(5, Faults.throwsChecked("bad")))) {
      Iterator<Integer> results = stream.iterator();
      for (int i = 0; i < 5; i++) {
        assertThat(results.next()).isEqualTo(i);
      }
      assertThatExceptionOfType(TaskFailedException.class)
          .isThrownBy(results::next)
          .satisfies(e -> assertThat(e.index()).isEqualTo(5))
          .withCauseInstanceOf(IOException.class);
    }
  }

  /** After the close nothing comes, and an endless input is read no further. */
  @Test
  default void stream_closedEarly_endsAndInputIsLeft() throws InterruptedException {
    Counting input = new Counting();
    try (Pool pool = open(2)) {
      Stream<Integer> stream = Parallel.on(pool).window(8).stream(input, StreamSuite::square);
      Iterator<Integer> results = stream.iterator();
      assertThat(results.next()).isZero();
      stream.close();
      stream.close();
      assertThat(results).isExhausted();
      assertThat(input.taken.get()).isLessThanOrEqualTo(1 + 8);
      assertThat(pool.map(numbers(3), StreamSuite::square)).containsExactly(0, 1, 4);
    }
    assertThat(input.taken.get()).isLessThanOrEqualTo(1 + 8);
  }

  /** What runs for a stream that is closed is stopped. */
  @Test
  default void stream_closedWhileItemRuns_itemIsStopped(@TempDir Path folder)
      throws InterruptedException {
    if (callerRuns()) {
      return; // nothing runs while the consumer does something else
    }
    Fn<Integer, Integer> endless = Faults.writesMarkers(folder, Faults.waitsForInterrupt());
    try (Pool pool = open(2)) {
      Stream<Integer> stream = pool.stream(List.of(0), endless);
      Await.file(folder.resolve("0.begin"));
      stream.close();
      Await.file(folder.resolve("0.end"));
    }
  }

  /** An item that another worker has taken over is stopped as well as any. */
  @Test
  default void stream_closedWhileItemTakenOver_itemIsStopped(@TempDir Path folder)
      throws Exception {
    if (callerRuns()) {
      return; // nobody else could take it over
    }
    Path go = folder.resolve("go");
    Fn<Integer, Integer> endless = Faults.writesMarkers(folder, Faults.waitsForInterrupt());
    Fn<Integer, Integer> fn = n -> n == 0 ? waitAt(0, go, 0) : endless.apply(n);
    try (Pool pool = open(3)) {
      Stream<Integer> stream = Parallel.on(pool).batch(Batching.fixed(2)).stream(List.of(0, 1), fn);
      Await.until(
          "item 1 is taken over",
          () -> {
            Await.result(pool.submit(() -> 0)); // wakes a worker, which finds nothing else to do
            return Files.exists(folder.resolve("1.begin"));
          });
      Files.createFile(go);
      Iterator<Integer> results = stream.iterator();
      assertThat(results.next()).isZero();
      // both other workers are in these two at once: the one that had item 0 has gone past item 1
      TaskFuture<Integer> one = pool.submit(() -> meet(folder, "a", "b"));
      TaskFuture<Integer> other = pool.submit(() -> meet(folder, "b", "a"));
      assertThat(Await.result(one) + Await.result(other)).isZero();
      stream.close();
      Await.file(folder.resolve("1.end"));
    }
  }

  private static int meet(Path folder, String mine, String yours) throws Exception {
    Files.createFile(folder.resolve(mine));
    Await.file(folder.resolve(yours));
    return 0;
  }

  /** A small window changes no result. */
  @Test
  default void stream_anyWindow_likeALoop() {
    try (Pool pool = open(2)) {
      for (int window : List.of(1, 2, 4, 8)) {
        try (Stream<String> stream =
            Parallel.on(pool).window(window).stream(numbers(4), n -> "" + n)) {
          assertThat(stream).containsExactly("0", "1", "2", "3");
        }
      }
    }
  }

  /** An endless input is no reason to wait: results come one by one. */
  @Test
  default void stream_endlessInput_resultsComeWithoutEnd() {
    try (Pool pool = open(2);
        Stream<String> small = Parallel.on(pool).window(2).stream(new Counting(), n -> "" + n);
        Stream<Integer> unordered = pool.unordered(new Counting(), StreamSuite::square)) {
      assertThat(small.limit(3)).containsExactly("0", "1", "2");
      assertThat(unordered.limit(5_000)).doesNotHaveDuplicates();
    }
  }

  /** Exactly a window is read ahead of what the consumer took, and never more. */
  @Test
  default void stream_slowConsumer_inputIsAWindowAhead() throws InterruptedException {
    int window = 5;
    Counting input = new Counting();
    try (Pool pool = open(2);
        Stream<Integer> stream =
            Parallel.on(pool).window(window).stream(input, StreamSuite::square)) {
      Iterator<Integer> results = stream.iterator();
      for (int got = 0; got < 50; got++) {
        int expected = got + (callerRuns() ? 0 : window);
        Await.until(
            () -> "taken " + input.taken + " expected " + expected,
            () -> input.taken.get() == expected);
        assertThat(results.next()).isEqualTo(got * got);
        assertThat(input.taken.get()).isLessThanOrEqualTo(got + 1 + window);
      }
    }
  }

  /** Outcomes as they end: each item once, the failed ones too. */
  @Test
  default void unorderedOutcomes_someFail_eachItemOnce() {
    try (Pool pool = open(2);
        Stream<Done<Integer, Integer>> all =
            pool.unorderedOutcomes(numbers(40), Faults.at(7, Faults.throwsChecked("odd")))) {
      List<Done<Integer, Integer>> done = all.toList();
      assertThat(done).extracting(Done::index).doesNotHaveDuplicates().hasSize(40);
      assertThat(done)
          .filteredOn(d -> !d.outcome().succeeded())
          .extracting(Done::item)
          .containsExactly(7);
    }
  }

  /** Where the caller runs the work, it is read, run and taken in turn. */
  @Test
  default void stream_callerRuns_oneItemInTurn() {
    List<String> log = Collections.synchronizedList(new ArrayList<>());
    try (Pool pool = open(1);
        Stream<Integer> stream =
            Parallel.on(pool).window(4).batch(Batching.fixed(2)).stream(
                logged(log, numbers(6)), n -> n)) {
      stream.forEach(n -> log.add("C" + n));
    }
    if (callerRuns()) {
      assertThat(log)
          .containsExactly("P0", "P1", "C0", "C1", "P2", "P3", "C2", "C3", "P4", "P5", "C4", "C5");
    } else {
      assertThat(log)
          .filteredOn(entry -> entry.startsWith("C"))
          .containsExactly("C0", "C1", "C2", "C3", "C4", "C5");
    }
  }

  private static Iterable<Integer> logged(List<String> log, List<Integer> items) {
    return () ->
        items.stream()
            .map(n -> {
              synchronized (log) {
                log.add("P" + n);
              }
              return n;
            })
            .iterator();
  }

  /** What is quick does not wait for what is slow. */
  @Test
  default void unordered_oneItemSlow_othersComeFirst(@TempDir Path folder) throws Exception {
    Path go = folder.resolve("go");
    if (callerRuns()) {
      Files.createFile(go); // there is nobody else to go on
    }
    try (Pool pool = open(2);
        Stream<Integer> stream = pool.unordered(numbers(10), n -> waitAt(1, go, n))) {
      Iterator<Integer> results = stream.iterator();
      List<Integer> first = new ArrayList<>();
      for (int i = 0; i < 9; i++) {
        first.add(results.next());
      }
      if (!callerRuns()) {
        assertThat(first).containsExactlyInAnyOrder(0, 2, 3, 4, 5, 6, 7, 8, 9);
        Files.createFile(go);
        assertThat(results.next()).isEqualTo(1);
      }
    }
  }

  /** Input order, whatever ends first. */
  @Test
  default void stream_firstItemSlow_orderIsKept(@TempDir Path folder) throws Exception {
    Path go = folder.resolve("go");
    for (int workers : List.of(1, 2, 4)) {
      Files.deleteIfExists(go);
      try (Pool pool = open(workers)) {
        boolean alone = callerRuns() || workers == 1;
        if (alone) {
          Files.createFile(go);
        }
        Fn<Integer, Integer> fn =
            n -> {
              if (n == 9 && !alone) {
                Files.createFile(go); // the last item lets the first one end
              }
              return waitAt(0, go, n);
            };
        assertThat(pool.stream(numbers(10), fn)).containsExactlyElementsOf(numbers(10));
      }
    }
  }

  /** A stream with large results that is left after two of them leaves nothing. */
  @Test
  default void stream_leftAfterTwoLargeResults_poolCloses() {
    try (Pool pool = open(2);
        Stream<byte[]> stream = pool.stream(numbers(10), _ -> new byte[1 << 20])) {
      assertThat(stream.limit(2)).hasSize(2);
    }
  }

  /** Input that blocks holds back no result that is there, in no way of asking. */
  @Test
  default void stream_inputBlocks_finishedResultsCome() throws InterruptedException {
    try (Pool pool = open(2)) {
      checkBlockingInput(items -> pool.stream(items, StreamSuite::square));
      checkBlockingInput(items -> pool.unordered(items, StreamSuite::square));
      checkBlockingInput(items ->
          pool.outcomes(items, StreamSuite::square)
              .map(done -> done.outcome() instanceof Success<Integer>(Integer n) ? n : -1));
    }
  }

  private static void checkBlockingInput(Fn<Iterable<Integer>, Stream<Integer>> call)
      throws InterruptedException {
    LinkedBlockingQueue<Integer> queue = new LinkedBlockingQueue<>();
    Iterable<Integer> input = () -> Stream.generate(() -> taken(queue)).iterator();
    Caller<Integer> caller =
        Caller.of(() -> {
          try (Stream<Integer> stream = call.apply(input)) {
            Iterator<Integer> results = stream.iterator();
            for (int i = 0; i < 20; i++) { // no input beyond i before result i is there
              queue.add(i);
              assertThat(results.next()).isEqualTo(i * i);
            }
            return 20;
          }
        });
    Caller.End<Integer> end = caller.end();
    assertThat(end.failure()).isNull();
    assertThat(end.result()).isEqualTo(20);
  }

  private static Integer taken(LinkedBlockingQueue<Integer> queue) {
    try {
      return queue.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("the input was let go");
    }
  }

  /** A stream that ends by a failure lets its input go, also where nobody closes it. */
  @Test
  default void stream_failsWhileInputBlocks_inputIsLetGo(@TempDir Path folder)
      throws InterruptedException {
    if (callerRuns()) {
      return; // the consumer reads the input, and fails before it reads on
    }
    Path blocked = folder.resolve("blocked");
    CountDownLatch letGo = new CountDownLatch(1);
    Iterable<Integer> input =
        () -> Stream.iterate(0, n -> n + 1).map(n -> n == 0 ? n : block(blocked, letGo)).iterator();
    Fn<Integer, Integer> fn =
        _ -> {
          Await.file(blocked); // not before the input blocks
          throw new IOException("bad");
        };
    try (Pool pool = open(1)) {
      Stream<Integer> stream = pool.stream(input, fn);
      Iterator<Integer> results = stream.iterator(); // held, so that it is not the collector's work
      assertThatExceptionOfType(TaskFailedException.class).isThrownBy(results::hasNext);
      Await.until("the input is interrupted", () -> letGo.getCount() == 0);
      assertThat(results).isNotNull();
    }
  }

  private static int block(Path blocked, CountDownLatch letGo) {
    try {
      Files.createFile(blocked);
      new CountDownLatch(1).await();
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      letGo.countDown();
      Thread.currentThread().interrupt();
      throw new CancellationException("the input was let go");
    }
  }

  /** A consumer that is interrupted stops the items, keeps its flag and is told. */
  @Test
  default void stream_consumerInterrupted_itemsStopAndFlagStays(@TempDir Path folder)
      throws InterruptedException {
    try (Pool pool = open(2)) {
      Fn<Integer, Integer> endless = Faults.writesMarkers(folder, Faults.waitsForInterrupt());
      Caller<List<Integer>> caller =
          Caller.of(() -> {
            try (Stream<Integer> stream = pool.stream(List.of(0), endless)) {
              return stream.toList();
            }
          });
      Await.file(folder.resolve("0.begin"));
      caller.interrupt();
      Caller.End<List<Integer>> end = caller.end();
      Await.file(folder.resolve("0.end"));
      assertThat(end.failure()).isInstanceOf(CancellationException.class);
      assertThat(end.interrupted()).isTrue();
    }
  }
}
