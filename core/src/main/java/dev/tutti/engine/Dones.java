package dev.tutti.engine;

import dev.tutti.spi.Item;
import dev.tutti.spi.OutcomeSink;
import dev.tutti.spi.PartOutcomes;
import dev.tutti.task.Cancelled;
import dev.tutti.task.Done;
import dev.tutti.task.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes of an outcome what the consumer of a bulk call gets. Has no state. */
final class Dones {
  private Dones() {}

  /**
   * {@return how some elements of a pack ended}
   *
   * @param failuresOnly whether what has succeeded is left out
   */
  static List<Done<?, ?>> of(Item pack, int from, PartOutcomes outcomes, boolean failuresOnly) {
    if (failuresOnly && outcomes.succeeded()) {
      return List.of();
    }
    List<Done<?, ?>> dones = new ArrayList<>();
    for (int i = 0; i < outcomes.size(); i++) {
      Outcome<?> outcome = outcomes.get(i);
      if (!failuresOnly || !outcome.succeeded()) {
        dones.add(of(pack, from + i, outcome, outcomes.elapsedNanos(i)));
      }
    }
    return dones;
  }

  private static <R extends @Nullable Object> Done<?, R> of(
      Item pack, int element, Outcome<R> outcome, long elapsedNanos) {
    return new Done<@Nullable Object, R>(
        pack.index() + element,
        pack.argument(element),
        outcome,
        Duration.ofNanos(elapsedNanos),
        outcome instanceof Cancelled ? 0 : 1);
  }

  /**
   * {@return how an item ended}
   *
   * @param outcome instead of what its worker has told
   */
  static <R extends @Nullable Object> Done<?, R> of(OutcomeSink.Ended ended, Outcome<R> outcome) {
    Item item = ended.item();
    return new Done<@Nullable Object, R>(
        item.index(),
        item.argument(),
        outcome,
        Duration.ofNanos(ended.elapsedNanos()),
        item.attempts());
  }
}
