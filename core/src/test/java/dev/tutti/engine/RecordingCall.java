package dev.tutti.engine;

import dev.tutti.plan.Batching;
import dev.tutti.plan.CallOptions;
import dev.tutti.spi.Body;
import dev.tutti.spi.Item;
import dev.tutti.task.Fn;
import dev.tutti.task.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/** A call that remembers how its items ended. */
final class RecordingCall extends EngineCall {
  final Map<Long, Outcome<?>> outcomes = new ConcurrentHashMap<>();
  final ConcurrentLinkedQueue<Long> endedTwice = new ConcurrentLinkedQueue<>();
  final AtomicBoolean abandoned = new AtomicBoolean();

  RecordingCall(Lane lane) {
    super(
        Body.FN,
        (Fn<Integer, Integer>) n -> n,
        CallOptions.DEFAULTS,
        lane,
        new ScriptedGroup().dispatcher());
  }

  static RecordingCall ofBatches(int items) {
    return new RecordingCall(new Lane(new Chunker(Batching.fixed(items), 1_000, true, false), 0));
  }

  /** Offers items with the indices from 0. */
  List<Item> offer(Dispatcher dispatcher, int count) {
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Item item = new Item(this, i, i);
      items.add(item);
      dispatcher.offer(item);
    }
    return items;
  }

  @Override
  void ended(Item item, Outcome<?> outcome, long elapsedNanos) {
    if (outcomes.put(item.index(), outcome) != null) {
      endedTwice.add(item.index());
    }
  }

  @Override
  void abandon() {
    abandoned.set(true);
  }
}
