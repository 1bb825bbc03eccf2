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

  /**
   * {@return bulk calls with a wall around each item: on the {@linkplain Pool#shared worker JVMs
   * that all of this JVM share}, with default options} Not one item runs in this JVM, and a
   * time-out or a cancel ends what an item does, whatever it is.
   *
   * {@snippet class=dev.tutti.process.ProcessSnippets region=isolated lang=java}
   *
   * @throws IllegalArgumentException if the module {@code dev.tutti.process} is not there
   */
  public static Bulk isolated() {
    return on(Pool.shared());
  }
}
