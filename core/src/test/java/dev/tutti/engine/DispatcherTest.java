package dev.tutti.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.plan.Batching;
import dev.tutti.plan.CallOptions;
import dev.tutti.spi.Batch;
import dev.tutti.spi.Body;
import dev.tutti.spi.Item;
import dev.tutti.task.Cancelled;
import dev.tutti.task.Failure;
import dev.tutti.task.Success;
import dev.tutti.task.Task;
import dev.tutti.task.WorkerLost;
import dev.tutti.task.WorkerLostException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who gets which item, and that each ends once, whatever the workers do. */
@Tag("unit")
final class DispatcherTest {
  private final WorkerLostException death =
      new WorkerLostException(1, 137, "unknown", 1, 1, List.of(), List.of());

  private final ScriptedGroup group = new ScriptedGroup();
  private final Dispatcher dispatcher = group.dispatcher();

  private Batch poll() {
    return Objects.requireNonNull(dispatcher.poll(this, false, Integer.MAX_VALUE), "a batch");
  }

  private void endAll(Batch batch) {
    batch.items().forEach(item -> dispatcher.ended(item, new Success<>(item.argument()), 1));
    dispatcher.batchEnded(batch, 1);
  }

  private static List<Long> indices(Batch batch) {
    return batch.items().stream().map(Item::index).toList();
  }

  @Test
  void poll_itemsWait_givesFullBatchesInOrder() {
    RecordingCall call = RecordingCall.ofBatches(3);
    call.offer(dispatcher, 7);
    assertThat(indices(poll())).containsExactly(0L, 1L, 2L);
    assertThat(indices(poll())).containsExactly(3L, 4L, 5L);
    assertThat(dispatcher.hasWork()).isFalse();
    assertThat(dispatcher.poll(this, false, Integer.MAX_VALUE)).isNull();
    dispatcher.endOfInput(call);
    assertThat(dispatcher.hasWork()).isTrue();
    assertThat(indices(poll())).containsExactly(6L);
    assertThat(dispatcher.poll(this, false, Integer.MAX_VALUE)).isNull();
  }

  /** However many priorities there are, each step looks at one of them. */
  @Test
  @Timeout(30)
  void poll_manyPriorities_givesTheirTasksInOrder() {
    int tasks = 30_000;
    for (int i = 0; i < tasks; i++) {
      dispatcher.offer(submitted(-i).item());
    }
    for (int i = 0; i < tasks; i++) {
      Batch batch = poll();
      assertThat(batch.call().options().priority()).isEqualTo(-i);
      endAll(batch);
    }
    assertThat(dispatcher.openItems()).isZero();
  }

  /** A priority that no task has any more costs nothing. */
  @Test
  void singles_lastTaskOfAPriorityHasEnded_laneIsDropped() {
    WeakReference<Lane> lane = usedLane(7);
    Awaitility.await()
        .until(() -> {
          System.gc();
          return lane.refersTo(null);
        });
    assertThat(dispatcher.singles(7).isEmpty()).isTrue();
  }

  private WeakReference<Lane> usedLane(int priority) {
    SubmittedCall<Integer> first = submitted(priority);
    SubmittedCall<Integer> second = submitted(priority);
    assertThat(second.lane).isSameAs(first.lane).isNotSameAs(dispatcher.singles(0));
    dispatcher.offer(first.item());
    dispatcher.offer(second.item());
    endAll(poll());
    endAll(poll());
    return new WeakReference<>(first.lane);
  }

  private SubmittedCall<Integer> submitted(int priority) {
    Task<Integer> task = () -> 1;
    CallOptions options = CallOptions.DEFAULTS.withPriority(priority);
    return new SubmittedCall<>(Body.CALLABLE, task, options, dispatcher);
  }

  /** Each offer that makes a batch ready is told to the group. */
  @Test
  void offer_itemsCome_groupIsWoken() {
    RecordingCall.ofBatches(1).offer(dispatcher, 3);
    assertThat(group.wakeUps.get()).isEqualTo(3);
  }

