package dev.tutti;

import java.util.Objects;

/**
 * Bulk calls: one function over many items.
 *
 * {@snippet class=dev.tutti.PoolSnippets region=parallel lang=java}
 *
 * @since 0.1
 */
public final class Parallel {
  private Parallel() {}

  /**
   * {@return bulk calls on a pool, with default options}
   *
   * @param pool whose workers run the items; it stays open
   */
  public static Bulk on(Pool pool) {
    return Bulk.on((EnginePool) Objects.requireNonNull(pool, "pool"));
  }
}
