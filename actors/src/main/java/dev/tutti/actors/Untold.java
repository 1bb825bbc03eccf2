package dev.tutti.actors;

import dev.tutti.spi.CompletionPath;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;

/**
 * Nobody waits for the call: its failure is logged.
 *
 * @param actor the actor's name
 * @param loader where the classes of the failure are looked up
 */
record Untold(String actor, ClassLoader loader) implements Caller {
  private static final System.Logger LOG = System.getLogger("dev.tutti");

  @Override
  public void answered(ByteBuffer result) {}

  @Override
  public void failed(ByteBuffer failure) {
    CompletionPath.CALLBACKS.execute(() -> log(Answer.exception(failure, loader)));
  }

  @Override
  public void failed(Throwable why) {
    CompletionPath.CALLBACKS.execute(() -> log(why));
  }

  private void log(Throwable why) {
    LOG.log(Level.WARNING, "what actor " + actor + " was told has failed", why);
  }

  @Override
  public void cancelled() {}
}
