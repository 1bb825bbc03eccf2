package dev.tutti;

import dev.tutti.task.NotSendableException;
import dev.tutti.task.Task;
import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Scoped values and what they were bound to, on their way to a task. */
final class Carried implements Serializable {
  @Serial private static final long serialVersionUID = 1L;

  /** No scoped value. */
  private static final Carried NOTHING = new Carried(List.of());

  /**
   * One scoped value.
   *
   * @param place the way to find it
   * @param bound what it was bound to
   */
  @SuppressWarnings("serial") // what does not travel is refused when a task is forked
  private record Binding(Task<? extends ScopedValue<?>> place, @Nullable Object bound)
      implements Serializable {}

  /** The way to find a scoped value, and whether there is one in every process. */
  record Source(Task<? extends ScopedValue<?>> place, boolean travels) {
    static Source here(ScopedValue<?> value) {
      return new Source(() -> value, false);
    }

    static Source anywhere(Task<? extends ScopedValue<?>> place) {
      return new Source(place, true);
    }
  }

  @SuppressWarnings("serial") // a list of the JDK's
  private final List<Binding> bindings;

  private Carried(List<Binding> bindings) {
    this.bindings = bindings;
  }

  /**
   * Reads what scoped values are bound to on the calling thread.
   *
   * @param sources which
   * @param sharesMemory whether the tasks run in this JVM
   * @throws NotSendableException if one has to travel and cannot be found in another process
   */
  static Carried capture(List<Source> sources, boolean sharesMemory) {
    if (sources.isEmpty()) {
      return NOTHING;
    }
    List<Binding> bindings = new ArrayList<>();
    for (Source source : sources) {
      if (!source.travels() && !sharesMemory) {
        throw new NotSendableException(
            "cannot carry a scoped value to a worker process, which has no way to find its own;"
                + " write carrying(() -> VALUE) with the static field that holds it [T003]",
            null);
      }
      ScopedValue<?> value = found(source.place());
      if (value.isBound()) {
        bindings.add(new Binding(source.place(), value.get()));
      }
    }
    return new Carried(List.copyOf(bindings));
  }

  private static ScopedValue<?> found(Task<? extends ScopedValue<?>> place) {
    try {
      return place.call();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalArgumentException("the scoped value that is to be carried is not found", e);
    }
  }

  /** {@return a task that runs another with the scoped values bound, wherever it runs} */
  <R extends @Nullable Object> Task<R> around(Task<R> task) {
    return bindings.isEmpty() ? task : new Around<>(this, task);
  }

  private record Around<R extends @Nullable Object>(Carried carried, Task<R> task)
      implements Task<R> {
    @Override
    public R call() throws Exception {
      return carried.call(task);
    }
  }

  private <R extends @Nullable Object> R call(Task<R> task) throws Exception {
    Binding first = bindings.getFirst();
    ScopedValue.Carrier carrier = bound(null, first.place().call(), first.bound());
    for (Binding next : bindings.subList(1, bindings.size())) {
      carrier = bound(carrier, next.place().call(), next.bound());
    }
    return carrier.call(task::call);
  }

  @SuppressWarnings(
      "unchecked") // the value came out of this scoped value, in one process or another
  private static <V extends @Nullable Object> ScopedValue.Carrier bound(
      ScopedValue.@Nullable Carrier outer, ScopedValue<V> value, @Nullable Object bound) {
    return outer == null ? ScopedValue.where(value, (V) bound) : outer.where(value, (V) bound);
  }
}
