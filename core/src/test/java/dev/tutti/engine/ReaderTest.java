package dev.tutti.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.plan.Batching;
import dev.tutti.plan.CallOptions;
import dev.tutti.plan.Choice;
import dev.tutti.plan.DataSize;
import dev.tutti.plan.FailurePolicy;
import dev.tutti.spi.Batch;
import dev.tutti.spi.Body;
import dev.tutti.spi.Item;
import dev.tutti.task.Fn;
import dev.tutti.task.Success;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever reads the input of a call and dies of something else than that: the consumer is told. */
@Tag("unit")
@Timeout(10)
final class ReaderTest {
  private static final Fn<Integer, Integer> SAME = n -> n;

  private static void noMemory() {
    throw new OutOfMemoryError("no thread");
  }

  private static BulkRun run(Dispatcher dispatcher, CallOptions options, Resequencer results) {
    return run(dispatcher, List.of(1, 2, 3), options, results);
  }

  private static BulkRun run(
      Dispatcher dispatcher, List<Integer> items, CallOptions options, Resequencer results) {
    BulkPlan plan =
        new BulkPlan(
            8, DataSize.mib(1), Batching.adaptive(), options, FailurePolicy.STOP_AT_FIRST, null);
    return new BulkRun(dispatcher, Body.FN, SAME, items, plan, results, true);
  }

  private static void endsAsTheReader(Dispatcher dispatcher, Runnable consumer) {
    assertThatThrownBy(consumer::run).isInstanceOf(OutOfMemoryError.class).hasMessage("no thread");
    Awaitility.await().until(() -> dispatcher.openItems() == 0);
  }

  /** A reader of the call's own that dies is what the consumer of lazy results gets. */
  @Test
  void iterate_ownReaderDies_consumerIsTold() {
    ScriptedGroup group = new ScriptedGroup();
    group.onWork = ReaderTest::noMemory;
    Dispatcher dispatcher = group.dispatcher();
    BulkRun run = run(dispatcher, CallOptions.DEFAULTS, new Resequencer.InOrder(8));
    try (ResultIterator results = ResultIterator.over(run, false, "test", this)) {
      endsAsTheReader(dispatcher, () -> results.forEachRemaining(_ -> {}));
    }
  }

  /** A caller that fails while it reads leaves nothing in the pool. */
  @Test
  void runAll_callerCannotGoOn_callIsLetGo() {
    ScriptedGroup group = new ScriptedGroup();
    group.onWork = ReaderTest::noMemory;
    Dispatcher dispatcher = group.dispatcher();
    BulkRun run = run(dispatcher, CallOptions.DEFAULTS, new Resequencer.All(true, 3));
    endsAsTheReader(dispatcher, () -> run.runAll(false));
    assertThat(run.state().hasLeft()).isTrue();
  }

  /** The time of a batch is that of the items that have run, not of those that were taken back. */
  @Test
  void measured_someItemsTakenBack_decidesByTheOthers() {
    List<Choice> told = new ArrayList<>();
    Dispatcher dispatcher = new ScriptedGroup.Choosing().dispatcher();
    PushedRun.Next next = new PushedRun.Next();
    BulkPlan plan =
        new BulkPlan(
            8,
            DataSize.mib(1),
            Batching.adaptive(),
            CallOptions.DEFAULTS,
            FailurePolicy.STOP_AT_FIRST,
            null,
            told::add);
    BulkRun run =
        new BulkRun(
            dispatcher,
            Body.FN,
            SAME,
            new PushedRun.Input(next),
            plan,
            new Resequencer.InOrder(8),
            true);
    next.set(1);
    run.feedOne();
    Batch four = new Batch(run, IntStream.range(0, 4).mapToObj(i -> new Item(run, i, i)).toList());
    dispatcher.batchEnded(four, 0, 3_000_000, 3_000_000);
    dispatcher.batchEnded(four, 1, 2_000_000, 2_000_000);
    run.stop();
    run.explain();
    Choice.Figures figures = told.getFirst().last().figures().orElseThrow();
    assertThat(figures.items()).isEqualTo(1);
    assertThat(figures.wall()).isEqualTo(Duration.ofMillis(2));
  }

  /** A deadline has a thread of the call's own read, and run the first items. */
  @Test
  void runAll_choosesAndOwnReaderDies_callerIsTold() {
    ScriptedGroup.Choosing group = new ScriptedGroup.Choosing();
    Dispatcher dispatcher = group.dispatcher();
    group.onRun =
        batch -> {
          batch.items().forEach(item -> dispatcher.ended(item, new Success<>(1), 1));
          noMemory();
        };
    CallOptions limited = CallOptions.DEFAULTS.withDeadline(Duration.ofHours(1));
    List<Integer> moreThanAWindow =
        IntStream.range(0, 100).boxed().toList(); // else all may end well
    BulkRun run = run(dispatcher, moreThanAWindow, limited, new Resequencer.All(true, 100));
    endsAsTheReader(dispatcher, () -> run.runAll(false));
  }
}