  /** Whose caller is told that there is no worker does not wait for one all the same. */
  @Test
  void offer_groupHasNoWorkerForIt_isNotOpen() {
    OutOfMemoryError noThread = new OutOfMemoryError("unable to create native thread");
    group.onWork =
        () -> {
          throw noThread;
        };
    RecordingCall call = RecordingCall.ofBatches(1);
    assertThatThrownBy(() -> call.offer(dispatcher, 1)).isSameAs(noThread);
    assertThat(dispatcher.openItems()).isZero();
    assertThat(call.outcomes).containsEntry(0L, new Failure<>(noThread));
  }

  /** Nor does it wait for its deadline. */
  @Test
  void submit_groupHasNoWorkerForIt_deadlineIsTakenBack() {
    group.onWork =
        () -> {
          throw new OutOfMemoryError("unable to create native thread");
        };
    dispatcher.engine(new Engine("test", "auto", dispatcher, new Listeners(), Optional.empty()));
    WeakReference<Object> task = refused();
    Awaitility.await()
        .until(() -> {
          System.gc();
          return task.refersTo(null);
        });
  }

  private WeakReference<Object> refused() {
    CallOptions inAnHour = CallOptions.DEFAULTS.withDeadline(Duration.ofHours(1));
    Task<Integer> task = dispatcher::hashCode;
    assertThatThrownBy(() -> dispatcher.engine().submit(Body.CALLABLE, task, inAnHour))
        .isInstanceOf(OutOfMemoryError.class);
    return new WeakReference<>(task);
  }

