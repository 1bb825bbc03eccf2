package dev.tutti.actors;

import dev.tutti.task.Task;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Ready-made objects in a process of their own, that all who have a handle share: what Python's
 * {@code Manager} is.
 *
 * {@snippet class=dev.tutti.actors.ActorsSnippets region=map lang=java}
 *
 * <p>Each has a process of its own, which costs as much as a JVM; several values that belong
 * together are better one {@link Actor} with an object of yours. Each method that stands on the
 * object itself is one call, so it is atomic among all processes; what the interfaces of the JDK
 * put together of several calls is not. Values are copied on their way in and out: a value that was
 * taken out and is changed has to be put in again. A ready-made object, or an {@link Actor}, that
 * is put into another one is a handle there, and stays one object.
 *
 * <p><b>Lifetime.</b> That of an {@link Actor}: until it is closed by the process that has opened
 * it. In another process {@code close} closes the connection only.
 *
 * <p><b>Thread safety.</b> All methods of all of them may be called from any thread of any process
 * that has a handle.
 *
 * <p><b>Memory consistency.</b> As of {@link Actor}: copies go in and out.
 *
 * <p><b>Failure.</b> As of {@link Actor}: a method throws what the object throws, {@link
 * dev.tutti.task.WorkerLostException} when the process has died, {@link
 * dev.tutti.task.NotSendableException} when a value cannot cross, {@link
 * java.util.concurrent.CancellationException} when the caller is interrupted, whose flag stays set.
 *
 * @since 0.1
 */
public final class Actors {
  private static final int WAITERS = 10_000;

  private Actors() {}

  /**
   * {@return an empty map} Its keys and values are not null.
   *
   * @param <K> the type of the keys
   * @param <V> the type of the values
   */
  public static <K, V> ActorMap<K, V> map() {
    return map(ActorOptions.DEFAULTS);
  }

  /**
   * {@return an empty map}
   *
   * @param <K> the type of the keys
   * @param <V> the type of the values
   * @param options what its actor is like; one call at a time whatever they say
   */
  public static <K, V> ActorMap<K, V> map(ActorOptions options) {
    return new ActorMap<>(
        Actor.<Map<K, V>>open(() -> new StampedMap<>(), checked(options).withAtOnce(1)));
  }

  /**
   * {@return an empty list}
   *
   * @param <E> the type of the elements
   */
  public static <E> ActorList<E> list() {
    return list(ActorOptions.DEFAULTS);
  }

  /**
   * {@return an empty list}
   *
   * @param <E> the type of the elements
   * @param options what its actor is like; one call at a time whatever they say
   */
  public static <E> ActorList<E> list(ActorOptions options) {
    return new ActorList<>(
        Actor.<List<E>>open(() -> new StampedList<>(), checked(options).withAtOnce(1)));
  }

  /**
   * {@return an unbounded queue, first in, first out} Takers and putters wait in the actor, up to
   * 10,000 at a time. Between tasks of one machine {@link dev.tutti.memory.sync.ProcessQueue} is
   * faster, and counts an item that is lost with a process that dies while it takes it.
   *
   * @param <E> the type of the items
   */
  public static <E> ActorQueue<E> queue() {
    return queue(Integer.MAX_VALUE, ActorOptions.DEFAULTS);
  }

  /**
   * {@return a bounded queue, first in, first out}
   *
   * @param <E> the type of the items
   * @param capacity how many items it holds at most, at least 1
   * @param options what its actor is like; as many calls at once as there are waiters, whatever
   *     they say, and no checkpoints
   */
  public static <E> ActorQueue<E> queue(int capacity, ActorOptions options) {
    Checks.require(capacity >= 1, "capacity must be >= 1: capacity=" + capacity);
    Checks.require(
        checked(options).checkpointEvery() == 0,
        "a queue has no checkpoints: checkpointEvery=" + options.checkpointEvery());
    return new ActorQueue<>(
        Actor.<LinkedBlockingDeque<E>>open(
            () -> new LinkedBlockingDeque<>(capacity), checked(options).withAtOnce(WAITERS)));
  }

  /**
   * {@return a number, which is 0 at first} For numbers alone {@link dev.tutti.memory.SharedLong}
   * is much faster.
   */
  public static ActorCounter counter() {
    return counter(ActorOptions.DEFAULTS);
  }

  /**
   * {@return a number, which is 0 at first}
   *
   * @param options what its actor is like; one call at a time whatever they say
   */
  public static ActorCounter counter(ActorOptions options) {
    return new ActorCounter(Actor.open(() -> new AtomicLong(), checked(options).withAtOnce(1)));
  }

  /** {@return named values, none at first} */
  public static ActorNamespace namespace() {
    return namespace(ActorOptions.DEFAULTS);
  }

  /**
   * {@return named values, none at first}
   *
   * @param options what its actor is like; one call at a time whatever they say
   */
  public static ActorNamespace namespace(ActorOptions options) {
    return new ActorNamespace(
        Actor.<Map<String, Object>>open(() -> new TreeMap<>(), checked(options).withAtOnce(1)));
  }

  /**
   * {@return several actors of a kind}
   *
   * @param <S> the type of the objects
   * @param size how many, at least 1
   * @param make makes the object of each, in its process
   * @throws IllegalStateException if one cannot be opened; none is left then
   */
  public static <S> ActorPool<S> pool(int size, Task<? extends S> make) {
    return pool(size, make, ActorOptions.DEFAULTS);
  }

  /**
   * {@return several actors of a kind}
   *
   * @param <S> the type of the objects
   * @param size how many, at least 1
   * @param make makes the object of each, in its process
   * @param options what each actor is like; a name is given a number for each
   * @throws IllegalStateException if one cannot be opened; none is left then
   */
  public static <S> ActorPool<S> pool(int size, Task<? extends S> make, ActorOptions options) {
    Checks.require(size >= 1, "size must be >= 1: size=" + size);
    return ActorPool.open(size, Objects.requireNonNull(make, "make"), checked(options));
  }

  private static ActorOptions checked(ActorOptions options) {
    return Objects.requireNonNull(options, "options");
  }
}
