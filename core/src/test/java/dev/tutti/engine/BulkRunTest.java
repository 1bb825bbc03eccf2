package dev.tutti.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.plan.Batching;
import dev.tutti.plan.CallOptions;
import dev.tutti.plan.DataSize;
import dev.tutti.plan.FailurePolicy;
import dev.tutti.spi.Batch;
import dev.tutti.spi.Body;
import dev.tutti.spi.Item;
import dev.tutti.task.Done;
import dev.tutti.task.Fn;
import dev.tutti.task.NotSendableException;
import dev.tutti.task.Success;
import dev.tutti.task.TaskFailedException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bulk calls over workers that refuse items, and calls that nobody ends. */
@Tag("unit")
final class BulkRunTest {
  private static final Fn<Integer, Integer> SAME = n -> n;

  private final ScriptedGroup group = new ScriptedGroup();
  private final Dispatcher dispatcher = group.dispatcher();

  private void runAtOnce() {
    group.onWork =
        () -> {
          for (Batch batch = dispatcher.poll(this, false, Integer.MAX_VALUE);
              batch != null;
              batch = dispatcher.poll(this, false, Integer.MAX_VALUE)) {
            for (Item item : batch.items()) {
              dispatcher.ended(item, new Success<>(item.argument()), 1);
            }
            dispatcher.batchEnded(batch, 1);
          }
        };
  }

  private static BulkPlan plan(int window, DataSize bytes, Batching batching) {
    CallOptions options = CallOptions.DEFAULTS;
    return new BulkPlan(window, bytes, batching, options, FailurePolicy.STOP_AT_FIRST, null);
  }

  private ResultIterator iterate(Iterable<?> items, int window, int batch) {
    BulkPlan plan = plan(window, DataSize.mib(1), Batching.fixed(batch));
    BulkRun run =
        new BulkRun(dispatcher, Body.FN, SAME, items, plan, new Resequencer.InOrder(window), false);
    return ResultIterator.over(run, false, "test", this);
  }

  private static List<Integer> numbers(int n) {
    return IntStream.range(0, n).boxed().toList();
  }

  /** Items that are refused leave gaps; a batch that cannot fill up goes out all the same. */
  @Test
  @Timeout(30)
  void iterate_refusedItemsAndFixedBatch_allEnd() {
    runAtOnce();
    for (int batch = 1; batch <= 6; batch++) {
      for (int window = 1; window <= 8; window++) {
        for (int every = 2; every <= 5; every++) {
          int bad = every;
          group.onAdmit =
              item -> {
                if (item.index() % bad == 1) {
                  throw new NotSendableException("no", null);
                }
              };
          try (ResultIterator results = iterate(numbers(40), window, batch)) {
            List<Long> indices = new ArrayList<>();
            while (results.hasNext()) {
              Done<?, ?> done = results.next();
              indices.add(done.index());
              assertThat(done.outcome().succeeded()).isEqualTo(done.index() % bad != 1);
            }
            assertThat(indices).hasSize(40).isSorted();
          }
        }
      }
    }
  }

  /** Whatever the group throws when it looks at an item is that item's failure. */
  @Test
  @Timeout(30)
  void iterate_admitThrowsError_itemFails() {
    runAtOnce();
    group.onAdmit =
        item -> {
          if (item.index() == 1) {
            throw new NoClassDefFoundError("x");
          }
        };
    try (ResultIterator results = iterate(numbers(3), 8, 1)) {
      List<Boolean> succeeded = new ArrayList<>();
      results.forEachRemaining(done -> succeeded.add(done.outcome().succeeded()));
      assertThat(succeeded).containsExactly(true, false, true);
    }
  }

