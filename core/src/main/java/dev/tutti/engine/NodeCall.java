package dev.tutti.engine;

import dev.tutti.plan.CallOptions;
import dev.tutti.spi.Item;
import dev.tutti.spi.OutcomeSink;
import dev.tutti.task.Outcome;
import java.util.List;

/** The function of one node of a graph, or of several that have the same. */
final class NodeCall extends EngineCall {
  private final GraphWork work;
  private final boolean single;

  /**
   * @param single whether it has one item only
   */
  NodeCall(
      GraphWork work,
      Step step,
      CallOptions options,
      Lane lane,
      Dispatcher dispatcher,
      boolean single) {
    super(step.body(), step.function(), options, lane, dispatcher);
    this.work = work;
    this.single = single;
  }

  @Override
  void ended(Item item, Outcome<?> outcome, long elapsedNanos) {
    work.ended(new OutcomeSink.Ended(item, outcome, elapsedNanos));
  }

  @Override
  void ended(List<OutcomeSink.Ended> all) {
    work.ended(all);
  }

  @Override
  boolean isSingle() {
    return single;
  }

  @Override
  void stopped(Item item) {
    work.stopped();
  }

  @Override
  void pauses(Item item, boolean begins) {
    work.pauses(begins);
  }

  @Override
  void abandon() {
    work.abandon();
  }
}
