package dev.tutti.actors;

import java.io.Serial;
import java.io.Serializable;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.RandomAccess;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The list of an {@link ActorList}, in the actor's process.
 *
 * @param <E> the type of the elements
 */
final class StampedList<E> extends AbstractList<E> implements RandomAccess, Serializable {
  /*
   * One thread uses it, that of the actor's calls.
   *
   * The list has one stamp, and another one after each change, and after each look of a user's function, which may change in place
   * what it gets: as in a StampedMap. ActorList reads by read(), slice(), copy() and see().
   */
  @Serial private static final long serialVersionUID = 1L;

  private final ArrayList<E> elements = new ArrayList<>();
  private long stamp = Stamped.next();

  /** {@return the list of an actor as what it is} */
  static <E> StampedList<E> of(List<E> list) {
    return (StampedList<E>) list;
  }

  // ---------------------------------------------------------------- for ActorList

  E read(int index) {
    return elements.get(index);
  }

  List<E> slice(int from, int to) {
    return new ArrayList<>(elements.subList(from, to));
  }

  List<E> copy() {
    return new ArrayList<>(elements);
  }

  Stamped<List<E>> see() {
    return new Stamped<>(copy(), stamp);
  }

  /**
   * Gives the list other elements if it is as somebody has seen it.
   *
   * @param seen the stamp that he has seen
   * @param others the elements
   * @return what is there instead; null if it was done
   */
  @Nullable Stamped<List<E>> trade(long seen, List<E> others) {
    if (stamp != seen) {
      return see();
    }
    elements.clear();
    elements.addAll(others);
    grown();
    return null;
  }

  // ---------------------------------------------------------------- for all

  /** Elements were changed, or somebody gets them who may change them. */
  private void touched() {
    stamp = Stamped.next();
  }

  /** There are others. */
  private void grown() {
    modCount++;
    touched();
  }

  @Override
  public int size() {
    return elements.size();
  }

  @Override
  public E get(int index) {
    touched();
    return elements.get(index);
  }

  @Override
  public E set(int index, E element) {
    touched();
    return elements.set(index, element);
  }

  @Override
  public boolean add(E element) {
    grown();
    return elements.add(element);
  }

  @Override
  public void add(int index, E element) {
    elements.add(index, element);
    grown();
  }

  @Override
  public boolean addAll(Collection<? extends E> more) {
    return addAll(size(), more);
  }

  @Override
  public boolean addAll(int index, Collection<? extends E> more) {
    boolean changed = elements.addAll(index, more);
    grown();
    return changed;
  }

  @Override
  public E remove(int index) {
    E removed = elements.remove(index);
    grown();
    return removed;
  }

  @Override
  public boolean remove(@Nullable Object element) {
    grown();
    return elements.remove(element);
  }

  @Override
  public void clear() {
    elements.clear();
    grown();
  }

  @Override
  protected void removeRange(int from, int to) {
    elements.subList(from, to).clear();
    grown();
  }

  @Override
  public boolean contains(@Nullable Object element) {
    return elements.contains(element);
  }

  @Override
  public int indexOf(@Nullable Object element) {
    return elements.indexOf(element);
  }

  @Override
  public int lastIndexOf(@Nullable Object element) {
    return elements.lastIndexOf(element);
  }

  @Override
  public boolean removeIf(Predicate<? super E> which) {
    grown();
    return elements.removeIf(which);
  }

  @Override
  public void replaceAll(UnaryOperator<E> by) {
    touched();
    elements.replaceAll(by);
  }

  @Override
  public void sort(@Nullable Comparator<? super E> order) {
    grown();
    elements.sort(order);
  }

  @Override
  public void forEach(Consumer<? super E> action) {
    touched();
    elements.forEach(action);
  }

  @Override
  public Object[] toArray() {
    touched();
    return elements.toArray();
  }

  @Override
  public <T> T[] toArray(T[] array) {
    touched();
    return elements.toArray(array);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return elements.equals(other);
  }

  @Override
  public int hashCode() {
    return elements.hashCode();
  }
}
