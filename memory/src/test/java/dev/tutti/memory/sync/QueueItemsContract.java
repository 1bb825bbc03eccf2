package dev.tutti.memory.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.plan.DataSize;
import dev.tutti.task.NotSendableException;
import dev.tutti.testkit.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What a queue does with the items, whoever the others are. */
abstract class QueueItemsContract extends SyncSuite {
  /** Values of all kinds come as they were, also one that is the queue itself. */
  @Test
  void put_values_comeAsTheyWere() throws Exception {
    ProcessQueue<Object> queue = ProcessQueue.create(100);
    List<Object> values = values();
    elsewhere(() -> queue.addAll(values()));
    elsewhere(() -> queue.add(queue));
    assertThat(queue.toArray()).startsWith(values.toArray());
    assertThat(queue.contains("text")).isTrue();
    List<Object> all = new ArrayList<>();
    assertThat(queue.drainTo(all, 6)).isEqualTo(6);
    assertThat(all).isEqualTo(values);
    assertThat(queue.take()).isSameAs(queue);
  }

  private static List<Object> values() {
    return List.of(
        1,
        "text",
        List.of(1, 2),
        Map.of("k", Path.of("/x")),
        Optional.of(Duration.ofSeconds(3)),
        Path.of("/tmp"));
  }

  /** What cannot be sent is refused where it is put, and leaves nothing. */
  @Test
  void put_notSendable_isRefusedAndTakesNoRoom() throws Exception {
    ProcessQueue<Object> queue = ProcessQueue.create(1);
    assertThatExceptionOfType(NotSendableException.class)
        .isThrownBy(() -> queue.put(new Thread()))
        .withMessageContaining("cannot send the item into the queue")
        .withMessageContaining("java.lang.Thread");
    assertThat(queue.isEmpty()).isTrue();
    assertThat(queue.offer(true)).isTrue();
    assertThat(queue.offer(false)).isFalse();
    assertThat(elsewhere(queue::take)).isEqualTo(true);
    assertThat(queue.size()).isZero();
    assertThatThrownBy(() -> queue.put(null)).isInstanceOf(NullPointerException.class);
  }

  /** What may not be read is told to the one who takes it, and does not stay. */
  @Test
  void take_outsideTheFilter_isRefusedAndGone() throws Exception {
    ProcessQueue<Object> queue = ProcessQueue.create(2);
    elsewhere(() -> queue.add(new java.rmi.server.UID()));
    queue.put(1);
    assertThatExceptionOfType(NotSendableException.class)
        .isThrownBy(queue::take)
        .withMessageContaining("cannot read the item of the queue")
        .withMessageContaining("java.rmi.server.UID");
    assertThat(queue.take()).isEqualTo(1);
    assertThat(queue.lost()).isZero();
  }

  /** Bytes bound it too; an item that is larger than all of it goes beside, one at a time. */
  @Test
  void put_largeItems_waitForRoom() throws Exception {
    ProcessQueue<byte[]> queue = ProcessQueue.create(100, DataSize.kib(64));
    int count = 0;
    while (queue.offer(filled(10_000, count))) {
      count++;
    }
    assertThat(count).isBetween(5, 6);
    Future<Boolean> others =
        parties.start(() -> {
          queue.put(filled(1_000_000, 7));
          queue.put(filled(3_000_000, 8));
          queue.put(filled(20, 9));
          return true;
        });
    for (int i = 0; i < count; i++) {
      assertThat(queue.take()).isEqualTo(filled(10_000, i));
    }
    assertThat(queue.take()).isEqualTo(filled(1_000_000, 7));
    assertThat(queue.take()).isEqualTo(filled(3_000_000, 8));
    assertThat(queue.take()).isEqualTo(filled(20, 9));
    assertThat(Await.result(others)).isTrue();
    queue.put(filled(100_000, 1));
    assertThat(queue.offer(filled(100_000, 2))).isFalse();
    assertThat(queue.offer(filled(20, 3))).isTrue();
    assertThat(elsewhere(() -> queue.take().length)).isEqualTo(100_000);
    assertThat(queue.offer(filled(100_000, 4))).isTrue();
  }

  private static byte[] filled(int bytes, int with) {
    byte[] item = new byte[bytes];
    Arrays.fill(item, (byte) with);
    return item;
  }

  /** What another process puts can be taken when that has done so. */
  @Test
  void take_mebibyteAfterPutterIsDone_isThere() throws Exception {
    ProcessQueue<byte[]> queue = ProcessQueue.create(10);
    elsewhere(() -> queue.add(filled(1 << 20, 5)));
    assertThat(queue.take()).isEqualTo(filled(1 << 20, 5));
  }

  /** Items leave in order; what looks like removing one is refused. */
  @Test
  void remove_anItem_isRefused() throws Exception {
    ProcessQueue<Integer> queue = ProcessQueue.create(10);
    elsewhere(() -> queue.addAll(List.of(1, 2, 3)));
    assertThatThrownBy(() -> queue.remove(2)).isInstanceOf(UnsupportedOperationException.class);
    Iterator<Integer> items = queue.iterator();
    assertThat(items.next()).isEqualTo(1);
    assertThatThrownBy(items::remove)
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("take them");
    assertThat(queue).containsExactly(1, 2, 3);
    assertThat(queue.stream().map(n -> 2 * n)).containsExactly(2, 4, 6);
    assertThat(queue.toString())
        .contains("size=3/10", "/1048576, open", "lost=0", "waiting here to take=0");
    assertThatIllegalArgumentException().isThrownBy(() -> queue.drainTo(queue));
    queue.clear();
    assertThat(elsewhere(queue::size)).isZero();
    assertThat(queue.join(Duration.ZERO)).isTrue();
  }
}
