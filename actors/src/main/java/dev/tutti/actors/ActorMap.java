package dev.tutti.actors;

import java.io.Serial;
import java.io.Serializable;
import java.util.AbstractMap;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A {@link ConcurrentMap} in a process of its own; see {@link Actors#map()}.
 *
 * {@snippet class=dev.tutti.actors.ActorsSnippets region=map lang=java}
 *
 * <p>{@code keySet}, {@code values} and {@code entrySet} are copies that cannot be changed, made by
 * one call, and so is what an iteration sees. {@code compute}, {@code merge} and {@code
 * computeIfAbsent} run their function in the caller and are atomic as those of a {@code
 * ConcurrentMap}: they try again when somebody else has changed the same key meanwhile. That is
 * told by changes and not by {@code equals}, which values need only for {@code containsValue},
 * {@code remove(key, value)} and {@code replace(key, old, value)}. Keys and values are not null.
 *
 * <p><b>Thread safety, memory consistency, failure.</b> As told in {@link Actors}.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 * @since 0.1
 */
public final class ActorMap<K, V> extends AbstractMap<K, V>
    implements ConcurrentMap<K, V>, AutoCloseable, Serializable {
  @Serial private static final long serialVersionUID = 1L;

  /** The actor. */
  private final Actor<Map<K, V>> actor;

  ActorMap(Actor<Map<K, V>> actor) {
    this.actor = actor;
  }

  /** {@return the actor that has the map, for calls of your own} */
  public Actor<Map<K, V>> actor() {
    return actor;
  }

  @Override
  public int size() {
    return Ready.<Map<K, V>, Integer>call(actor, map -> map.size());
  }

  @Override
  public boolean isEmpty() {
    return size() == 0;
  }

  @Override
  public @Nullable V get(@Nullable Object key) {
    return Ready.<Map<K, V>, @Nullable V>call(actor, map -> StampedMap.of(map).read(key));
  }

  @Override
  public boolean containsKey(@Nullable Object key) {
    return Ready.<Map<K, V>, Boolean>call(actor, map -> map.containsKey(key));
  }

  @Override
  public boolean containsValue(@Nullable Object value) {
    return Ready.<Map<K, V>, Boolean>call(actor, map -> map.containsValue(value));
  }

  @Override
  public @Nullable V put(K key, V value) {
    ensureNoNull(key, value);
    return Ready.<Map<K, V>, @Nullable V>call(actor, map -> map.put(key, value));
  }

  @Override
  public void putAll(Map<? extends K, ? extends V> entries) {
    HashMap<K, V> copy = new HashMap<>(entries);
    copy.forEach(ActorMap::ensureNoNull);
    Integer _ =
        Ready.<Map<K, V>, Integer>call(
            actor,
            map -> {
              map.putAll(copy);
              return 0;
            });
  }

  @Override
  public @Nullable V remove(@Nullable Object key) {
    return Ready.<Map<K, V>, @Nullable V>call(actor, map -> map.remove(key));
  }

  @Override
  public void clear() {
    Integer _ =
        Ready.<Map<K, V>, Integer>call(
            actor,
            map -> {
              map.clear();
              return 0;
            });
  }

  @Override
  public @Nullable V putIfAbsent(K key, V value) {
    ensureNoNull(key, value);
    return Ready.<Map<K, V>, @Nullable V>call(actor, map -> map.putIfAbsent(key, value));
  }

  @Override
  public boolean remove(@Nullable Object key, @Nullable Object value) {
    return Ready.<Map<K, V>, Boolean>call(actor, map -> map.remove(key, value));
  }

  @Override
  public boolean replace(K key, V old, V value) {
    ensureNoNull(key, value);
    return Ready.<Map<K, V>, Boolean>call(actor, map -> map.replace(key, old, value));
  }

  @Override
  public @Nullable V replace(K key, V value) {
    ensureNoNull(key, value);
    return Ready.<Map<K, V>, @Nullable V>call(actor, map -> map.replace(key, value));
  }

  @Override
  public @Nullable V compute(
      K key, BiFunction<? super K, ? super @Nullable V, ? extends @Nullable V> function) {
    Objects.requireNonNull(function, "function");
    return update(key, value -> function.apply(key, value));
  }

  @Override
  public @Nullable V computeIfPresent(
      K key, BiFunction<? super K, ? super V, ? extends @Nullable V> function) {
    Objects.requireNonNull(function, "function");
    return update(key, value -> value == null ? null : function.apply(key, value));
  }

  @Override
  public @Nullable V merge(
      K key, V value, BiFunction<? super V, ? super V, ? extends @Nullable V> function) {
    ensureNoNull(key, value);
    Objects.requireNonNull(function, "function");
    return update(key, old -> old == null ? value : function.apply(old, value));
  }

  /** Makes a new value here, and puts it there if nobody else has changed the key meanwhile. */
  private @Nullable V update(K key, Function<@Nullable V, @Nullable V> change) {
    Objects.requireNonNull(key, "key");
    Stamped<@Nullable V> seen =
        Ready.<Map<K, V>, Stamped<@Nullable V>>call(actor, map -> StampedMap.of(map).see(key));
    while (true) {
      @Nullable V value = change.apply(seen.value());
      if (value == null && seen.value() == null) {
        return null;
      }
      long stamp = seen.stamp();
      Stamped<@Nullable V> other =
          Ready.<Map<K, V>, @Nullable Stamped<@Nullable V>>call(
              actor, map -> StampedMap.of(map).trade(key, stamp, value));
      if (other == null) {
        return value;
      }
      seen = other;
    }
  }

  @Override
  public void replaceAll(BiFunction<? super K, ? super V, ? extends V> function) {
    Objects.requireNonNull(function, "function");
    Map<K, Stamped<V>> seen =
        Ready.<Map<K, V>, Map<K, Stamped<V>>>call(actor, map -> StampedMap.of(map).seeAll());
    while (!seen.isEmpty()) {
      seen.replaceAll((key, there) -> {
        V value = Objects.requireNonNull(function.apply(key, there.value()), "value");
        return new Stamped<>(value, there.stamp());
      });
      Map<K, Stamped<V>> changes = seen;
      seen =
          Ready.<Map<K, V>, Map<K, Stamped<V>>>call(
              actor, map -> StampedMap.of(map).tradeAll(changes));
    }
  }

  @Override
  public Set<K> keySet() {
    return Collections.unmodifiableSet(copy().keySet());
  }

  @Override
  public Collection<V> values() {
    return Collections.unmodifiableCollection(copy().values());
  }

  @Override
  public Set<Entry<K, V>> entrySet() {
    return Collections.unmodifiableMap(copy()).entrySet();
  }

  /** {@return all of it, as it was at one moment} */
  public Map<K, V> copy() {
    return Ready.<Map<K, V>, Map<K, V>>call(actor, map -> StampedMap.of(map).copy());
  }

  private static void ensureNoNull(@Nullable Object key, @Nullable Object value) {
    if (key == null || value == null) {
      throw new NullPointerException(
          "a key or value must not be null: %s".formatted(List.of(key == null ? "key" : "value")));
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ActorMap<?, ?> map
        ? actor.equals(map.actor)
        : other instanceof Map<?, ?> && copy().equals(other);
  }

  @Override
  public int hashCode() {
    return super.hashCode();
  }

  /** Closes the actor; in another process than its owner's, the connection to it. */
  @Override
  public void close() {
    actor.close();
  }
}
