package dev.tutti.memory.sync;

import static dev.tutti.memory.sync.QueueLayout.DELIVERED;
import static dev.tutti.memory.sync.QueueLayout.DONE;
import static dev.tutti.memory.sync.QueueLayout.LOST_BEFORE;
import static dev.tutti.memory.sync.QueueLayout.OPEN_BEFORE;
import static dev.tutti.memory.sync.QueueLayout.TICKET;
import static dev.tutti.memory.sync.QueueLayout.TOOK;

import dev.tutti.memory.bell.Layout;
import dev.tutti.memory.bell.Members;
import dev.tutti.memory.bell.Words;

/** What each process has taken out of a queue, and what has become of that. */
final class Hands {
  /*
   * A place for each slot of the members. Its numbers only grow, and go on when the slot goes to another process:
   *
   *   took        how many items, in its upper half; in its lower half the number of the last one
   *   delivered   of how many the taking method has come to its end
   *   done        how many were marked done
   *
   * took is written in the turn to take, one step before the head moves on: so an item is always in the queue, or in
   * somebody's hands, or done. If one dies between the two steps, its took says that it has the item that is still at the head.
   * Whoever has the turn next knows: what is at the head nobody has taken. It takes that back (mend), in one write, which finds
   * nothing to do when it is done twice.
   *
   * What is not delivered by a dead process is lost; what it had taken and not marked done is abandoned. Nobody has to
   * move these numbers when a process dies: they are computed from the words when somebody asks, so there is no step in which
   * the one who moves them could die too. A process that gets a slot of a dead one notes how far they were before it takes its first
   * item, in the turn to take, and then its own ticket: from then on what was lost before it is what it has noted. Until then the
   * ticket is one that is gone, which leads to the same. It does not do so when it joins, since it would wait for the turn.
   */
  private final Words words;
  private final Members members;

  Hands(Members members) {
    this.words = members.words();
    this.members = members;
  }

  private long get(int slot, int field) {
    return words.get(QueueLayout.of(slot, field));
  }

  private void set(int slot, int field, long value) {
    words.set(QueueLayout.of(slot, field), value);
  }

  private int took(int slot) {
    return (int) (get(slot, TOOK) >>> Integer.SIZE);
  }

  private int lost(int slot) {
    return took(slot) - (int) get(slot, DELIVERED);
  }

  private int open(int slot) {
    return took(slot) - (int) get(slot, DONE);
  }

  /** {@return whether this process has its place already; if not, it has taken nothing} */
  private boolean isSettled() {
    return get(members.slot(), TICKET) == members.ticket();
  }

  /** Takes the place of this process. In the turn to take. */
  void settle() {
    if (isSettled()) {
      return;
    }
    int slot = members.slot();
    set(slot, LOST_BEFORE, lost(slot));
    set(slot, OPEN_BEFORE, open(slot));
    set(slot, TICKET, members.ticket()); // pairs with isGone()
  }

  /** This process takes an item. In the turn to take, before the head moves on. */
  void take(int number) {
    settle();
    int slot = members.slot();
    set(slot, TOOK, (long) (took(slot) + 1) << Integer.SIZE | (number & 0xFFFF_FFFFL));
  }

  /** Takes back what the dead have not taken quite. In the turn to take. */
  void mend(int headNumber) {
    for (int slot = 0; slot < Layout.SLOTS; slot++) {
      if ((int) get(slot, TOOK) == headNumber) {
        set(
            slot,
            TOOK,
            (long) (took(slot) - 1) << Integer.SIZE | ((headNumber - 1) & 0xFFFF_FFFFL));
      }
    }
  }

  /** An item that this process has taken is with whoever wanted it. */
  void delivered() {
    words.increment(QueueLayout.of(members.slot(), DELIVERED));
  }

  /** {@return false if this process has marked all done that it has taken} */
  boolean done() {
    if (!isSettled()) {
      return false;
    }
    int slot = members.slot();
    int word = QueueLayout.of(slot, DONE);
    long done = words.get(word);
    while (took(slot) - (int) done > get(slot, OPEN_BEFORE)) {
      if (words.compareAndSet(word, done, done + 1)) { // against other threads of this process
        return true;
      }
      done = words.get(word);
    }
    return false;
  }

  private boolean isGone(int slot) {
    return members.isGone((int) get(slot, TICKET));
  }

  /** {@return how many items are in the hands of the living, and not marked done} */
  long open() {
    long sum = 0;
    for (int slot = 0; slot < Layout.SLOTS; slot++) {
      long open = open(slot) - get(slot, OPEN_BEFORE);
      sum += open != 0 && !isGone(slot) ? open : 0;
    }
    return sum;
  }

  /** {@return how many items the dead had taken and not delivered; exact in the turn to take} */
  long lost() {
    long sum = 0;
    for (int slot = 0; slot < Layout.SLOTS; slot++) {
      long lost = lost(slot);
      sum += lost == 0 ? 0 : isGone(slot) ? lost : get(slot, LOST_BEFORE);
    }
    return sum;
  }

  /** {@return how many items the dead had taken and not marked done; exact in the turn to take} */
  long abandoned() {
    long sum = 0;
    for (int slot = 0; slot < Layout.SLOTS; slot++) {
      long open = open(slot);
      sum += open == 0 ? 0 : isGone(slot) ? open : get(slot, OPEN_BEFORE);
    }
    return sum;
  }
}
