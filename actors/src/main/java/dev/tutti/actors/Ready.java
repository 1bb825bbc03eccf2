package dev.tutti.actors;

import dev.tutti.task.Fn;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Calls of ready-made actors, which are waited for. */
final class Ready {
  private Ready() {}

  /** Calls, and waits uninterruptedly for nothing: who is interrupted keeps his flag. */
  static <S, R extends @Nullable Object> R call(Actor<S> actor, Fn<? super S, ? extends R> call) {
    try {
      return await(actor.ask(call));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      CancellationException stopped =
          new CancellationException("interrupted while waiting for actor " + actor.name());
      stopped.initCause(e);
      throw stopped;
    }
  }

  /** Calls, and waits. */
  static <S, R extends @Nullable Object> R wait(Actor<S> actor, Fn<? super S, ? extends R> call)
      throws InterruptedException {
    return await(actor.ask(call));
  }

  private static <R extends @Nullable Object> R await(CompletableFuture<R> answer)
      throws InterruptedException {
    try {
      return answer.get();
    } catch (InterruptedException e) {
      answer.cancel(true);
      throw e;
    } catch (ExecutionException e) {
      throw unwrapped(e);
    }
  }

  private static RuntimeException unwrapped(ExecutionException e) {
    return switch (e.getCause()) {
      case RuntimeException own -> own;
      case Error fatal -> throw fatal;
      case null, default -> new IllegalStateException(e.getCause());
    };
  }
}
