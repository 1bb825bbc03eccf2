package dev.tutti;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.ComparisonResult.Row;
import dev.tutti.ComparisonResult.Setup;
import dev.tutti.plan.Batching;
import dev.tutti.task.Done;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is run where, how often, and what the figures say. */
@Tag("unit")
class ComparisonTest {
  private static final List<Integer> ITEMS = List.of(1, 2, 3, 4);

  @Test
  void of_stream_isClosed() {
    AtomicInteger closed = new AtomicInteger();
    Comparison<Integer, Integer> all =
        Comparison.of(Items.of(ITEMS.stream().onClose(closed::incrementAndGet)), n -> n);
    assertThat(closed).hasValue(1);
    assertThat(all.normally().run().rows()).hasSize(1);
  }

  /** Each pool is run once for each chunk size, after the normal run. */
  @Test
  void run_poolsAndChunks_rowForEach() {
    try (Pool two = Pool.threads(2);
        Pool virtual = Pool.virtualThreads()) {
      ComparisonResult result =
          Comparison.of(ITEMS, n -> n)
              .normally()
              .on(two, virtual)
              .chunks(1, 3)
              .chunks(Batching.adaptive())
              .run();
      assertThat(result.rows().stream().map(Row::setup))
          .containsExactly(
              new Setup("normal", 1, "-"),
              new Setup("threads", 2, "1"),
              new Setup("threads", 2, "3"),
              new Setup("threads", 2, "adaptive"),
              new Setup("virtual", 4, "1"),
              new Setup("virtual", 4, "3"),
              new Setup("virtual", 4, "adaptive"));
    }
  }

  /** Without chunk sizes a pool is run once, with adaptive batches. */
  @Test
  void run_noChunks_adaptive() {
    try (Pool pool = Pool.threads(1)) {
      assertThat(Comparison.of(ITEMS, n -> n).on(pool).run().rows().stream().map(Row::setup))
          .containsExactly(new Setup("threads", 1, "adaptive"));
    }
  }

  /** A pool whose caller runs the work has no chunks, so it is run once whatever they are. */
  @Test
  void run_sequentialPool_oneRowWithoutChunk() {
    try (Pool pool = Pool.sequential()) {
      assertThat(
              Comparison.of(ITEMS, n -> n).on(pool).chunks(1, 2).run().rows().stream()
                  .map(Row::setup))
          .containsExactly(new Setup("sequential", 1, "-"));
    }
  }

  /**
   * The function is applied to each item once in each run, and to the first ones for the warm-up.
   */
  @Test
  void run_warmUp_extraCallsAreNotMeasured() {
    AtomicInteger calls = new AtomicInteger();
    try (Pool pool = Pool.threads(2)) {
      ComparisonResult result =
          Comparison.of(ITEMS, _ -> calls.incrementAndGet()).normally().on(pool).warmUp(2).run();
      assertThat(calls).hasValue(2 * (4 + 2));
      assertThat(result.rows()).allSatisfy(row -> assertThat(row.times()).hasSize(4));
    }
  }

  /** A warm-up of more items than there are goes round, and never runs one beside itself. */
  @Test
  void run_warmUpOfMoreThanThereAre_goesRound() {
    List<Integer> calls = new ArrayList<>();
    try (Pool pool = Pool.sequential()) {
      Comparison.of(List.of(1, 2), n -> calls.add(n)).on(pool).warmUp(5).run();
    }
    assertThat(calls).containsExactly(1, 2, 1, 2, 1, 1, 2);
    try (Pool pool = Pool.threads(2)) {
      Comparison.of(List.of(), n -> n).on(pool).warmUp(5).run();
    }
  }

  /** The normal run is what speed-ups are measured by; its own is 1. */
  @Test
  void speedUp_normalRun_isBaseline() {
    try (Pool pool = Pool.threads(1)) {
      List<Row> rows = Comparison.of(ITEMS, n -> n).normally().on(pool).run().rows();
      assertThat(rows.getFirst().speedUp()).hasValue(1);
      double ratio = (double) rows.get(0).total().toNanos() / rows.get(1).total().toNanos();
      assertThat(rows.get(1).speedUp()).hasValue(ratio);
    }
  }

  /** Without a run on the caller's thread there is nothing to measure by. */
  @Test
  void speedUp_onlyPools_empty() {
    try (Pool pool = Pool.threads(1)) {
      assertThat(Comparison.of(ITEMS, n -> n).on(pool).run().rows().getFirst().speedUp()).isEmpty();
    }
  }

