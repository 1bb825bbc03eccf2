package dev.tutti.task;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The result of a submitted task, which may still be to come.
 *
 * {@snippet class=dev.tutti.TaskSnippets region=future lang=java}
 *
 * <p>It <b>is a</b> {@link CompletableFuture}. Whoever completes it from outside ({@code
 * cancel(true)}, {@code complete}, {@code completeExceptionally}, {@code orTimeout}) stops its
 * work; {@code cancel(false)} keeps a task from starting, and lets one that runs go on and drops
 * its result. The future ends at once; {@link #stopped} ends when the work has.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread. Dependent actions never run
 * on a thread that the pool needs, so they may block.
 *
 * <p><b>Memory consistency.</b> What the task did happens-before what follows a return of {@code
 * get} or {@code join}, as with any future, if the worker shares memory with the caller; otherwise
 * the result is a copy.
 *
 * <p><b>Failure.</b> {@code get} throws an {@code ExecutionException} whose cause <em>is</em> the
 * exception of the task, or a {@link WorkerLostException}, or a {@link NotSendableException} if the
 * result could not be moved.
 *
 * @param <R> the type of the result
 * @since 0.1
 */
public abstract class TaskFuture<R extends @Nullable Object> extends CompletableFuture<R> {
  /** For the engine. */
  protected TaskFuture() {}

  /**
   * {@return a future that ends when the task is known to run nowhere any more}
   *
   * <p>For a task that has returned or thrown, this is when its outcome arrived; for one that was
   * cancelled, when its worker has left it or is gone. On threads a task that ignores its interrupt
   * keeps this future open for as long as it goes on. It never ends exceptionally.
   */
  public abstract CompletableFuture<@Nullable Void> stopped();

  /**
   * Completes this future with what a supplier gives or throws, and stops its work then, as {@link
   * #complete} and {@link #completeExceptionally} do.
   *
   * @param supplier gives the value
   * @param executor calls the supplier
   * @return this future
   * @throws java.util.concurrent.RejectedExecutionException if the executor does not take it
   */
  @Override
  public CompletableFuture<R> completeAsync(Supplier<? extends R> supplier, Executor executor) {
    executor.execute(() -> { // the JDK's would complete it without complete()
      try {
        complete(supplier.get());
      } catch (Throwable failure) {
        completeExceptionally(failure);
      }
    });
    return this;
  }
}
