package dev.tutti.engine;

import dev.tutti.spi.Batch;
import dev.tutti.spi.Item;
import dev.tutti.spi.Way;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The lanes that have a batch ready. Those of the highest priority go first; among equals they take
 * turns: one long call does not starve others. Guarded by the lock of the open work.
 */
final class Lanes {
  private final NavigableMap<Integer, ArrayDeque<Lane>> ready =
      new TreeMap<>(Comparator.reverseOrder());

  /** Enters a lane if it has a batch ready and is not entered yet. */
  void schedule(Lane lane) {
    if (!lane.scheduled && lane.isReady()) {
      lane.scheduled = true;
      ready.computeIfAbsent(lane.priority(), _ -> new ArrayDeque<>()).addLast(lane);
    }
  }

  /**
   * {@return the batch whose turn it is, or null}
   *
   * @param only which way the items go that are asked for; null for any
   * @param notFor the worker for which items that avoid it are passed over; null for none
   * @param most how many items the batch may have
   */
  @Nullable Batch next(@Nullable Way only, @Nullable Object notFor, int most) {
    Map.Entry<Integer, ArrayDeque<Lane>> entry = ready.firstEntry();
    while (entry != null) {
      Batch batch = next(entry.getValue(), only, notFor, most);
      if (entry.getValue().isEmpty()) {
        ready.remove(entry.getKey());
      }
      if (batch != null) {
        return batch;
      }
      entry = ready.higherEntry(entry.getKey());
    }
    return null;
  }

  private @Nullable Batch next(
      ArrayDeque<Lane> lanes, @Nullable Way only, @Nullable Object notFor, int most) {
    for (int left = lanes.size(); left > 0; left--) {
      Lane lane = lanes.removeFirst();
      if (!lane.isFor(only)) {
        lanes.addLast(lane);
        continue;
      }
      lane.scheduled = false;
      Batch batch = lane.take(notFor, most);
      schedule(lane);
      if (batch != null) {
        return batch;
      }
    }
    return null;
  }

  /**
   * {@return whether nothing is ready}
   *
   * @param only that goes this way; null for any
   */
  boolean isEmpty(@Nullable Way only) {
    return only == null
        ? ready.isEmpty()
        : ready.values().stream().noneMatch(lanes -> lanes.stream().anyMatch(l -> l.isFor(only)));
  }

  /** Takes out all items of all lanes that are entered. */
  List<Item> drain() {
    List<Item> items = new ArrayList<>();
    for (ArrayDeque<Lane> lanes : ready.values()) {
      for (Lane lane : lanes) {
        lane.scheduled = false;
        items.addAll(lane.drain(0));
      }
    }
    ready.clear();
    return items;
  }
}