  /**
   * That nothing keeps the JVM is told once, and a log that waits for the pool's work may do so.
   */
  @Test
  void offer_noThreadToKeepTheJvm_isToldOnceWithoutLocks() throws Exception {
    group.keepers =
        _ -> {
          throw new OutOfMemoryError("no thread");
        };
    Dispatcher unkept = group.dispatcher();
    CompletableFuture<Long> seen = new CompletableFuture<>();
    Queue<String> told = new ConcurrentLinkedQueue<>();
    Handler log =
        new Handler() {
          @Override
          public void publish(LogRecord message) {
            told.add(message.getMessage());
            var _ = seen.completeAsync(unkept::openItems);
            seen.orTimeout(10, TimeUnit.SECONDS).join();
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger("dev.tutti");
    logger.addHandler(log);
    try {
      RecordingCall call = RecordingCall.ofBatches(1);
      for (int i = 0; i < 100; i++) { // each is told on a thread of its own: one is seen in time
        call.offer(unkept, 1);
        Batch batch = Objects.requireNonNull(unkept.poll(this, false, Integer.MAX_VALUE));
        unkept.ended(batch.items().getFirst(), new Success<>(i), 1);
        unkept.batchEnded(batch, 1);
      }
      assertThat(seen.get()).isBetween(0L, 1L);
      assertThat(told).singleElement().asString().contains("does not keep this JVM");
    } finally {
      logger.removeHandler(log);
    }
  }

  /** Calls take turns, so one with many items does not starve another. */
  @Test
  void poll_twoCalls_takeTurns() {
    RecordingCall one = RecordingCall.ofBatches(1);
    RecordingCall other = RecordingCall.ofBatches(1);
    one.offer(dispatcher, 4);
    other.offer(dispatcher, 2);
    List<Object> order = new ArrayList<>();
    for (Batch batch = dispatcher.poll(this, false, Integer.MAX_VALUE);
        batch != null;
        batch = dispatcher.poll(this, false, Integer.MAX_VALUE)) {
      order.add(batch.call());
    }
    assertThat(order).containsExactly(one, other, one, other, one, one);
  }

  @Test
  void ended_eachItem_callIsToldOnce() {
    RecordingCall call = RecordingCall.ofBatches(2);
    List<Item> items = call.offer(dispatcher, 4);
    endAll(poll());
    endAll(poll());
    assertThat(call.outcomes).hasSize(4).containsEntry(3L, new Success<>(3));
    assertThat(call.endedTwice).isEmpty();
    assertThat(items).allMatch(item -> item.attempts() == 1);
    assertThat(dispatcher.openItems()).isZero();
  }

  /** What came back runs elsewhere, before what has waited, and its caller sees no difference. */
  @Test
  void returned_item_isGivenOutAgainFirst() {
    RecordingCall call = RecordingCall.ofBatches(2);
    List<Item> items = call.offer(dispatcher, 4);
    Batch first = poll();
    assertThat(items.get(1).takeBack()).isTrue();
    dispatcher.ended(items.get(0), new Success<>(0), 1);
    dispatcher.returned(items.get(1), null);
    dispatcher.batchEnded(first, 1);
    Batch again = poll();
    assertThat(indices(again)).containsExactly(1L);
    assertThat(items.get(1).claim()).isTrue();
    endAll(again);
    endAll(poll());
    assertThat(call.outcomes).hasSize(4);
    assertThat(call.endedTwice).isEmpty();
    assertThat(items.get(1).attempts()).isEqualTo(1);
    assertThat(items.get(1).deaths()).isZero();
  }

  /** Items that were there when two workers died go out one by one; one that kills four, fails. */
  @Test
  void returned_afterDeaths_goesOutAloneAndThenFails() {
    RecordingCall call = RecordingCall.ofBatches(3);
    List<Item> items = call.offer(dispatcher, 3);
    for (int deaths = 1; deaths <= 2; deaths++) {
      Batch batch = poll();
      assertThat(indices(batch)).containsExactly(0L, 1L, 2L);
      batch.items().forEach(item -> dispatcher.returned(item, death));
      dispatcher.batchEnded(batch, 1);
    }
    Batch alone = poll();
    assertThat(alone.items()).hasSize(1);
    Item killer = alone.items().getFirst();
    endAll(poll());
    endAll(poll());
    dispatcher.returned(killer, death);
    dispatcher.batchEnded(alone, 1);
    Batch last = poll();
    assertThat(last.items()).containsExactly(killer);
    dispatcher.returned(killer, death);
    dispatcher.batchEnded(last, 1);
    assertThat(dispatcher.poll(this, false, Integer.MAX_VALUE)).isNull();
    assertThat(call.outcomes.get(killer.index())).isEqualTo(new WorkerLost<>(death));
    assertThat(call.outcomes).hasSize(3);
    assertThat(items).filteredOn(item -> item != killer).allMatch(item -> item.deaths() == 2);
    assertThat(killer.deaths()).isEqualTo(4);
    assertThat(dispatcher.openItems()).isZero();
  }

  /** A free worker takes over what a busy one has not begun. */
  @Test
  void poll_nothingWaits_takesOver() {
    RecordingCall call = RecordingCall.ofBatches(4);
    List<Item> items = call.offer(dispatcher, 4);
    group.onTakeBack = ScriptedGroup::halfOf;
    Batch slow = poll();
    assertThat(items.get(0).claim()).isTrue();
    Batch over = poll();
    assertThat(indices(over)).containsExactly(2L, 3L);
    assertThat(over.items()).allMatch(Item::claim);
    assertThat(items.get(2).claim()).isFalse();
    endAll(over);
    assertThat(items.get(1).claim()).isTrue();
    dispatcher.ended(items.get(0), new Success<>(0), 1);
    dispatcher.ended(items.get(1), new Success<>(1), 1);
    dispatcher.batchEnded(slow, 1);
    assertThat(call.outcomes).hasSize(4);
    assertThat(call.endedTwice).isEmpty();
    assertThat(dispatcher.poll(this, false, Integer.MAX_VALUE)).isNull();
  }

  /** A call that is given up while its items are in nobody's hands is given up with them. */
  @Test
  void poll_callGivenUpDuringTakeOver_itemsAreUnwanted() {
    RecordingCall call = RecordingCall.ofBatches(2);
    List<Item> items = call.offer(dispatcher, 2);
    Batch slow = poll();
    assertThat(items.get(0).claim()).isTrue();
    group.onTakeBack =
        from -> {
          List<Item> back = ScriptedGroup.halfOf(from);
          dispatcher.ended(items.get(0), new Success<>(0), 1);
          dispatcher.batchEnded(slow, 1);
          dispatcher.giveUp(call, 0);
          return back;
        };
    Batch over = dispatcher.poll(this, false, Integer.MAX_VALUE);
    assertThat(over == null || over.items().stream().allMatch(Item::isUnwanted)).isTrue();
    assertThat(items.get(1).isUnwanted()).isTrue();
  }

  /** The same with the whole pool. */
  @Test
  void poll_poolStoppedDuringTakeOver_itemsAreUnwanted() {
    RecordingCall call = RecordingCall.ofBatches(2);
    List<Item> items = call.offer(dispatcher, 2);
    Batch slow = poll();
    assertThat(items.get(0).claim()).isTrue();
    group.onTakeBack =
        from -> {
          List<Item> back = ScriptedGroup.halfOf(from);
          dispatcher.ended(items.get(0), new Success<>(0), 1);
          dispatcher.batchEnded(slow, 1);
          dispatcher.closeNow();
          return back;
        };
    dispatcher.poll(this, false, Integer.MAX_VALUE);
    assertThat(items.get(1).isUnwanted()).isTrue();
  }

  @Test
  void giveUp_waitingItem_endsAsCancelledAndIsNotGivenOut() {
    RecordingCall call = RecordingCall.ofBatches(1);
    List<Item> items = call.offer(dispatcher, 2);
    dispatcher.giveUp(items.get(0), false);
    assertThat(call.outcomes).containsExactly(Map.entry(0L, new Cancelled<>()));
    assertThat(indices(poll())).containsExactly(1L);
    assertThat(group.stopped).isEmpty();
  }

  /**
   * An item in the hands of a worker is stopped there, if that is wanted; it ends by its worker.
   */
  @Test
  void giveUp_itemOut_isStoppedOnlyIfWanted() {
    RecordingCall call = RecordingCall.ofBatches(1);
    List<Item> items = call.offer(dispatcher, 2);
    poll();
    poll();
    dispatcher.giveUp(items.get(0), false);
    assertThat(group.stopped).isEmpty();
    dispatcher.giveUp(items.get(1), true);
    assertThat(group.stopped).containsExactly(items.get(1));
    assertThat(items).allMatch(Item::isUnwanted);
    assertThat(call.outcomes).isEmpty();
    dispatcher.returned(items.get(0), null);
    dispatcher.ended(items.get(1), new Cancelled<>(), 1);
    assertThat(call.outcomes).hasSize(2).containsEntry(0L, new Cancelled<>());
    assertThat(dispatcher.openItems()).isZero();
  }

  @Test
  void giveUpCall_fromIndex_keepsTheItemsBefore() {
    RecordingCall call = RecordingCall.ofBatches(2);
    List<Item> items = call.offer(dispatcher, 6);
    poll(); // 0 and 1 are out
    dispatcher.giveUp(call, 1);
    assertThat(group.stopped).containsExactly(items.get(1));
    assertThat(call.outcomes.keySet()).containsExactlyInAnyOrder(2L, 3L, 4L, 5L);
    assertThat(items.get(0).isUnwanted()).isFalse();
    dispatcher.offer(new Item(call, 6, 6));
    assertThat(call.outcomes).containsEntry(6L, new Cancelled<>());
    assertThat(dispatcher.openItems()).isEqualTo(2);
  }

  @Test
  void close_itemsOpen_groupIsClosedAfterTheLast() throws Exception {
    RecordingCall call = RecordingCall.ofBatches(1);
    call.offer(dispatcher, 2);
    dispatcher.close();
    assertThatExceptionOfType(RejectedExecutionException.class)
        .isThrownBy(() -> call.offer(dispatcher, 1));
    assertThat(dispatcher.awaitQuiet(Duration.ZERO)).isFalse();
    endAll(poll());
    assertThat(group.closed.get()).isZero();
    endAll(poll());
    assertThat(group.closed.get()).isEqualTo(1);
    assertThat(dispatcher.awaitQuiet(Duration.ZERO)).isTrue();
    dispatcher.close();
    assertThat(group.closed.get()).isEqualTo(1);
  }

  /** Stopping gives back what waited, ends it, and lets its callers go. */
  @Test
  void closeNow_itemsWaitAndRun_allCallersAreLetGo() throws Exception {
    RecordingCall running = RecordingCall.ofBatches(1);
    RecordingCall waiting = RecordingCall.ofBatches(2);
    RecordingCall entered = RecordingCall.ofBatches(9);
    List<Item> out = running.offer(dispatcher, 1);
    poll();
    List<Item> waited = waiting.offer(dispatcher, 2);
    dispatcher.enter(entered);
    List<Item> notFull = entered.offer(dispatcher, 3);
    List<Item> never = dispatcher.closeNow();
    assertThat(never).containsAll(waited).containsAll(notFull).hasSize(5);
    assertThat(List.of(running, waiting, entered)).allMatch(call -> call.abandoned.get());
    assertThat(waiting.outcomes).hasSize(2).containsEntry(0L, new Cancelled<>());
    assertThat(entered.outcomes).hasSize(3);
    assertThat(out.getFirst().isUnwanted()).isTrue();
    assertThat(group.closedNow.get()).isEqualTo(1);
    assertThat(dispatcher.poll(this, false, Integer.MAX_VALUE)).isNull();
    dispatcher.ended(out.getFirst(), new Cancelled<>(), 1);
    assertThat(dispatcher.awaitQuiet(Duration.ZERO)).isTrue();
    assertThat(dispatcher.closeNow()).isEmpty();
  }

  /** What a worker gives back to a pool that was stopped is not given out again. */
  @Test
  void returned_poolStopped_endsAsCancelled() {
    RecordingCall call = RecordingCall.ofBatches(1);
    List<Item> items = call.offer(dispatcher, 1);
    poll();
    dispatcher.closeNow();
    dispatcher.returned(items.getFirst(), death);
    assertThat(call.outcomes).containsEntry(0L, new Cancelled<>());
    assertThat(dispatcher.poll(this, false, Integer.MAX_VALUE)).isNull();
    assertThat(dispatcher.openItems()).isZero();
  }

  /**
   * Where no worker can be started, what waits fails with the cause, batches that are not full too.
   */
  @Test
  void startFailed_itemsWait_endWithTheCause() {
    RecordingCall call = RecordingCall.ofBatches(2);
    dispatcher.enter(call);
    call.offer(dispatcher, 3);
    IllegalStateException cause = new IllegalStateException("no");
    dispatcher.startFailed(cause);
    assertThat(call.outcomes).hasSize(3).containsEntry(2L, new Failure<>(cause));
    assertThat(dispatcher.openItems()).isZero();
    call.offer(dispatcher, 2);
    assertThat(indices(poll())).containsExactly(0L, 1L);
  }

  /** Adaptive batches grow with quick ones. */
  @Test
  void batchEnded_quickBatches_nextOnesAreLarger() {
    RecordingCall call =
        new RecordingCall(new Lane(new Chunker(Batching.adaptive(), 1_000, true, false), 0));
    call.offer(dispatcher, 100);
    List<Integer> sizes = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Batch batch = poll();
      sizes.add(batch.items().size());
      endAll(batch);
    }
    assertThat(sizes).containsExactly(1, 2, 4, 8);
  }

  /** An item that waits again and is run by a worker with an older batch counts once. */
  @Test
  void giveUp_itemRunsOutOfAnOlderBatch_isLeftToItsWorker() {
    RecordingCall call = RecordingCall.ofBatches(2);
    List<Item> items = call.offer(dispatcher, 2);
    Batch older = poll();
    assertThat(items.getLast().takeBack()).isTrue();
    dispatcher.returned(items.getLast(), null);
    assertThat(items.getLast().claim()).isTrue();
    dispatcher.ended(items.getFirst(), new Success<>(0), 1);
    dispatcher.giveUp(call, 0);
    assertThat(dispatcher.openItems()).isEqualTo(1);
    assertThat(group.stopped).contains(items.getLast());
    dispatcher.ended(items.getLast(), new Cancelled<>(), 1);
    dispatcher.batchEnded(older, 1);
    assertThat(dispatcher.openItems()).isZero();
    assertThat(call.outcomes).hasSize(2);
    dispatcher.close();
    assertThat(group.closed).hasValue(1);
  }
}
