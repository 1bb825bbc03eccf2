package dev.tutti;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What a wait for several futures has come to. Each future is in one of the two lists, once, in the
 * order in which it was given.
 *
 * {@snippet class=dev.tutti.FuturesSnippets region=futures lang=java}
 *
 * @param <F> the type of the futures
 * @param done those that have ended, in whatever way
 * @param open the others
 * @since 0.1
 */
public record Waited<F extends CompletableFuture<?>>(List<F> done, List<F> open) {
  /** Makes the result of a wait. */
  public Waited {
    done = List.copyOf(done);
    open = List.copyOf(open);
  }
}
