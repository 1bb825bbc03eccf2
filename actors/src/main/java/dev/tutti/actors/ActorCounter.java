package dev.tutti.actors;

import java.io.Serial;
import java.io.Serializable;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A number in a process of its own; see {@link Actors#counter()}.
 *
 * {@snippet class=dev.tutti.actors.ActorsSnippets region=counter lang=java}
 *
 * <p><b>Thread safety, memory consistency, failure.</b> As told in {@link Actors}.
 *
 * @since 0.1
 */
public final class ActorCounter implements AutoCloseable, Serializable {
  @Serial private static final long serialVersionUID = 1L;

  /** The actor. */
  private final Actor<AtomicLong> actor;

  ActorCounter(Actor<AtomicLong> actor) {
    this.actor = actor;
  }

  /** {@return the actor that has the number, for calls of your own} */
  public Actor<AtomicLong> actor() {
    return actor;
  }

  /** {@return the number} */
  public long get() {
    return Ready.<AtomicLong, Long>call(actor, number -> number.get());
  }

  /**
   * Sets the number.
   *
   * @param value what it becomes
   */
  public void set(long value) {
    Long _ = Ready.<AtomicLong, Long>call(actor, number -> number.getAndSet(value));
  }

  /**
   * Adds to the number.
   *
   * @param delta what to add
   * @return what it is then
   */
  public long addAndGet(long delta) {
    return Ready.<AtomicLong, Long>call(actor, number -> number.addAndGet(delta));
  }

  /** {@return what the number is after one has been added} */
  public long incrementAndGet() {
    return addAndGet(1);
  }

  /**
   * Sets the number if it is what is expected.
   *
   * @param expected what it must be
   * @param value what it becomes
   * @return whether it was so
   */
  public boolean compareAndSet(long expected, long value) {
    return Ready.<AtomicLong, Boolean>call(actor, number -> number.compareAndSet(expected, value));
  }

  /** Closes the actor; in another process than its owner's, the connection to it. */
  @Override
  public void close() {
    actor.close();
  }

  @Override
  public String toString() {
    return "ActorCounter[name=%s]".formatted(actor.name());
  }
}
