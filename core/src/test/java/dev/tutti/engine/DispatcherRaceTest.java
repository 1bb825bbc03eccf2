package dev.tutti.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.spi.Batch;
import dev.tutti.spi.Item;
import dev.tutti.task.Cancelled;
import dev.tutti.task.Success;
import dev.tutti.task.WorkerLostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many threads at the dispatcher: each item ends exactly once, and runs at most once. */
@Tag("unit")
final class DispatcherRaceTest {
  private static final int ITEMS = 400;

  /** Workers that run, give back and die, a taker-over, and one who gives the call up half-way. */
  @Test
  void anyInterleaving_eachItemEndsOnce() throws Exception {
    for (int seed = 0; seed < 300; seed++) {
      new Round(seed).run();
    }
  }

  private static final class Round {
    private final int seed;
    private final ScriptedGroup group = new ScriptedGroup();
    private final Dispatcher dispatcher = group.dispatcher();
    private final RecordingCall call;
    private final AtomicIntegerArray runs = new AtomicIntegerArray(ITEMS);
    private final WorkerLostException death =
        new WorkerLostException(1, 137, "unknown", 1, 1, List.of(), List.of());
    private final AtomicInteger failures = new AtomicInteger();

    Round(int seed) {
      this.seed = seed;
      this.call = RecordingCall.ofBatches(1 + seed % 5);
      group.onTakeBack = ScriptedGroup::halfOf;
    }

    void run() throws Exception {
      List<Thread> threads = new ArrayList<>();
      for (int w = 0; w < 3; w++) {
        Random random = new Random(31L * seed + w);
        threads.add(Thread.ofPlatform().start(() -> work(random)));
      }
      dispatcher.enter(call);
      for (int i = 0; i < ITEMS; i++) {
        dispatcher.offer(new Item(call, i, i));
        if (seed % 3 == 1 && i == ITEMS / 2) {
          dispatcher.giveUp(call, i / 2);
        }
      }
      dispatcher.endOfInput(call);
      dispatcher.close();
      assertThat(dispatcher.awaitQuiet(Duration.ofSeconds(20)))
          .as("seed %d open %d", seed, dispatcher.openItems())
          .isTrue();
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(failures.get()).as("seed %d", seed).isZero();
      assertThat(call.outcomes).as("seed %d", seed).hasSize(ITEMS);
      assertThat(call.endedTwice).as("seed %d", seed).isEmpty();
      assertThat(group.closed.get()).isPositive();
      for (int i = 0; i < ITEMS; i++) {
        boolean succeeded = call.outcomes.get((long) i).succeeded();
        assertThat(runs.get(i)).as("seed %d item %d", seed, i).isEqualTo(succeeded ? 1 : 0);
        assertThat(succeeded || seed % 3 == 1).as("seed %d item %d", seed, i).isTrue();
      }
    }

    private void work(Random random) {
      try {
        while (group.closed.get() == 0) {
          Batch batch = dispatcher.poll(this, false, Integer.MAX_VALUE);
          if (batch == null) {
            Thread.onSpinWait();
          } else {
            run(batch, random);
          }
        }
      } catch (RuntimeException | Error e) {
        e.printStackTrace();
        failures.incrementAndGet();
      }
    }

    private void run(Batch batch, Random random) {
      for (Item item : batch.items()) {
        if (item.isUnwanted()) {
          if (item.takeBack()) {
            dispatcher.returned(item, null);
          }
        } else if (random.nextInt(20) == 0 && item.deaths() == 0 && item.takeBack()) {
          dispatcher.returned(item, random.nextBoolean() ? death : null);
        } else if (item.claim()) {
          runs.incrementAndGet((int) item.index());
          dispatcher.ended(item, new Success<>(item.argument()), 1);
        }
      }
      dispatcher.batchEnded(batch, 1);
    }
  }

  /** The fake's own way to end an item that nobody wants. */
  @Test
  void giveUp_whileItemIsPolled_endsOnce() throws Exception {
    for (int i = 0; i < 400; i++) {
      ScriptedGroup group = new ScriptedGroup();
      Dispatcher dispatcher = group.dispatcher();
      RecordingCall call = RecordingCall.ofBatches(1);
      Item item = call.offer(dispatcher, 1).getFirst();
      Thread worker =
          Thread.ofPlatform()
              .start(() -> {
                Batch batch = dispatcher.poll(this, false, Integer.MAX_VALUE);
                if (batch != null && item.claim()) {
                  dispatcher.ended(
                      item, item.isUnwanted() ? new Cancelled<>() : new Success<>(1), 1);
                }
              });
      dispatcher.giveUp(item, true);
      worker.join();
      assertThat(call.outcomes).hasSize(1);
      assertThat(call.endedTwice).isEmpty();
      assertThat(dispatcher.openItems()).isZero();
    }
  }
}
