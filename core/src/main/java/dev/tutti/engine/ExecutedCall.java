package dev.tutti.engine;

import dev.tutti.plan.CallOptions;
import dev.tutti.spi.Body;
import dev.tutti.spi.Item;
import dev.tutti.task.Cancelled;
import dev.tutti.task.Failure;
import dev.tutti.task.Outcome;
import dev.tutti.task.Success;
import dev.tutti.task.TimedOut;
import dev.tutti.task.WorkerLost;
import java.lang.System.Logger.Level;

/**
 * A task that was handed over with {@code execute}: nobody waits for it, so its failure is logged.
 */
final class ExecutedCall extends EngineCall {
  private static final System.Logger LOG = System.getLogger("dev.tutti");

  ExecutedCall(Runnable task, CallOptions options, Dispatcher dispatcher) {
    super(Body.RUNNABLE, task, options, dispatcher.singles(options.priority()), dispatcher);
  }

  @Override
  void ended(Item item, Outcome<?> outcome, long elapsedNanos) {
    switch (outcome) {
      case Success<?> _, Cancelled<?> _ -> {}
      case Failure<?>(Throwable cause) -> log(cause);
      case TimedOut<?>(Throwable cause) -> log(cause);
      case WorkerLost<?>(Throwable cause) -> log(cause);
    }
  }

  private static void log(Throwable cause) {
    // On a thread of its own: where logs go, and how the exception speaks, is the user's code.
    Thread.ofVirtual()
        .name("tutti-callback")
        .start(() -> LOG.log(Level.ERROR, "a task that nobody waits for failed", cause));
  }

  @Override
  void stopped(Item item) {
    engine().gate().leave();
  }

  @Override
  void abandon() {
    // Nobody waits.
  }
}
