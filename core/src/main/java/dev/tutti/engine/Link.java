package dev.tutti.engine;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Hears the end of a future, and can leave it so that nothing stays registered there.
 *
 * <p><b>Thread safety.</b> For any thread.
 */
public final class Link {
  /*
   * A dependent of a future stays registered until that future ends, with one exception: an anyOf takes itself off
   * its other sources when one of them ends. So each link is an anyOf of the future and of `left`, which ends when
   * the link is left. toCompletableFuture() tells a TaskFuture that it has dependents; they then run on no thread
   * that the pool needs.
   */
  private final CompletableFuture<@Nullable Void> left = new CompletableFuture<>();

  private Link() {}

  /**
   * Calls something when a future has ended, at once if it has; never after {@link #leave} has
   * returned, unless it has begun.
   *
   * @param future the future
   * @param ended called once at most, on the thread that ends the future; it must be short and not
   *     throw
   * @return by which it is left
   */
  public static Link to(CompletableFuture<?> future, Runnable ended) {
    Link link = new Link();
    var _ =
        CompletableFuture.anyOf(future.toCompletableFuture(), link.left)
            .whenComplete((_, _) -> {
              if (!link.left.isDone()) {
                ended.run();
              }
            });
    return link;
  }

  /** Hears nothing more. */
  public void leave() {
    left.complete(null);
  }
}
