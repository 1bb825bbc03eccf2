package dev.tutti.memory.sync;

import dev.tutti.memory.bell.Members;
import java.util.Arrays;

/** A process at a queue, which tries again as long as it is the turn of another one. */
final class Side {
  /** There is no item. */
  static final int NONE = -1;

  /** No item will come. */
  static final int END = -2;

  /** What was taken is not what was put. */
  static final int TORN = -3;

  private final Ring ring;
  private final int itemBytes;

  Side(Members members, Cells cells, int itemBytes) {
    this.ring = new Ring(members, cells);
    this.itemBytes = itemBytes;
  }

  /**
   * Takes its place among those who take, so that what it has in its hands when it dies is counted.
   */
  void settle() {
    takeTurn(ring.takeTurn());
    ring.hands().settle();
    ring.takeTurn().give();
  }

  private static void takeTurn(Turn turn) {
    while (!turn.tryTake()) {
      Thread.onSpinWait();
    }
  }

  /** Puts an item that has a number in each of its bytes. */
  Ring.Tried put(int number) {
    byte[] item = new byte[itemBytes];
    Arrays.fill(item, (byte) number);
    Ring.Tried tried = ring.tryPut(item);
    while (tried == Ring.Tried.BUSY) {
      tried = ring.tryPut(item);
    }
    return tried;
  }

  /** {@return the number of the item at the head, or NONE, END or TORN} */
  int take() {
    Ring.Taken taken = new Ring.Taken();
    Ring.Tried tried = ring.tryTake(taken);
    while (tried == Ring.Tried.BUSY) {
      tried = ring.tryTake(taken);
    }
    byte[] item = taken.item;
    if (item == null) {
      return tried == Ring.Tried.CLOSED ? END : NONE;
    }
    ring.hands().delivered();
    return number(item);
  }

  private int number(byte[] item) {
    for (byte b : item) {
      if (b != item[0]) {
        return TORN;
      }
    }
    return item.length == itemBytes ? item[0] : TORN;
  }

  void close() {
    takeTurn(ring.putTurn());
    ring.closeInTurn();
    ring.putTurn().give();
  }

  /** {@return how many items the dead had in their hands} */
  int lost() {
    takeTurn(ring.takeTurn());
    long lost = ring.hands().lost();
    ring.takeTurn().give();
    return (int) lost;
  }
}
