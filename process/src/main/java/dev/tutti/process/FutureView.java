package dev.tutti.process;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A future for a user to keep: whoever completes or cancels it changes nothing. What depends on it
 * is the user's code, for which the thread that ends the future behind it has no time: it runs on
 * one of its own.
 */
final class FutureView {
  private FutureView() {}

  /** {@return a view of a future, which ends as that does} */
  static <T extends @Nullable Object> CompletableFuture<T> of(CompletableFuture<T> future) {
    CompletableFuture<T> view = new CompletableFuture<>();
    boolean done = future.isDone();
    var _ =
        future.whenComplete((value, failure) -> {
          Runnable end =
              failure == null
                  ? () -> view.complete(value)
                  : () -> view.completeExceptionally(failure);
          if (done) {
            end.run();
          } else {
            Thread.startVirtualThread(end);
          }
        });
    return view;
  }
}
