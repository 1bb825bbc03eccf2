package dev.tutti.engine;

import dev.tutti.spi.Item;
import java.util.List;

/**
 * How much of a bulk call is on its way, and whether more may be read. Guarded by the lock of the
 * call.
 */
final class Window {
  /*
   *   taken      items read from the input so far; item i is the i-th
   *   settled    items of them that have ended
   *   delivered  items of them that the consumer has got
   *   bytes      what those take that have not ended, in their form for workers
   *
   * delivered <= settled <= taken. The window is a bound on
   * taken - delivered, and one on bytes unless nothing is open. A call that keeps all results delivers an item by storing it.
   *
   * Who reads the input sleeps when the window is full, and is woken by an end only when half of it waits for workers no more: a wake-up for each
   * item would cost more than short items. What is read goes behind what waits, so nothing waits for it but to fill a batch; hence not where a batch must be filled.
   * Each end looks again, and the last of them finds nothing that waits. Where nothing waits, as each item has a virtual thread of its own, the
   * reader is woken by the first end and lets some more come (isTrickle()).
   */
  private static final int LARGE_WINDOW = 256;
  private static final int SMALL_PART = 8;

  private final Chunker chunker;
  private final int mostItems;
  private final int mostPacked;
  private final long mostBytes;
  private long taken;
  private long settled;
  private long delivered;
  private long bytes;

  /**
   * @param chunker says whether items go in packs
   * @param mostItems how many items may be on their way
   * @param mostPacked how many, where they go in packs
   * @param mostBytes how many bytes what has not ended may take
   */
  Window(Chunker chunker, int mostItems, int mostPacked, long mostBytes) {
    this.chunker = chunker;
    this.mostItems = mostItems;
    this.mostPacked = mostPacked;
    this.mostBytes = mostBytes;
  }

  private int most() {
    return chunker.packSize() == 0 ? mostItems : mostPacked;
  }

  boolean isRoom() {
    return taken - delivered < most() && (bytes < mostBytes || taken == settled);
  }

  /**
   * {@return whether so much waits for workers that who reads the input need not be woken yet} The
   * number may be one of before: when the last of those has ended, all know that nothing waits.
   *
   * @param waiting how many items wait for a worker
   */
  boolean isFedAhead(int waiting) {
    return chunker.takesSingles() && waiting > most() / 2;
  }

  /**
   * {@return whether there is so little room, beside what is on its way, that who reads the input
   * had better let it grow for a moment}
   */
  boolean isTrickle() {
    return most() >= LARGE_WINDOW && room() < most() / SMALL_PART;
  }

  /** {@return how many items may be read now, at least one} */
  long room() {
    return Math.max(1, most() - (taken - delivered));
  }

  /**
   * {@return how many bytes may be read now; one item may have more, where nothing else is open}
   */
  long roomBytes() {
    return mostBytes - bytes;
  }

  long taken() {
    return taken;
  }

  long settled() {
    return settled;
  }

  /** {@return how many items have been read and have not ended} */
  long open() {
    return taken - settled;
  }

  boolean allSettled() {
    return settled == taken;
  }

  boolean allDelivered() {
    return delivered == taken;
  }

  void take(int items, long inBytes) {
    taken += items;
    bytes += inBytes;
  }

  /** Items that were read did not get into the pool. */
  void drop(List<Item> items) {
    for (Item item : items) {
      taken -= item.count();
      bytes -= item.bytes();
    }
  }

  void settle(int items, long inBytes) {
    settled += items;
    bytes -= inBytes;
  }

  void deliver(int items) {
    delivered += items;
  }
}
