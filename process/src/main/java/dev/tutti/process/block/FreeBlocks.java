package dev.tutti.process.block;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Blocks that nobody has, by their room; of one room, the last that came back leaves first. */
final class FreeBlocks {
  /*
   * Guarded by the lock of the Blocks that have it. No room is kept without a block.
   */
  private final TreeMap<Long, ArrayDeque<Block>> byRoom = new TreeMap<>();

  boolean isEmpty() {
    return byRoom.isEmpty();
  }

  void add(Block block) {
    byRoom.computeIfAbsent(block.room(), _ -> new ArrayDeque<>()).addLast(block);
  }

  /** {@return the smallest with a room in some bounds, both included; null if there is none} */
  @Nullable Block take(long least, long most) {
    Map.Entry<Long, ArrayDeque<Block>> fitting = byRoom.ceilingEntry(least);
    if (fitting == null || fitting.getKey() > most) {
      return null;
    }
    Block block = fitting.getValue().removeLast();
    dropIfEmpty(fitting);
    return block;
  }

  /** {@return one of the largest: that which has been free longest} */
  Block takeLargest() {
    Map.Entry<Long, ArrayDeque<Block>> largest = byRoom.lastEntry();
    Block block = largest.getValue().removeFirst();
    dropIfEmpty(largest);
    return block;
  }

  private void dropIfEmpty(Map.Entry<Long, ArrayDeque<Block>> room) {
    if (room.getValue().isEmpty()) {
      byRoom.remove(room.getKey());
    }
  }

  /** {@return those that have been free for some time} */
  List<Block> takeIdle(long nowNanos, long idleNanos) {
    List<Block> idle = new ArrayList<>();
    byRoom
        .values()
        .forEach(same ->
            same.removeIf(
                block -> nowNanos - block.idleSinceNanos >= idleNanos && idle.add(block)));
    byRoom.values().removeIf(ArrayDeque::isEmpty);
    return idle;
  }

  List<Block> takeAll() {
    List<Block> all = new ArrayList<>();
    byRoom.values().forEach(all::addAll);
    byRoom.clear();
    return all;
  }
}
