package dev.tutti.process;

import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/** Steps of a test that run beside it. */
final class Background {
  private Background() {}

  /** What may fail. */
  interface Step {
    void run() throws Exception;
  }

  static boolean isStuckInSelect(Thread thread) {
    return Arrays.stream(thread.getStackTrace()).anyMatch(f -> f.getMethodName().equals("select"));
  }

  static Future<Void> run(Step step) {
    return call(() -> {
      step.run();
      return null;
    });
  }

  static <T> Future<T> call(Callable<T> step) {
    CompletableFuture<T> done = new CompletableFuture<>();
    Thread.startVirtualThread(() -> {
      try {
        done.complete(step.call());
      } catch (Exception e) {
        done.completeExceptionally(e);
      }
    });
    return done;
  }
}
