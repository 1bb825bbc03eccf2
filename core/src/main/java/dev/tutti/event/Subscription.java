package dev.tutti.event;

/**
 * A listener's place at a pool.
 *
 * {@snippet class=dev.tutti.EventSnippets region=poolEvents lang=java}
 *
 * @since 0.1
 */
@FunctionalInterface
public interface Subscription extends AutoCloseable {
  /** The listener is told no more. Events that it has not heard yet are still told. */
  @Override
  void close();
}
