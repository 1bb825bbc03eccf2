package dev.tutti.engine;

import dev.tutti.task.Done;
import java.lang.ref.Cleaner;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * A bulk call whose items are given one by one, by the thread that also takes the results. Closing
 * it stops what still runs; one that is only dropped is closed by the garbage collector.
 *
 * <p><b>Thread safety.</b> For one thread at a time.
 */
public final class PushedRun implements AutoCloseable {
  private final BulkRun run;
  private final Next next;

  @SuppressWarnings("unused") // it is only to stay reachable
  private final Object owner;

  private final Cleaner.Cleanable stop;

  private PushedRun(BulkRun run, Next next, Object owner) {
    this.run = run;
    this.next = next;
    this.owner = owner;
    this.stop = Engine.CLEANER.register(this, run::stop); // must not hold on to this
  }

  static PushedRun over(BulkRun run, Next next, Object owner) {
    return new PushedRun(run, next, owner);
  }

  /** {@return whether no item can be given before a result is taken} */
  public boolean isFull() {
    return !run.state().isInputOver() && !run.state().hasRoom();
  }

  /**
   * {@return whether the call takes no more items, because one has failed or the pool is closed}
   */
  public boolean isOver() {
    return run.state().isInputOver();
  }

  /**
   * Gives one item, if the call is not over. Where the caller runs the work it has ended then.
   *
   * @param item the item
   */
  public void offer(@Nullable Object item) {
    next.set(item);
    run.feedOne();
  }

  /** No further item will be given. */
  public void end() {
    run.endInput(null);
  }

  /** {@return the next result if it is there; else null} Throws where an item has failed. */
  public @Nullable Done<?, ?> poll() {
    return run.state().isReady() ? next() : null;
  }

  /**
   * Waits for the next result. Throws where an item has failed.
   *
   * @return the next item that has ended; null when there is none left
   */
  public @Nullable Done<?, ?> next() {
    run.flush();
    return run.next(false);
  }

  /** Stops the call: what waits is dropped, what runs is stopped. */
  @Override
  public void close() {
    stop.clean();
    run.explain();
  }

  /** The input of such a call. */
  record Input(Next next) implements Iterable<Object> {
    @Override
    public Iterator<Object> iterator() {
      return next;
    }
  }

  /** The one item that was given last. */
  static final class Next implements Iterator<Object> {
    private @Nullable Object item;
    private boolean isSet;

    void set(@Nullable Object given) {
      item = given;
      isSet = true;
    }

    @Override
    public boolean hasNext() {
      return isSet;
    }

    @Override
    @SuppressWarnings("NullAway") // items of the user may be null
    public Object next() {
      if (!isSet) {
        throw new NoSuchElementException("no item was given");
      }
      Object given = item;
      item = null;
      isSet = false;
      return given;
    }
  }
}
