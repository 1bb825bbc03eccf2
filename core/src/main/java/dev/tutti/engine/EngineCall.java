package dev.tutti.engine;

import dev.tutti.spi.Body;
import dev.tutti.spi.Call;
import dev.tutti.spi.Item;
import dev.tutti.task.Outcome;

/** A call as the engine knows it: where its items wait, and who is told how they ended. */
abstract class EngineCall extends Call {
  final Lane lane;

  EngineCall(Body body, Object function, Lane lane) {
    super(body, function);
    this.lane = lane;
  }

  /** An item has ended; called once for each item. Runs no code of a user. */
  abstract void ended(Item item, Outcome<?> outcome, long elapsedNanos);

  /** The pool is being stopped: whoever waits for this call is let go. Runs no code of a user. */
  abstract void abandon();
}
