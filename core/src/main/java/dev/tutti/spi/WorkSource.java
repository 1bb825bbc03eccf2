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
   * {@return the next batch for a free worker, or null if nothing is waiting} The caller owns the
   * batch from then on: each of its items must {@linkplain OutcomeSink#ended end} or be {@linkplain
   * OutcomeSink#returned returned}.
   */
  @Nullable Batch poll();

  /** {@return whether items are waiting} A hint: another worker may be quicker. */
  boolean hasWork();
}
