package dev.tutti.spi;

import org.jspecify.annotations.Nullable;

/**
 * Where workers get their work. Workers pull: whoever is free asks for the next batch.
 *
 * <p><b>Thread safety.</b> May be called from any thread.
 *
 * @since 0.1
 */
public interface WorkSource {
  /**
   * {@return the next batch for a free worker, or null if nothing is waiting for it} The caller
   * owns the batch from then on: each of its items must {@linkplain OutcomeSink#ended end} or be
   * {@linkplain OutcomeSink#returned returned}.
   *
   * @param worker who asks, as the group knows it
   * @param othersFree whether another worker could run it as well; then an item that is attempted
   *     again is not given to the worker that has just run it
   * @param most how many items it can take, at least 1
   */
  @Nullable Batch poll(Object worker, boolean othersFree, int most);

  /**
   * {@return a source of the items that go one way, for a {@link ChoosingGroup}; any other group
   * takes all}
   *
   * @param way which
   */
  default WorkSource only(Way way) {
    return this;
  }

  /** {@return whether items are waiting} A hint: another worker may be quicker. */
  boolean hasWork();
}
