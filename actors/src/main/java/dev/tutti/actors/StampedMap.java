package dev.tutti.actors;

import java.io.Serial;
import java.io.Serializable;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The map of an {@link ActorMap}, in the actor's process.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
final class StampedMap<K, V> extends AbstractMap<K, V> implements Serializable {
  /*
   * One thread uses it, that of the actor's calls.
   *
   * A caller who makes a new value from an old one has it put only if the key still has the stamp that he has seen. So nobody's
   * change is overwritten, and values need no `equals`, which arrays and many classes do not have.
   *
   * The methods of Map are for functions that users send to the actor. Such a function may change in place what it gets, so what
   * they hand out has a new stamp then; at worst somebody tries again for nothing. ActorMap reads by read(), see() and copy(), of
   * which only copies leave the process.
   */
  @Serial private static final long serialVersionUID = 1L;

  private final HashMap<K, Slot<V>> slots = new HashMap<>();

  /** {@return the map of an actor as what it is} */
  static <K, V> StampedMap<K, V> of(Map<K, V> map) {
    return (StampedMap<K, V>) map;
  }

  /**
   * What a key has.
   *
   * @param <V> the type of the value
   */
  @SuppressWarnings("serial") // written for a checkpoint, if the values can be
  private static final class Slot<V> implements Serializable {
    @Serial private static final long serialVersionUID = 1L;

    private V value;
    private long stamp = Stamped.next();

    Slot(V value) {
      this.value = value;
    }

    V set(V to) {
      V old = value;
      value = Objects.requireNonNull(to, "value");
      stamp = Stamped.next();
      return old;
    }

    V handOut() {
      stamp = Stamped.next();
      return value;
    }
  }

  // ---------------------------------------------------------------- for ActorMap

  @Nullable V read(@Nullable Object key) {
    Slot<V> slot = slots.get(key);
    return slot == null ? null : slot.value;
  }

  Stamped<@Nullable V> see(K key) {
    Slot<V> slot = slots.get(key);
    return slot == null
        ? new Stamped<@Nullable V>(null, Stamped.NONE)
        : new Stamped<@Nullable V>(slot.value, slot.stamp);
  }

  /**
   * Gives a key another value, or takes it out, if it is as somebody has seen it.
   *
   * @param key the key
   * @param seen the stamp that he has seen
   * @param value the value; null to take the key out
   * @return what is there instead; null if it was done
   */
  @Nullable Stamped<@Nullable V> trade(K key, long seen, @Nullable V value) {
    Stamped<@Nullable V> there = see(key);
    if (there.stamp() != seen) {
      return there;
    }
    if (value == null) {
      V _ = remove(key);
    } else {
      V _ = put(key, value);
    }
    return null;
  }

  /** {@return all keys with their values and stamps} */
  Map<K, Stamped<V>> seeAll() {
    HashMap<K, Stamped<V>> all = HashMap.newHashMap(slots.size());
    slots.forEach((key, slot) -> all.put(key, new Stamped<>(slot.value, slot.stamp)));
    return all;
  }

  /**
   * Gives keys other values, each if it is as somebody has seen it.
   *
   * @param changes the values, with the stamps that he has seen
   * @return what is there instead, of those that are there and have another stamp
   */
  Map<K, Stamped<V>> tradeAll(Map<K, Stamped<V>> changes) {
    HashMap<K, Stamped<V>> others = new HashMap<>();
    changes.forEach((key, change) -> {
      Slot<V> slot = slots.get(key);
      if (slot != null && slot.stamp == change.stamp()) {
        V _ = slot.set(change.value());
      } else if (slot != null) {
        others.put(key, new Stamped<>(slot.value, slot.stamp));
      }
    });
    return others;
  }

  Map<K, V> copy() {
    HashMap<K, V> copy = HashMap.newHashMap(slots.size());
    slots.forEach((key, slot) -> copy.put(key, slot.value));
    return copy;
  }

  // ---------------------------------------------------------------- for all

  @Override
  public int size() {
    return slots.size();
  }

  @Override
  public boolean containsKey(@Nullable Object key) {
    return slots.containsKey(key);
  }

  @Override
  public boolean containsValue(@Nullable Object value) {
    return slots.values().stream().anyMatch(slot -> slot.value.equals(value));
  }

  @Override
  public @Nullable V get(@Nullable Object key) {
    Slot<V> slot = slots.get(key);
    return slot == null ? null : slot.handOut();
  }

  @Override
  public @Nullable V put(K key, V value) {
    Objects.requireNonNull(key, "key");
    Slot<V> slot = slots.get(key);
    if (slot != null) {
      return slot.set(value);
    }
    slots.put(key, new Slot<>(Objects.requireNonNull(value, "value")));
    return null;
  }

  @Override
  public @Nullable V remove(@Nullable Object key) {
    Slot<V> slot = slots.remove(key);
    return slot == null ? null : slot.value;
  }

  @Override
  public void clear() {
    slots.clear();
  }

  @Override
  public Set<Entry<K, V>> entrySet() {
    return new Entries();
  }

  private final class Entries extends AbstractSet<Entry<K, V>> {
    @Override
    public int size() {
      return slots.size();
    }

    @Override
    public Iterator<Entry<K, V>> iterator() {
      Iterator<Entry<K, Slot<V>>> of = slots.entrySet().iterator();
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          return of.hasNext();
        }

        @Override
        public Entry<K, V> next() {
          Entry<K, Slot<V>> next = of.next();
          return new Through<>(next.getKey(), next.getValue());
        }

        @Override
        public void remove() {
          of.remove();
        }
      };
    }
  }

  /**
   * An entry whose {@code setValue} is one of the map.
   *
   * @param <K> the type of the key
   * @param <V> the type of the value
   */
  @SuppressWarnings("serial") // nobody sends it
  private static final class Through<K, V> extends SimpleEntry<K, V> {
    @Serial private static final long serialVersionUID = 1L;

    private final transient Slot<V> slot;

    Through(K key, Slot<V> slot) {
      super(key, slot.handOut());
      this.slot = slot;
    }

    @Override
    public V setValue(V value) {
      V _ = super.setValue(value);
      return slot.set(value);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return super.equals(other);
    }

    @Override
    public int hashCode() {
      return super.hashCode();
    }
  }
}
