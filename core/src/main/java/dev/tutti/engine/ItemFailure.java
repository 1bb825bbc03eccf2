package dev.tutti.engine;

import dev.tutti.task.Cancelled;
import dev.tutti.task.Done;
import dev.tutti.task.Failure;
import dev.tutti.task.Success;
import dev.tutti.task.TaskFailedException;
import dev.tutti.task.TimedOut;
import dev.tutti.task.WorkerLost;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** What a bulk call throws for an item that did not succeed. */
final class ItemFailure {
  private ItemFailure() {}

  static RuntimeException of(Done<?, ?> done) {
    return switch (done.outcome()) {
      case Failure<?>(Throwable cause) -> of(done, cause);
      case TimedOut<?>(Throwable cause) -> of(done, cause);
      case WorkerLost<?>(Throwable cause) -> of(done, cause);
      case Cancelled<?> _ ->
          new CancellationException("item %d was cancelled".formatted(done.index()));
      case Success<?> _ ->
          throw new IllegalStateException("an item that succeeded did not fail: " + done);
    };
  }

  /** {@return the first of several failures, with the others as suppressed} */
  static RuntimeException ofAll(List<Done<?, ?>> failures) {
    RuntimeException first = of(failures.getFirst());
    failures.stream().skip(1).forEach(done -> first.addSuppressed(of(done)));
    return first;
  }

  private static TaskFailedException of(Done<?, ?> done, Throwable cause) {
    return new TaskFailedException(
        done.index(), textOf(done.item()), Math.max(1, done.attempts()), cause);
  }

  /** {@return an item in words} */
  static String textOf(@Nullable Object item) {
    try {
      return String.valueOf(item);
    } catch (RuntimeException | Error e) { // a user's toString, while another failure is told
      return "(its toString failed: " + e.getClass().getName() + ")";
    }
  }
}
