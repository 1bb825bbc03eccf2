package dev.tutti.memory.sync;

import java.time.Duration;

/**
 * A flag that threads wait for.
 *
 * {@snippet class="dev.tutti.memory.sync.SyncSnippets" region="event"}
 *
 * <p>{@link #inJvm} makes one for the threads of this process, {@link ProcessEvent#create} one for
 * those of several.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 *
 * <p><b>Memory consistency.</b> What a thread does before it sets happens-before what another one
 * does after it has seen that.
 *
 * @since 0.1
 */
public sealed interface Event permits ProcessEvent, JvmEvent {

  /**
   * Makes an event for the threads of this process.
   *
   * @return the event, not set; it does not cross to another process
   */
  static Event inJvm() {
    return new JvmEvent();
  }

  /** Sets it: whoever waits goes on, also when it is cleared at once. */
  void set();

  /** Clears it: whoever comes from now on waits. */
  void clear();

  /** {@return whether it is set} */
  boolean isSet();

  /**
   * Waits until it is set.
   *
   * @throws InterruptedException if the calling thread is interrupted
   */
  void await() throws InterruptedException;

  /**
   * Waits until it is set, for some time.
   *
   * @param timeout how long; not at all if it is zero or negative
   * @return whether it was set
   * @throws InterruptedException if the calling thread is interrupted
   */
  boolean await(Duration timeout) throws InterruptedException;
}
