package dev.tutti.engine;

import dev.tutti.spi.Batch;
import dev.tutti.spi.Item;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The lanes that have a batch ready. They take turns: one long call does not starve others. Guarded
 * by the dispatcher's lock.
 */
final class Lanes {
  private final ArrayDeque<Lane> ready = new ArrayDeque<>();

  /** Enters a lane if it has a batch ready and is not entered yet. */
  void schedule(Lane lane) {
    if (!lane.scheduled && lane.isReady()) {
      lane.scheduled = true;
      ready.addLast(lane);
    }
  }

  /**
   * {@return the batch whose turn it is, or null}
   *
   * @param notFor the worker for which items that avoid it are passed over; null for none
   * @param most how many items the batch may have
   */
  @Nullable Batch next(@Nullable Object notFor, int most) {
    for (int left = ready.size(); left > 0; left--) {
      Lane lane = ready.removeFirst();
      lane.scheduled = false;
      Batch batch = lane.take(notFor, most);
      schedule(lane);
      if (batch != null) {
        return batch;
      }
    }
    return null;
  }

  boolean isEmpty() {
    return ready.isEmpty();
  }

  /** Takes out all items of all lanes that are entered. */
  List<Item> drain() {
    List<Item> items = new ArrayList<>();
    for (Lane lane : ready) {
      lane.scheduled = false;
      items.addAll(lane.drain(0));
    }
    ready.clear();
    return items;
  }
}
