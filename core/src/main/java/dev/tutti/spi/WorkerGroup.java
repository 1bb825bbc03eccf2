package dev.tutti.spi;

import dev.tutti.task.NotSendableException;
import java.time.Duration;
import java.util.List;

/**
 * The workers of one pool. The engine offers work, the group's workers fetch it.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 *
 * @since 0.1
 */
public interface WorkerGroup {
  /** {@return what the workers can do} */
  Capabilities capabilities();

  /** {@return how many workers there are at most} */
  int maxWorkers();

  /**
   * Changes how many workers there are at most. Those that are too many end what they run, and
   * leave; missing ones start when there is work for them. Does not block.
   *
   * @param workers how many, at least 1
   * @throws UnsupportedOperationException if the group has no such bound
   */
  void resize(int workers);

  /** {@return how many workers are alive now} */
  int liveWorkers();

  /**
   * Looks at a call before any of its items is queued, and makes of it what the workers need.
   *
   * @param call the call
   * @throws NotSendableException if its function cannot be moved to a worker
   */
  void admit(Call call) throws NotSendableException;

  /**
   * Looks at an item before it is queued, and makes of it what the workers need.
   *
   * @param item the item
   * @throws NotSendableException if it cannot be moved to a worker
   */
  void admit(Item item) throws NotSendableException;

  /**
   * No further item of a call will be admitted. The group may drop what it made of the call when it
   * has dropped all items of it. May be called more than once, and for a call that was refused.
   *
   * @param call a call
   */
  default void forget(Call call) {}

  /**
   * An item runs nowhere any more, and will not: the group may drop what it made of it. May be
   * called more than once.
   *
   * @param item an item
   */
  default void forget(Item item) {}

  /**
   * Work has been queued: an idle worker is to fetch it, or a new one is to start. Does not block.
   */
  void workQueued();

  /**
   * Takes back about half of the items of a batch that its worker has not claimed, from the end.
   *
   * @param batch a batch that a worker has
   * @param most how many at most
   * @return the items that are back; nobody else will report them
   */
  List<Item> takeBack(Batch batch, int most);

  /**
   * Stops an item: takes it back where its worker has not claimed it, else interrupts it, and kills
   * its worker after the grace time where that is possible. The item ends or is returned when it
   * has stopped. Does not block.
   *
   * @param item an item that was {@linkplain Item#unwant unwanted} before
   */
  void stop(Item item);

  /**
   * Changes how many workers stay however long they have nothing to do. Does nothing where none
   * leaves for that.
   *
   * @param workers how many, not negative
   */
  default void keep(int workers) {}

  /**
   * Starts all workers and waits until they are ready.
   *
   * @throws InterruptedException if the caller is interrupted while it waits
   */
  void warm() throws InterruptedException;

  /**
   * Lets all workers go. The engine calls it when nothing runs or waits any more. Does not block.
   */
  void close();

  /**
   * Stops what runs, as {@link #stop} does, and lets all workers go. Does not block; what the
   * workers had ends or is returned.
   */
  void closeNow();

  /**
   * Waits until all workers are gone, after {@link #close} or {@link #closeNow}.
   *
   * @param timeout how long at most
   * @return whether they are gone
   * @throws InterruptedException if the caller is interrupted while it waits
   */
  boolean awaitGone(Duration timeout) throws InterruptedException;

  /**
   * Looks for a fraction of a millisecond whether an item ends, where that costs less than to be
   * woken for it. The caller waits for the item in any case. Runs no code of a user.
   *
   * @param item an item that was offered
   */
  default void lookOut(Item item) {
    // Who waits is woken.
  }
}
