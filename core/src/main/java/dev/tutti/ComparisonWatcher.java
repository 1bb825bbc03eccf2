package dev.tutti;

import dev.tutti.ComparisonResult.Row;
import dev.tutti.ComparisonResult.Setup;
import dev.tutti.task.Done;

/**
 * Whoever wants to follow a {@link Comparison} while it runs. What is not overridden is not told.
 *
 * {@snippet class=dev.tutti.ComparisonSnippets region=watcher lang=java}
 *
 * <p><b>Thread safety.</b> Everything is told on the thread that runs the comparison.
 *
 * <p><b>Failure.</b> What a method throws ends the comparison with this exception.
 *
 * @since 0.1
 */
public interface ComparisonWatcher {
  /**
   * Is told that an item of the unmeasured run has ended.
   *
   * @param setup where it ran
   * @param done the item and how it ended
   */
  default void warmedUp(Setup setup, Done<?, ?> done) {}

  /**
   * Is told that a run begins.
   *
   * @param setup where it will run
   * @param items how many items it has
   */
  default void starts(Setup setup, int items) {}

  /**
   * Is told that the result of an item has been taken; in input order.
   *
   * @param setup where it ran
   * @param done the item and how it ended
   */
  default void ended(Setup setup, Done<?, ?> done) {}

  /**
   * Is told that a run has ended.
   *
   * @param row what was measured
   */
  default void ends(Row row) {}
}
