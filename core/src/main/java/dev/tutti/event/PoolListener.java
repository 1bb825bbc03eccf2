package dev.tutti.event;

/**
 * Whoever wants to know what happens to a pool.
 *
 * {@snippet class=dev.tutti.EventSnippets region=poolEvents lang=java}
 *
 * <p><b>Thread safety.</b> The events of one pool arrive one after another, on a thread that no
 * task needs. A slow listener slows nothing: it loses events, and is told {@linkplain
 * PoolEvent.EventsLost how many}.
 *
 * <p><b>Failure.</b> What a listener throws is logged, and it is told no more.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface PoolListener {
  /**
   * Is told what has happened.
   *
   * @param event what
   */
  void happened(PoolEvent event);
}
