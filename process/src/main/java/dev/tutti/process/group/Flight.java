package dev.tutti.process.group;

import dev.tutti.spi.Item;

/**
 * An item in the hands of a worker. What changes is guarded by the lock of its {@link Flights}.
 *
 * <p>Of a pack the worker has the first elements, {@link #held} of them: others may have been taken
 * back. Of those, the first have landed.
 */
final class Flight {
  private final Link link;
  private final long number;
  private final Item item;
  private volatile int held; // also read without the lock, as a hint
  private int landed;

  /**
   * @param link the worker
   * @param number the item's number there; it names the claim word. The elements of a pack have
   *     this number and those behind it
   * @param item the item
   */
  Flight(Link link, long number, Item item) {
    this.link = link;
    this.number = number;
    this.item = item;
    this.held = item.count();
  }

  Link link() {
    return link;
  }

  long number() {
    return number;
  }

  Item item() {
    return item;
  }

  /** {@return how many elements the worker has, those that have ended among them} */
  int held() {
    return held;
  }

  void hold(int elements) {
    held = elements;
  }

  /** {@return how many elements have ended} */
  int landed() {
    return landed;
  }

  void land(int elements) {
    landed += elements;
  }

  /** {@return the element with a number; -1 if it is not of this flight} */
  int elementOf(long elementNumber) {
    long element = elementNumber - number;
    return element >= 0 && element < item.count() ? (int) element : -1;
  }

  /** {@return whether all that the worker has of it has ended} */
  boolean isOver() {
    return landed == held;
  }
}
