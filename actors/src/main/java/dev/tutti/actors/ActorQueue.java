package dev.tutti.actors;

import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;
import java.util.AbstractQueue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Spliterator;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A {@link BlockingQueue} in a process of its own; see {@link Actors#queue()}.
 *
 * {@snippet class=dev.tutti.actors.ActorsSnippets region=queue lang=java}
 *
 * <p>An iteration and a stream see a copy. An item that is taken for a caller who dies, or is
 * interrupted, at that moment may be lost with him.
 *
 * <p><b>Thread safety, memory consistency, failure.</b> As told in {@link Actors}.
 *
 * @param <E> the type of the items
 * @since 0.1
 */
@SuppressWarnings("serial") // what is written is a Sent
public final class ActorQueue<E> extends AbstractQueue<E>
    implements BlockingQueue<E>, AutoCloseable, Serializable {
  @Serial private static final long serialVersionUID = 1L;

  /** The actor. */
  private final transient Actor<LinkedBlockingDeque<E>> actor;

  ActorQueue(Actor<LinkedBlockingDeque<E>> actor) {
    this.actor = actor;
  }

  /** {@return the actor that has the queue, for calls of your own} */
  public Actor<LinkedBlockingDeque<E>> actor() {
    return actor;
  }

  @Override
  public int size() {
    return Ready.<LinkedBlockingDeque<E>, Integer>call(actor, queue -> queue.size());
  }

  @Override
  public boolean offer(E item) {
    Objects.requireNonNull(item, "item");
    return Ready.<LinkedBlockingDeque<E>, Boolean>call(actor, queue -> queue.offer(item));
  }

  @Override
  public boolean offer(E item, long timeout, TimeUnit unit) throws InterruptedException {
    Objects.requireNonNull(item, "item");
    return Ready.<LinkedBlockingDeque<E>, Boolean>wait(
        actor, queue -> queue.offer(item, timeout, unit));
  }

  @Override
  public void put(E item) throws InterruptedException {
    Objects.requireNonNull(item, "item");
    Integer _ =
        Ready.<LinkedBlockingDeque<E>, Integer>wait(
            actor,
            queue -> {
              queue.put(item);
              return 0;
            });
  }

  @Override
  public E take() throws InterruptedException {
    return Ready.<LinkedBlockingDeque<E>, E>wait(actor, queue -> queue.take());
  }

  @Override
  public @Nullable E poll() {
    return Ready.<LinkedBlockingDeque<E>, @Nullable E>call(actor, queue -> queue.poll());
  }

  @Override
  public @Nullable E poll(long timeout, TimeUnit unit) throws InterruptedException {
    return Ready.<LinkedBlockingDeque<E>, @Nullable E>wait(
        actor, queue -> queue.poll(timeout, unit));
  }

  @Override
  public @Nullable E peek() {
    return Ready.<LinkedBlockingDeque<E>, @Nullable E>call(actor, queue -> queue.peek());
  }

  @Override
  public int remainingCapacity() {
    return Ready.<LinkedBlockingDeque<E>, Integer>call(actor, queue -> queue.remainingCapacity());
  }

  @Override
  public boolean remove(@Nullable Object item) {
    return Ready.<LinkedBlockingDeque<E>, Boolean>call(actor, queue -> queue.remove(item));
  }

  @Override
  public boolean contains(@Nullable Object item) {
    return Ready.<LinkedBlockingDeque<E>, Boolean>call(actor, queue -> queue.contains(item));
  }

  @Override
  public void clear() {
    Integer _ =
        Ready.<LinkedBlockingDeque<E>, Integer>call(
            actor,
            queue -> {
              queue.clear();
              return 0;
            });
  }

  /**
   * Takes all items that there are, by one call.
   *
   * @param to gets them; what it does not take goes back to the head of the queue, as far as there
   *     is room by then
   * @throws IllegalArgumentException if that is this queue
   */
  @Override
  public int drainTo(Collection<? super E> to) {
    return drainTo(to, Integer.MAX_VALUE);
  }

  /**
   * Takes some items, by one call.
   *
   * @param to gets them; what it does not take goes back to the head of the queue, as far as there
   *     is room by then
   * @param most how many at most
   * @throws IllegalArgumentException if that is this queue
   */
  @Override
  public int drainTo(Collection<? super E> to, int most) {
    Objects.requireNonNull(to, "to");
    Checks.require(
        !(to instanceof ActorQueue<?> other && other.actor.equals(actor)),
        "a queue cannot be drained into itself: name=" + actor.name());
    List<E> items = drain(most);
    int taken = 0;
    try {
      while (taken < items.size()) {
        boolean _ = to.add(items.get(taken));
        taken++;
      }
    } catch (RuntimeException | Error e) {
      putBack(items.subList(taken, items.size()), e);
      throw e;
    }
    return taken;
  }

  /** Puts items to the head again, whose owner was not given them because of something. */
  private void putBack(List<E> items, Throwable why) {
    List<E> lastFirst = new ArrayList<>(items.reversed());
    try {
      int left =
          Ready.<LinkedBlockingDeque<E>, Integer>call(
              actor,
              queue -> {
                int back = 0;
                while (back < lastFirst.size() && queue.offerFirst(lastFirst.get(back))) {
                  back++;
                }
                return lastFirst.size() - back;
              });
      if (left > 0) {
        why.addSuppressed(
            new IllegalStateException(
                "items cannot go back to a queue that is full by now, and are lost: name=%s items=%d"
                    .formatted(actor.name(), left)));
      }
    } catch (RuntimeException e) {
      why.addSuppressed(e);
    }
  }

  private List<E> drain(int most) {
    return Ready.<LinkedBlockingDeque<E>, ArrayList<E>>call(
        actor,
        queue -> {
          ArrayList<E> items = new ArrayList<>();
          int _ = queue.drainTo(items, most);
          return items;
        });
  }

  @Override
  public Iterator<E> iterator() {
    return copy().iterator();
  }

  /** {@return what goes over a copy} */
  @Override
  public Spliterator<E> spliterator() { // else how many there are would be a further call
    return copy().spliterator();
  }

  private List<E> copy() {
    return List.copyOf(
        Ready.<LinkedBlockingDeque<E>, ArrayList<E>>call(actor, queue -> new ArrayList<>(queue)));
  }

  @Override
  public String toString() {
    return "ActorQueue[name=%s]".formatted(actor.name());
  }

  /**
   * Stops the actor, with the items that are left: who waits for one, or for room, gets a {@link
   * java.util.concurrent.CancellationException}. In another process than its owner's, closes the
   * connection to it.
   */
  @Override
  public void close() {
    actor.closeNow();
  }

  /**
   * What is sent in place of a queue; as a queue it would be refused, like those that are no
   * handles.
   *
   * @param <E> the type of the items
   * @param actor the actor that has it
   */
  private record Sent<E>(Actor<LinkedBlockingDeque<E>> actor) implements Serializable {
    @Serial
    private Object readResolve() {
      return new ActorQueue<>(actor);
    }
  }

  /** {@return what is sent in place of it} */
  @Serial
  private Object writeReplace() {
    return new Sent<>(actor);
  }

  /**
   * Refuses to be read: what is sent in place of a queue makes one.
   *
   * @param in where from
   * @throws InvalidObjectException always
   */
  @Serial
  private void readObject(ObjectInputStream in) throws InvalidObjectException {
    throw new InvalidObjectException("a queue is not sent as it is");
  }
}
