package dev.tutti.spi;

import java.util.List;

/**
 * Consecutive items of one call that go to one worker together.
 *
 * @since 0.1
 */
public final class Batch {
  private final Call call;
  private final List<Item> items;
  private final int count;

  /**
   * Makes a batch.
   *
   * @param call the call
   * @param items its items, at least one
   */
  public Batch(Call call, List<Item> items) {
    this.call = call;
    this.items = List.copyOf(items);
    int sum = 0;
    for (Item item : this.items) {
      sum += item.count();
    }
    this.count = sum;
  }

  /** {@return the call that all items belong to} */
  public Call call() {
    return call;
  }

  /** {@return how many elements its items have} */
  public int count() {
    return count;
  }

  /** {@return the items, in the order in which the worker is to run them} */
  public List<Item> items() {
    return items;
  }
}
