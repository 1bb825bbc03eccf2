package dev.tutti.local;

import dev.tutti.event.PoolListener;
import dev.tutti.spi.Batch;
import dev.tutti.spi.Belongings;
import dev.tutti.spi.Call;
import dev.tutti.spi.CallerGroup;
import dev.tutti.spi.GroupRequest;
import dev.tutti.spi.Item;
import dev.tutti.spi.OutcomeSink;
import dev.tutti.spi.WorkSource;
import dev.tutti.task.NotSendableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What groups of workers inside this JVM have in common: nothing moves, claims are in the items.
 */
abstract class LocalGroup implements CallerGroup {
  final String pool;
  final WorkSource source;
  final OutcomeSink sink;
  final PoolListener events;
  final Strays strays;

  /** Whether the CPU time of each batch is told. */
  final boolean measures;

  /** What runs batches beside the group's own workers: on callers, and on workers that wait. */
  private final Set<Runner> aside = ConcurrentHashMap.newKeySet();

  LocalGroup(GroupRequest request, boolean measures) {
    this.measures = measures;
    this.pool = request.pool();
    this.source = request.source();
    this.sink = request.sink();
    this.events = request.events();
    this.strays = new Strays(pool);
  }

  @Override
  public final void admit(Call call) throws NotSendableException {
    // Whatever it is, it stays in this JVM.
  }

  @Override
  public final void admit(Item item) throws NotSendableException {
    // As above.
  }

  /**
   * Runs a batch on the calling thread, for a caller who finds the queue full or for whom there is
   * no other worker.
   */
  @Override
  public void run(Batch batch) {
    Belongings own = new Belongings();
    try (own) {
      runOnCaller(batch, own);
    }
  }

  final void runOnCaller(Batch batch, Belongings belongings) {
    runAside(Runner.onCaller(this, belongings), batch);
  }

  /** Runs a batch on the calling thread, which is no worker's or runs a task already. */
  final void runAside(Runner runner, Batch batch) {
    aside.add(runner);
    try {
      runner.run(batch);
    } finally {
      aside.remove(runner);
    }
  }

  /** {@return whether no caller runs anything} */
  final boolean noCallerRuns() {
    return aside.isEmpty();
  }

  /** Interrupts what runs beside the group's own workers. */
  final void stopAside() {
    aside.forEach(Runner::stopCurrent);
  }

  @Override
  public final List<Item> takeBack(Batch batch, int most) {
    List<Item> items = batch.items();
    List<Item> back = new ArrayList<>();
    long left = items.stream().filter(item -> item.place() == batch).count();
    long half = Math.min(most, (left + 1) / 2);
    for (int i = items.size() - 1; i >= 0 && back.size() < half; i--) {
      // An item that has moved to another worker is still listed here, but its place is another.
      if (items.get(i).place() == batch && items.get(i).takeBack()) {
        back.addFirst(items.get(i));
      }
    }
    return back;
  }

  @Override
  public final void stop(Item item) {
    if (item.takeBack()) {
      sink.returned(item, null);
    } else if (item.place() instanceof Runner runner) {
      runner.stop(item);
    }
  }
}
