package dev.tutti.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.plan.Batching;
import dev.tutti.plan.CallOptions;
import dev.tutti.plan.DataSize;
import dev.tutti.plan.FailurePolicy;
import dev.tutti.spi.Batch;
import dev.tutti.spi.Body;
import dev.tutti.spi.Item;
import dev.tutti.task.Done;
import dev.tutti.task.Fn;
import dev.tutti.task.Success;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Large results that nobody has taken hold back the items behind them. */
@Tag("unit")
final class ResultBytesTest {
  private static final Fn<Integer, Integer> SAME = n -> n;
  private static final int ITEMS = 40;
  private static final long QUARTER = 1 << 18; // of the window in bytes

  private final ScriptedGroup group = new ScriptedGroup();
  private final Dispatcher dispatcher = group.dispatcher();
  private final AtomicInteger begun = new AtomicInteger();

  @Test
  void room_smallResults_isUnbounded() {
    ResultBytes bytes = new ResultBytes(1_000_000, 2);
    assertThat(bytes.room()).isEqualTo(Integer.MAX_VALUE);
    for (int i = 0; i < 100; i++) {
      bytes.add(i, ResultBytes.LARGE_BYTES - 1);
    }
    assertThat(bytes.room()).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void room_largeResults_isWhatFitsForEachWorker() {
    ResultBytes bytes = new ResultBytes(1_000_000, 2);
    bytes.add(0, 100_000);
    assertThat(bytes.room()).isEqualTo(4);
    bytes.add(1, 100_000);
    bytes.remove(0);
    assertThat(bytes.room()).isEqualTo(4);
    bytes.add(2, 800_000);
    assertThat(bytes.room()).isEqualTo(1);
    bytes.add(3, 300_000);
    assertThat(bytes.room()).isZero();
    bytes.remove(3);
    bytes.remove(3);
    assertThat(bytes.room()).isEqualTo(1);
  }

  /** What ends meanwhile opens nothing: nobody would tell the workers. */
  @Test
  void room_smallResultsWhileFull_staysShut() {
    ResultBytes bytes = new ResultBytes(100_000, 2);
    bytes.add(0, 100_000);
    for (int i = 1; i < 20; i++) {
      bytes.add(i, 10);
    }
    assertThat(bytes.room()).isZero();
    bytes.remove(0);
    assertThat(bytes.room()).isEqualTo(Integer.MAX_VALUE);
  }

  /** Who has had large results and gets small ones is bounded no longer. */
  @Test
  void room_smallResultsAfterLarge_isUnboundedAgain() {
    ResultBytes bytes = new ResultBytes(1_000_000, 2);
    bytes.add(0, 1_000_000);
    bytes.remove(0);
    for (int i = 1; i < 20; i++) {
      bytes.add(i, 10);
    }
    assertThat(bytes.room()).isEqualTo(Integer.MAX_VALUE);
  }

  private void runAtOnce(Runnable beforeEach) {
    group.onWork =
        () -> {
          for (Batch batch = dispatcher.poll(this, false, Integer.MAX_VALUE);
              batch != null;
              batch = dispatcher.poll(this, false, Integer.MAX_VALUE)) {
            for (Item item : batch.items()) {
              begun.incrementAndGet();
              beforeEach.run();
              item.resultBytes(QUARTER);
              dispatcher.ended(item, new Success<>(item.argument()), 1);
            }
            dispatcher.batchEnded(batch, 1);
          }
        };
  }

  private BulkRun run(Iterable<?> items, Supplier<Resequencer> results) {
    BulkPlan plan =
        new BulkPlan(
            64,
            DataSize.mib(1),
            Batching.adaptive(),
            CallOptions.DEFAULTS,
            FailurePolicy.STOP_AT_FIRST,
            null);
    return new BulkRun(dispatcher, Body.FN, SAME, items, plan, results.get(), false);
  }

  /** Of 40 items that the window lets in only those begin whose results there is room for. */
  @Test
  @Timeout(30)
  void iterate_nobodyTakes_onlyWhatFitsBegins() {
    for (Supplier<Resequencer> order :
        List.<Supplier<Resequencer>>of(
            () -> new Resequencer.InOrder(64), Resequencer.AsEnded::new)) {
      begun.set(0);
      runAtOnce(() -> {});
      BulkRun run = run(IntStream.range(0, ITEMS).boxed().toList(), order);
      List<Object> got = new ArrayList<>();
      try (ResultIterator results = ResultIterator.over(run, false, "test", this)) {
        Awaitility.await().until(() -> run.state().nextIndex() == ITEMS && begun.get() == 4);
        while (results.hasNext()) {
          assertThat(begun.get() - got.size()).isLessThanOrEqualTo(5);
          Done<?, ?> done = results.next();
          got.add(done.item());
        }
      }
      assertThat(got).isEqualTo(IntStream.range(0, ITEMS).boxed().toList());
    }
  }

  /** A call that keeps all results holds back nothing: nobody would ever make room. */
  @Test
  @Timeout(30)
  void runAll_largeResults_isNotBounded() {
    runAtOnce(() -> {});
    BulkRun run =
        run(IntStream.range(0, ITEMS).boxed().toList(), () -> new Resequencer.All(true, 0));
    run.runAll(false);
    assertThat(begun.get()).isEqualTo(ITEMS);
  }
}
