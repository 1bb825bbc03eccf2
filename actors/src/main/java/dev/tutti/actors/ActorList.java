package dev.tutti.actors;

import java.io.Serial;
import java.io.Serializable;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.ListIterator;
import java.util.RandomAccess;
import java.util.Spliterator;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A {@link List} in a process of its own; see {@link Actors#list()}.
 *
 * {@snippet class=dev.tutti.actors.ActorsSnippets region=list lang=java}
 *
 * <p>What an iteration, {@code toArray} and a stream see is a copy made by one call. {@code sort},
 * {@code removeIf}, {@code replaceAll} and their like run their function in the caller, on a copy,
 * and try again if somebody else has changed the list meanwhile; that is told by changes, so
 * elements need no {@code equals}. A {@code subList} is a view, which is right while nobody else
 * adds or removes; {@link #slice} is a copy. An iterator only reads: its {@code set}, {@code add}
 * and {@code remove} throw {@link UnsupportedOperationException}. So do the methods of a {@code
 * subList} that go by one: {@code sort}, {@code replaceAll}, {@code removeIf}, {@code removeAll},
 * {@code retainAll}, and {@code remove} of an element; its {@code clear} is one call.
 *
 * <p><b>Thread safety, memory consistency, failure.</b> As told in {@link Actors}.
 *
 * @param <E> the type of the elements
 * @since 0.1
 */
public final class ActorList<E> extends AbstractList<E>
    implements RandomAccess, AutoCloseable, Serializable {
  @Serial private static final long serialVersionUID = 1L;

  /** The actor. */
  private final Actor<List<E>> actor;

  ActorList(Actor<List<E>> actor) {
    this.actor = actor;
  }

  /** {@return the actor that has the list, for calls of your own} */
  public Actor<List<E>> actor() {
    return actor;
  }

  @Override
  public int size() {
    return Ready.<List<E>, Integer>call(actor, list -> list.size());
  }

  @Override
  public E get(int index) {
    return Ready.<List<E>, E>call(actor, list -> StampedList.of(list).read(index));
  }

  @Override
  public E set(int index, E element) {
    return Ready.<List<E>, E>call(actor, list -> list.set(index, element));
  }

  @Override
  public boolean add(E element) {
    return Ready.<List<E>, Boolean>call(actor, list -> list.add(element));
  }

  @Override
  public void add(int index, E element) {
    Integer _ =
        Ready.<List<E>, Integer>call(
            actor,
            list -> {
              list.add(index, element);
              return 0;
            });
  }

  @Override
  public boolean addAll(Collection<? extends E> elements) {
    List<E> copy = new ArrayList<>(elements);
    return Ready.<List<E>, Boolean>call(actor, list -> list.addAll(copy));
  }

  @Override
  public boolean addAll(int index, Collection<? extends E> elements) {
    List<E> copy = new ArrayList<>(elements);
    return Ready.<List<E>, Boolean>call(actor, list -> list.addAll(index, copy));
  }

  @Override
  public E remove(int index) {
    return Ready.<List<E>, E>call(actor, list -> list.remove(index));
  }

  @Override
  public boolean remove(@Nullable Object element) {
    return Ready.<List<E>, Boolean>call(actor, list -> list.remove(element));
  }

  @Override
  public void clear() {
    Integer _ =
        Ready.<List<E>, Integer>call(
            actor,
            list -> {
              list.clear();
              return 0;
            });
  }

  /** Called by {@code clear} of a {@code subList}. */
  @Override
  protected void removeRange(int from, int to) {
    Integer _ =
        Ready.<List<E>, Integer>call(
            actor,
            list -> {
              list.subList(from, to).clear();
              return 0;
            });
  }

  @Override
  public boolean contains(@Nullable Object element) {
    return indexOf(element) >= 0;
  }

  @Override
  public int indexOf(@Nullable Object element) {
    return Ready.<List<E>, Integer>call(actor, list -> list.indexOf(element));
  }

  @Override
  public int lastIndexOf(@Nullable Object element) {
    return Ready.<List<E>, Integer>call(actor, list -> list.lastIndexOf(element));
  }

  /**
   * {@return a copy of some elements, as they were at one moment}
   *
   * @param from the index of the first, from 0
   * @param to the index behind the last
   * @throws IndexOutOfBoundsException if there are not as many
   */
  public List<E> slice(int from, int to) {
    return Ready.<List<E>, List<E>>call(actor, list -> StampedList.of(list).slice(from, to));
  }

  /** {@return a copy of all elements, as they were at one moment} */
  public List<E> copy() {
    return Ready.<List<E>, List<E>>call(actor, list -> StampedList.of(list).copy());
  }

  @Override
  public Iterator<E> iterator() {
    return Collections.unmodifiableList(copy()).iterator();
  }

  @Override
  public ListIterator<E> listIterator(int index) {
    return Collections.unmodifiableList(copy()).listIterator(index);
  }

  /** {@return what goes over a copy} */
  @Override
  public Spliterator<E> spliterator() { // else each element would be a call
    return copy().spliterator();
  }

  @Override
  public boolean removeIf(Predicate<? super E> which) {
    return update(list -> list.removeIf(which));
  }

  @Override
  public boolean removeAll(Collection<?> elements) {
    return update(list -> list.removeAll(elements));
  }

  @Override
  public boolean retainAll(Collection<?> elements) {
    return update(list -> list.retainAll(elements));
  }

  @Override
  public void replaceAll(UnaryOperator<E> by) {
    boolean _ =
        update(list -> {
          list.replaceAll(by);
          return true;
        });
  }

  @Override
  public void sort(@Nullable Comparator<? super E> order) {
    boolean _ =
        update(list -> {
          list.sort(order);
          return true;
        });
  }

  /** Changes a copy here, and puts it there if nobody else has changed the list meanwhile. */
  private boolean update(Predicate<List<E>> change) {
    Stamped<List<E>> seen =
        Ready.<List<E>, Stamped<List<E>>>call(actor, list -> StampedList.of(list).see());
    while (true) {
      List<E> elements = seen.value();
      if (!change.test(elements)) {
        return false;
      }
      long stamp = seen.stamp();
      Stamped<List<E>> other =
          Ready.<List<E>, @Nullable Stamped<List<E>>>call(
              actor, list -> StampedList.of(list).trade(stamp, elements));
      if (other == null) {
        return true;
      }
      seen = other;
    }
  }

  @Override
  public Object[] toArray() {
    return copy().toArray();
  }

  @Override
  public <T> T[] toArray(T[] array) {
    return copy().toArray(array);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ActorList<?> list ? actor.equals(list.actor) : copy().equals(other);
  }

  @Override
  public int hashCode() {
    return copy().hashCode();
  }

  /** Closes the actor; in another process than its owner's, the connection to it. */
  @Override
  public void close() {
    actor.close();
  }
}
