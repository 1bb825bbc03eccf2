package dev.tutti.engine;

import dev.tutti.plan.CallOptions;
import dev.tutti.spi.Batch;
import dev.tutti.spi.Body;
import dev.tutti.spi.Call;
import dev.tutti.spi.Item;
import dev.tutti.spi.OutcomeSink;
import dev.tutti.spi.PartOutcomes;
import dev.tutti.task.Outcome;
import java.util.List;

/** A call as the engine knows it: where its items wait, and who is told how they ended. */
abstract class EngineCall extends Call {
  final Lane lane;
  private final Dispatcher dispatcher;

  /** Items from this index on are not wanted any more. Guarded by the lock of the open work. */
  private long givenUpFrom = Long.MAX_VALUE;

  EngineCall(Body body, Object function, CallOptions options, Lane lane, Dispatcher dispatcher) {
    super(body, function, options);
    this.lane = lane;
    this.dispatcher = dispatcher;
  }

  /** {@return the engine that runs this call} */
  final Engine engine() {
    return dispatcher.engine();
  }

  /** Gives up all items from an index on, those too that are still on their way to a lane. */
  final void giveUpFrom(long index) {
    givenUpFrom = Math.min(givenUpFrom, index);
  }

  /** {@return whether an item of this call is given up} What is of a pack is unwanted then. */
  final boolean hasGivenUp(Item item) {
    if (item.isPack() && item.index() + item.count() > givenUpFrom) {
      item.unwantFrom((int) Math.max(0, givenUpFrom - item.index()));
    }
    return item.index() >= givenUpFrom;
  }

  /**
   * Nobody wants the result of an item any more.
   *
   * @param interrupt whether it is also stopped where it runs
   */
  void giveUp(Item item, boolean interrupt) {
    dispatcher.giveUp(item, interrupt);
  }

  /** An item has ended; called once for each item. Runs no code of a user. */
  abstract void ended(Item item, Outcome<?> outcome, long elapsedNanos);

  /** Items have ended; called once for each item. Runs no code of a user. */
  void ended(List<OutcomeSink.Ended> all) {
    for (OutcomeSink.Ended one : all) {
      ended(one.item(), one.outcome(), one.elapsedNanos());
    }
  }

  /** Some elements of a pack have ended; called once for each. Runs no code of a user. */
  void endedPart(Item pack, int from, PartOutcomes outcomes) {
    throw new IllegalStateException("only bulk calls have packs");
  }

  /**
   * A batch has ended of a group that measures. Runs no code of a user.
   *
   * @param ran how many of its items have run
   * @param cpuNanos the CPU time of its thread; {@link dev.tutti.spi.CpuTime#UNKNOWN} if nobody can
   *     tell
   */
  void measured(Batch batch, int ran, long elapsedNanos, long cpuNanos) {
    // Most calls do not ask.
  }

  /** {@return whether the call has one item only, with which it ends} */
  boolean isSingle() {
    return true;
  }

  /**
   * An item runs nowhere any more; called once for each item, after {@link #ended} or long after.
   */
  void stopped(Item item) {
    // Most calls do not ask.
  }

  /**
   * An item begins to pause before a further attempt, or does so no longer. Runs no code of a user.
   * A begin is told without a lock, an end also under that of the open work.
   */
  void pauses(Item item, boolean begins) {
    // Most calls do not ask.
  }

  /** The pool is being stopped: whoever waits for this call is let go. Runs no code of a user. */
  abstract void abandon();
}
