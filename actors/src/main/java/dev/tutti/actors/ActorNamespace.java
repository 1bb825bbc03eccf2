package dev.tutti.actors;

import java.io.Serial;
import java.io.Serializable;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Named values of any type in a process of its own; see {@link Actors#namespace()}.
 *
 * {@snippet class=dev.tutti.actors.ActorsSnippets region=namespace lang=java}
 *
 * <p>Names that begin with an underscore are left out of {@link #names} and {@link #toString}.
 *
 * <p><b>Thread safety, memory consistency, failure.</b> As told in {@link Actors}.
 *
 * @since 0.1
 */
public final class ActorNamespace implements AutoCloseable, Serializable {
  @Serial private static final long serialVersionUID = 1L;

  /** The actor. */
  private final Actor<Map<String, Object>> actor;

  ActorNamespace(Actor<Map<String, Object>> actor) {
    this.actor = actor;
  }

  /** {@return the actor that has the values, for calls of your own} */
  public Actor<Map<String, Object>> actor() {
    return actor;
  }

  /**
   * {@return the value of a name; empty if it has none}
   *
   * @param <T> the type of the value
   * @param name the name
   * @param type the type of the value
   * @throws ClassCastException if it is of another type
   */
  public <T> Optional<T> get(String name, Class<T> type) {
    Objects.requireNonNull(name, "name");
    return Ready.<Map<String, Object>, Optional<Object>>call(
            actor, values -> Optional.ofNullable(values.get(name)))
        .map(type::cast);
  }

  /**
   * Gives a name a value.
   *
   * @param name the name
   * @param value the value, not null
   */
  public void set(String name, Object value) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(value, "value");
    Integer _ =
        Ready.<Map<String, Object>, Integer>call(
            actor,
            values -> {
              values.put(name, value);
              return 0;
            });
  }

  /**
   * Takes a name away.
   *
   * @param name the name
   * @return whether it had a value
   */
  public boolean remove(String name) {
    Objects.requireNonNull(name, "name");
    return Ready.<Map<String, Object>, Boolean>call(actor, values -> values.remove(name) != null);
  }

  /** {@return the names that have a value, but for hidden ones} */
  public Set<String> names() {
    return Ready.<Map<String, Object>, TreeSet<String>>call(
        actor,
        values -> {
          TreeSet<String> names = new TreeSet<>(values.keySet());
          names.removeIf(name -> name.startsWith("_"));
          return names;
        });
  }

  /**
   * {@return the names and their values, but for hidden ones; it is a call, and fails as others do}
   */
  @Override
  public String toString() {
    return Ready.<Map<String, Object>, String>call(
        actor,
        values ->
            values.entrySet().stream()
                .filter(entry -> !entry.getKey().startsWith("_"))
                .map(entry -> entry.getKey() + "=" + quoted(entry.getValue()))
                .collect(Collectors.joining(", ", "Namespace(", ")")));
  }

  private static String quoted(Object value) {
    return value instanceof CharSequence ? "'" + value + "'" : String.valueOf(value);
  }

  /** Closes the actor; in another process than its owner's, the connection to it. */
  @Override
  public void close() {
    actor.close();
  }
}