  /** A call that cannot start leaves no thread. */
  @Test
  void iterate_inputHasNoIterator_failsAtTheCall() {
    Iterable<Integer> bad =
        () -> {
          throw new IllegalStateException("no iterator");
        };
    assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> iterate(bad, 8, 1));
  }

  /** A stream that is dropped is stopped by the garbage collector: its input is let go. */
  @Test
  void iterate_dropped_isStoppedAfterCollection() throws Exception {
    runAtOnce();
    CountDownLatch letGo = new CountDownLatch(1);
    AtomicInteger taken = new AtomicInteger();
    dropOne(() ->
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return true;
          }

          @Override
          public Integer next() {
            if (taken.incrementAndGet() < 3) {
              return taken.get();
            }
            try {
              new CountDownLatch(1).await();
              return 0;
            } catch (InterruptedException e) {
              letGo.countDown();
              throw new IllegalStateException(e);
            }
          }
        });
    Awaitility.await()
        .atMost(20, TimeUnit.SECONDS)
        .until(() -> {
          System.gc();
          return letGo.getCount() == 0;
        });
    assertThat(taken.get()).isEqualTo(3);
  }

  private void dropOne(Iterable<Integer> input) {
    ResultIterator results = iterate(input, 8, 1);
    assertThat(results.next().index()).isZero();
  }

  private BulkRun keepsAll(Iterable<?> items, Resequencer results) {
    return keepsAll(items, plan(8, DataSize.mib(1), Batching.fixed(1)), results);
  }

  private BulkRun keepsAll(Iterable<?> items, BulkPlan plan, Resequencer results) {
    return new BulkRun(dispatcher, Body.FN, SAME, items, plan, results, true);
  }

  private static Resequencer keepsNothing(Error full) {
    return new Resequencer.All(true, 0) {
      @Override
      void keepValue(long index, @Nullable Object value) {
        throw full;
      }
    };
  }

  @Test
  void runAll_resultCannotBeKept_callEndsAndSaysSo() {
    OutOfMemoryError full = new OutOfMemoryError("heap");
    runAtOnce();
    BulkRun run = keepsAll(List.of(1, 2, 3), keepsNothing(full));
    assertThatThrownBy(() -> run.runAll(false))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("cannot be kept")
        .hasCause(full);
    assertThat(dispatcher.openItems()).isZero();
  }

  /** Who brings an outcome is not held up if there is no memory for a message either. */
  @Test
  void runAll_resultCannotBeKeptNorTold_callEndsAllTheSame() {
    List<Error> heldUp = new ArrayList<>();
    OutOfMemoryError full =
        new OutOfMemoryError("heap") {
          private static final long serialVersionUID = 1L;

          @Override
          public String getMessage() {
            throw this;
          }
        };
    BulkRun run = keepsAll(List.of(1, 2, 3), keepsNothing(full));
    runAtOnce();
    Runnable workers = group.onWork;
    group.onWork =
        () -> {
          try {
            workers.run();
          } catch (OutOfMemoryError e) {
            heldUp.add(e);
          }
        };
    assertThatThrownBy(() -> run.runAll(false)).isSameAs(full);
    assertThat(heldUp).isEmpty();
    assertThat(dispatcher.openItems()).isZero();
  }

  /** A message about a failed item does not depend on what the item says of itself. */
  @Test
  void failure_itemCannotSpeak_isNamedByIndex() {
    List<Object> inItself = new ArrayList<>();
    inItself.add(List.of(inItself)); // whose text has no end
    isNamedByIndex(inItself);
    isNamedByIndex(
        new Object() {
          @Override
          public String toString() {
            throw new UnsupportedOperationException();
          }
        });
  }

  private void isNamedByIndex(Object silent) {
    group.onAdmit =
        _ -> {
          throw new NotSendableException("no", null);
        };
    BulkRun run = keepsAll(List.of(silent), new Resequencer.All(true, 0));
    assertThatExceptionOfType(TaskFailedException.class)
        .isThrownBy(() -> run.runAll(false))
        .satisfies(e -> assertThat(e.index()).isZero())
        .withMessageContaining("item 0");
  }

  /** An item is read only while those that are open have fewer bytes than the window. */
  @Test
  @Timeout(30)
  void runAll_windowInBytes_boundsWhatIsOpen() throws Exception {
    int[] sizes = {100, 100, 100, 100, 100, 1_000, 10, 2_000, 10};
    List<Integer> openAtEachStep = new ArrayList<>();
    Queue<Item> open = new ConcurrentLinkedQueue<>();
    group.onAdmit = item -> item.form("form", sizes[(int) item.index()]);
    group.onWork =
        () -> {
          for (Batch batch = dispatcher.poll(this, false, 1);
              batch != null;
              batch = dispatcher.poll(this, false, 1)) {
            open.addAll(batch.items());
          }
        };
    BulkPlan plan = plan(100, DataSize.bytes(350), Batching.adaptive());
    Resequencer.All results = new Resequencer.All(true, 0);
    BulkRun run = keepsAll(numbers(sizes.length), plan, results);
    Thread caller = Thread.ofVirtual().start(() -> run.runAll(false));
    for (int i = 0; i < sizes.length; i++) {
      Awaitility.await().until(() -> caller.getState() == Thread.State.WAITING);
      openAtEachStep.add(open.size());
      Item first = open.remove();
      dispatcher.ended(first, new Success<>(first.argument()), 1);
    }
    caller.join();
    assertThat(openAtEachStep).containsExactly(4, 4, 4, 3, 2, 1, 2, 1, 1);
    assertThat(results.values()).isEqualTo(numbers(sizes.length));
  }

  /** What waits to fill a batch goes out when the window in bytes lets nothing more in. */
  @Test
  @Timeout(30)
  void runAll_windowInBytesAndFixedBatch_doesNotWaitForever() {
    int[] sizes = {100, 100, 2_000, 10, 10};
    List<Item> held = new CopyOnWriteArrayList<>();
    group.onAdmit = item -> item.form("form", sizes[(int) item.index()]);
    group.onWork =
        () -> {
          for (Batch batch = dispatcher.poll(this, false, 2);
              batch != null;
              batch = dispatcher.poll(this, false, 2)) {
            held.addAll(batch.items());
            dispatcher.batchEnded(batch, 1);
          }
        };
    BulkPlan plan = plan(100, DataSize.bytes(1_000), Batching.fixed(2));
    Resequencer.All results = new Resequencer.All(true, 0);
    BulkRun run = keepsAll(numbers(sizes.length), plan, results);
    Thread caller = Thread.ofVirtual().start(() -> run.runAll(false));
    while (caller.isAlive()) {
      Awaitility.await()
          .until(() -> caller.getState() == Thread.State.WAITING || !caller.isAlive());
      List<Item> now = List.copyOf(held);
      held.clear();
      now.forEach(item -> dispatcher.ended(item, new Success<>(item.argument()), 1));
    }
    assertThat(results.values()).isEqualTo(numbers(sizes.length));
  }
}
