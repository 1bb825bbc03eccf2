package dev.tutti.spi;

import dev.tutti.task.Outcome;
import dev.tutti.task.WorkerLostException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where workers tell how their work ended.
 *
 * <p><b>Thread safety.</b> May be called from any thread; never blocks and never runs code of a
 * user. Must not be called with a lock held that the group takes in {@link WorkerGroup#stop} or
 * {@link WorkerGroup#workQueued}.
 *
 * @since 0.1
 */
public interface OutcomeSink {
  /**
   * An item has ended. Called once for each item that a worker has started.
   *
   * @param item the item
   * @param outcome how it ended
   * @param elapsedNanos how long it ran, in nanoseconds
   */
  void ended(Item item, Outcome<?> outcome, long elapsedNanos);

  /**
   * How an item has ended.
   *
   * @param item the item
   * @param outcome how it ended
   * @param elapsedNanos how long it ran, in nanoseconds
   */
  record Ended(Item item, Outcome<?> outcome, long elapsedNanos) {}

  /**
   * Several items have ended, as by {@link #ended(Item, Outcome, long)} for each.
   *
   * @param all the items, in the order in which they ended
   */
  default void ended(List<Ended> all) {
    for (Ended one : all) {
      ended(one.item(), one.outcome(), one.elapsedNanos());
    }
  }

  /**
   * Some elements of a pack have ended. Each is told once, here or as part of an item that came
   * back. Never called of a group that {@linkplain Capabilities takes no packs}.
   *
   * @param pack the pack
   * @param from the first of them
   * @param outcomes how they ended, in their order, and how long each of them ran if the call
   *     {@linkplain Call#isTimed asks}; the caller's again afterwards
   */
  default void endedPart(Item pack, int from, PartOutcomes outcomes) {
    throw new UnsupportedOperationException("takes no packs");
  }

  /**
   * The attempt of an item that runs has had its time. The engine has it {@linkplain
   * WorkerGroup#stop stopped}; the item ends or is returned when that is so.
   *
   * @param item the item
   * @param elapsedNanos how long it has run, in nanoseconds
   */
  void overdue(Item item, long elapsedNanos);

  /**
   * An item was never started, because its worker is gone or because somebody took it back. It is
   * run elsewhere, or ends as cancelled where that was asked.
   *
   * @param item the item
   * @param death how its worker died; null if it came back in another way
   */
  void returned(Item item, @Nullable WorkerLostException death);

  /**
   * All items of a batch have ended or been returned; those that have ended may be told soon after.
   *
   * @param batch the batch
   * @param elapsedNanos the time from its hand-over to now, in nanoseconds
   */
  void batchEnded(Batch batch, long elapsedNanos);

  /**
   * The same as {@link #batchEnded(Batch, long)}, where the group measures CPU time: a {@link
   * ChoosingGroup} does.
   *
   * @param batch the batch
   * @param ran how many of its items have run in that time; the others were taken back
   * @param elapsedNanos the time from its hand-over to now, in nanoseconds
   * @param cpuNanos the CPU time that its thread has had for it, in nanoseconds; {@link
   *     CpuTime#UNKNOWN} if nobody can tell
   */
  default void batchEnded(Batch batch, int ran, long elapsedNanos, long cpuNanos) {
    batchEnded(batch, elapsedNanos);
  }

  /**
   * No worker can be started. What is waiting ends at once as failed.
   *
   * @param cause why
   */
  void startFailed(Throwable cause);
}