  /** A failing item is counted in each run, and the others go on. */
  @Test
  void run_itemFails_countedInEachRow() {
    try (Pool pool = Pool.threads(2)) {
      ComparisonResult result =
          Comparison.of(List.of(1, 0, 2), n -> 1 / n).normally().on(pool).run();
      assertThat(result.rows()).extracting(Row::failed).containsExactly(1L, 1L);
      assertThat(result.toString()).contains("1 failed");
    }
  }

  /** The watcher is told of all that happens, in order. */
  @Test
  void watchedBy_oneRun_toldInOrder() {
    List<String> told = new ArrayList<>();
    ComparisonWatcher watcher =
        new ComparisonWatcher() {
          @Override
          public void warmedUp(Setup setup, Done<?, ?> done) {
            told.add("warm " + done.item());
          }

          @Override
          public void starts(Setup setup, int items) {
            told.add(setup.backend() + " " + items);
          }

          @Override
          public void ended(Setup setup, Done<?, ?> done) {
            told.add("item " + done.item());
          }

          @Override
          public void ends(Row row) {
            told.add("end " + row.setup().backend());
          }
        };
    Comparison.of(List.of("a", "b"), s -> s).normally().warmUp(1).watchedBy(watcher).run();
    assertThat(told).containsExactly("warm a", "normal 2", "item a", "item b", "end normal");
  }

  /** A caller that is interrupted stops the normal loop before the next item and keeps its flag. */
  @Test
  void run_callerInterrupted_stopsAndKeepsFlag() {
    Comparison<Integer, Integer> comparison =
        Comparison.<Integer, Integer>of(
                ITEMS,
                n -> {
                  Thread.currentThread().interrupt();
                  return n;
                })
            .normally();
    try {
      assertThatThrownBy(comparison::run).isInstanceOf(CancellationException.class);
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
    } finally {
      Thread.interrupted();
    }
  }

  /** Wrong numbers, and a path that was meant as one item, are refused at once. */
  @Test
  void of_wrongArguments_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Comparison.of(Path.of("a/b"), p -> p))
        .withMessageContaining("single Path");
    assertThatIllegalArgumentException().isThrownBy(() -> Comparison.of(ITEMS, n -> n).chunks(0));
    assertThatIllegalArgumentException().isThrownBy(() -> Comparison.of(ITEMS, n -> n).warmUp(-1));
  }

  /** A comparison stays as it was when another is made of it. */
  @Test
  void withers_original_unchanged() {
    Comparison<Integer, Integer> first = Comparison.<Integer, Integer>of(ITEMS, n -> n).normally();
    try (Pool pool = Pool.sequential()) {
      assertThat(first.on(pool).run().rows()).hasSize(2);
    }
    assertThat(first.run().rows()).hasSize(1);
  }

  /** The table says where parallel did not pay, row by row and in one sentence if it never did. */
  @Test
  void table_parallelSlower_saysSo() {
    Row normal = row("normal", "-", 100, 1);
    assertThat(new ComparisonResult(List.of(normal, row("threads", "1", 200, 0.5))).table("file"))
        .contains("per file", "did not pay", "parallel did not pay: one file takes 50.0 ms");
    assertThat(
            new ComparisonResult(
                    List.of(normal, row("threads", "1", 50, 2), row("processes", "1", 200, 0.5)))
                .toString())
        .contains("did not pay")
        .doesNotContain("parallel did not pay");
  }

  /** Advice about a single item is in the singular. */
  @Test
  void table_oneItemDidNotPay_saidAsOne() {
    Row normal = oneItem("normal", "-", 1);
    assertThat(new ComparisonResult(List.of(normal, oneItem("threads", "1", 0.5))).toString())
        .contains("and there is 1; larger");
  }

  private static Row oneItem(String backend, String chunk, double speedUp) {
    Row row = row(backend, chunk, 50, speedUp);
    return new Row(row.setup(), row.total(), List.of(row.total()), 0, row.speedUp());
  }

  private static Row row(String backend, String chunk, long millis, double speedUp) {
    List<Duration> times = List.of(Duration.ofMillis(40), Duration.ofMillis(60));
    return new Row(
        new Setup(backend, 1, chunk),
        Duration.ofMillis(millis),
        times,
        0,
        OptionalDouble.of(speedUp));
  }
}
