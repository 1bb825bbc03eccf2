package dev.tutti.actors;

import java.net.SocketAddress;

/**
 * A place where other JVMs on this machine find an {@link Actor} by an address.
 *
 * {@snippet class=dev.tutti.actors.ActorSnippets region=listen lang=java}
 *
 * <p><b>Lifetime.</b> Until {@link #close}, or until the actor is closed. Those who have been let
 * in are sent away then; what they have asked and what has not ended fails for them.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 *
 * @since 0.1
 */
public final class ActorListener implements AutoCloseable {
  private final Door door;

  ActorListener(Door door) {
    this.door = door;
  }

  /** {@return where it listens, with the port that it has got} */
  public SocketAddress address() {
    return door.address();
  }

  @Override
  public void close() {
    door.close();
  }
}
