package dev.tutti.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.plan.Batching;
import dev.tutti.spi.Batch;
import dev.tutti.spi.Item;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What waits in front of the workers. */
@Tag("unit")
final class LaneTest {
  private final Lane lane = new Lane(new Chunker(Batching.fixed(3), 100, true, false), 0);
  private final RecordingCall call = new RecordingCall(lane);

  private List<Item> add(int from, int to) {
    List<Item> items = new ArrayList<>();
    for (int i = from; i < to; i++) {
      Item item = new Item(call, i, i);
      items.add(item);
      lane.add(item);
    }
    return items;
  }

  private List<Item> take() {
    Batch batch = Objects.requireNonNull(lane.take(null, 100), "a batch");
    assertThat(batch.call()).isSameAs(call);
    return batch.items();
  }

  @Test
  void take_notFull_waitsUntilEndedOrFlushed() {
    List<Item> items = add(0, 2);
    assertThat(lane.isReady()).isFalse();
    assertThat(lane.take(null, 100)).isNull();
    lane.flush();
    assertThat(lane.isReady()).isTrue();
    assertThat(take()).isEqualTo(items);
    add(2, 3);
    assertThat(lane.isReady()).isFalse();
    lane.end();
    assertThat(take()).hasSize(1);
    assertThat(lane.isEmpty()).isTrue();
    assertThat(lane.take(null, 100)).isNull();
  }

  @Test
  void take_returnedItems_goFirstAndNeedNotFillABatch() {
    add(0, 2);
    Item back = new Item(call, 9, 9);
    lane.addReturned(back);
    assertThat(lane.isReady()).isTrue();
    assertThat(take()).containsExactly(back);
    assertThat(lane.size()).isEqualTo(2);
  }

  /** An item that two workers have died with goes out alone, and so do those around it. */
  @Test
  void take_suspect_goesOutAlone() {
    for (int i = 0; i < 3; i++) {
      Item item = new Item(call, i, i);
      if (i == 1) {
        item.countDeath();
        item.countDeath();
      }
      lane.addReturned(item);
    }
    assertThat(take()).extracting(Item::index).containsExactly(0L);
    assertThat(take()).extracting(Item::index).containsExactly(1L);
    assertThat(take()).extracting(Item::index).containsExactly(2L);
  }

  /** An item that avoids a worker is passed over for that one, and for no other. */
  @Test
  void take_itemAvoidsWorker_isForAnother() {
    Item failed = new Item(call, 0, 0);
    failed.handOut(new Batch(call, List.of(failed)), "first");
    failed.avoidLastWorker();
    Item other = new Item(call, 1, 1);
    lane.addReturned(failed);
    lane.addReturned(other);
    assertThat(Objects.requireNonNull(lane.take("first", 100)).items()).containsExactly(other);
    assertThat(lane.take("first", 100)).isNull();
    assertThat(lane.isReady()).isTrue();
    assertThat(Objects.requireNonNull(lane.take("second", 100)).items()).containsExactly(failed);
  }

  /** A worker that has room for fewer items than a batch gets no more. */
  @Test
  void take_littleRoom_isNoMore() {
    List<Item> items = add(0, 3);
    assertThat(Objects.requireNonNull(lane.take(null, 2)).items()).isEqualTo(items.subList(0, 2));
  }

  @Test
  void drain_fromIndex_leavesTheItemsBefore() {
    List<Item> items = add(0, 5);
    Item back = new Item(call, 9, 9);
    lane.addReturned(back);
    assertThat(lane.drain(3)).containsExactly(back, items.get(3), items.get(4));
    assertThat(lane.size()).isEqualTo(3);
    assertThat(lane.drain(0)).hasSize(3);
    assertThat(lane.isEmpty()).isTrue();
  }

  @Test
  void remove_item_isFalseTheSecondTime() {
    List<Item> items = add(0, 2);
    assertThat(lane.remove(items.get(1))).isTrue();
    assertThat(lane.remove(items.get(1))).isFalse();
    assertThat(lane.size()).isEqualTo(1);
  }
}
