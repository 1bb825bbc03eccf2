package dev.tutti.engine;

import dev.tutti.spi.Item;
import dev.tutti.spi.Timer;
import dev.tutti.task.TaskTimeoutException;
import dev.tutti.task.TimedOut;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Ends, and stops, what has not ended when the deadline of its call comes. */
final class Deadlines {
  private final Dispatcher dispatcher;

  Deadlines(Dispatcher dispatcher) {
    this.dispatcher = dispatcher;
  }

  /** Watches the deadline of a submitted task, if it has one. */
  Optional<Future<?>> watch(SubmittedCall<?> call) {
    return call.options()
        .deadline()
        .map(limit ->
            Timer.after(TimeUnit.NANOSECONDS.convert(limit), () -> expire(call.item(), limit)));
  }

  /** {@return whether the deadline of a submitted task comes before it could start} */
  boolean isOver(SubmittedCall<?> call) {
    return call.options().deadline().filter(Duration::isZero).isPresent();
  }

  /** Ends a task that nobody has, at its deadline. */
  void end(SubmittedCall<?> call) {
    if (call.item().decide()) {
      call.ended(call.item(), expired(Duration.ZERO), 0);
    }
  }

  private void expire(Item item, Duration deadline) {
    if (item.decide()) {
      EngineCall call = (EngineCall) item.call();
      call.ended(item, expired(deadline), 0);
      call.giveUp(item, true);
    }
  }

  /** The deadline of a bulk call has come. */
  void expire(EngineCall call, Duration deadline) {
    for (Item item : dispatcher.openItems(call)) {
      if (item.decide()) {
        call.ended(item, expired(deadline), 0);
      }
    }
    dispatcher.giveUp(call, 0);
  }

  private static TimedOut<Object> expired(Duration deadline) {
    return new TimedOut<>(new TaskTimeoutException(deadline, true));
  }
}
