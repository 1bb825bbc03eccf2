package dev.tutti.codec;

import dev.tutti.origin.Everywhere;
import dev.tutti.origin.Origins;
import dev.tutti.task.NotSendableException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.Serial;
import java.io.Serializable;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** JDK serialisation that also takes what the JDK left out, and refuses what would not survive. */
final class ValueWriter extends ObjectOutputStream {
  private final Role role;
  private final @Nullable Parts parts;
  private final @Nullable List<Object> visited;
  private final List<Object> open = new ArrayList<>(0); // optional values, written now

  private ValueWriter(OutputStream out, Role role, @Nullable Parts parts) throws IOException {
    super(out);
    this.role = role;
    this.parts = parts;
    this.visited = null;
    enableReplaceObject(true);
  }

  /** The objects that were met are kept, so that a refusal can name the field that led to one. */
  ValueWriter(OutputStream out, Role role) throws IOException {
    super(out);
    this.role = role;
    this.parts = null;
    this.visited = new ArrayList<>();
    enableReplaceObject(true);
  }

  /** {@return all of a value as a tag and a JDK stream} */
  static byte[] write(Object value, Role role) {
    return write(value, role, null);
  }

  /**
   * {@return a value as a tag and a JDK stream}
   *
   * @param parts where large arrays, buffers and segments go; null if they are written with the
   *     rest
   */
  static byte[] write(Object value, Role role, @Nullable Parts parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
    bytes.write(Kind.STREAM.tag());
    try (ValueWriter writer = new ValueWriter(bytes, role, parts)) {
      writer.writeObject(value);
    } catch (Refused e) {
      throw Refusal.explain(value, role, e);
    } catch (Unfindable e) {
      throw new NotSendableException(
          "cannot send %s: %s [T029]".formatted(role.words(), e.getMessage()), e);
    } catch (IOException | RuntimeException | Error e) { // also what a user's writeObject throws
      throw new NotSendableException(
          "cannot send %s: writing %s failed: %s [T003]"
              .formatted(role.words(), value.getClass().getName(), ValueReader.textOf(e)),
          e);
    }
    return bytes.toByteArray();
  }

  List<Object> visited() {
    return visited == null ? List.of() : visited;
  }

  @Override
  protected Object replaceObject(Object value) throws IOException {
    if (value instanceof Refused || value instanceof Unfindable) {
      return value; // the stream writes the exception that ends it
    }
    if (visited != null) {
      visited.add(value);
    }
    if (!open.isEmpty()) {
      ensureNoRing(value);
    }
    Object part = parts == null ? null : PartForms.of(value, parts);
    if (part != null) {
      return part;
    }
    Object form =
        switch (value) {
          case Path p -> Forms.PathForm.of(p);
          case Optional<?> o -> new Forms.OptionalForm(o);
          case OptionalInt o -> Forms.OptionalNumberForm.of(o);
          case OptionalLong o -> Forms.OptionalNumberForm.of(o);
          case OptionalDouble o -> Forms.OptionalNumberForm.of(o);
          case ByteBuffer b -> Forms.BufferForm.of(b);
          case MemorySegment s -> PartForms.SegmentForm.of(s);
          default -> value;
        };
    if (!(form instanceof Serializable) || (role.refusesSharedState() && SharedState.isOne(form))) {
      throw new Refused(form);
    }
    return form;
  }

  /** What an optional value holds is written now. */
  void beginOptional(Object begun) {
    open.add(begun);
  }

  /** What the last one holds has been written. */
  void endOptional() {
    open.removeLast();
  }

  /** What comes back to an optional value would not find it when it is read: it is not made yet. */
  private void ensureNoRing(Object value) throws IOException {
    if (value instanceof Object[] array) {
      ensureNoneIsOpen(Arrays.asList(array), value);
    } else if (!JdkValues.isOfJdk(value.getClass())) {
      return; // it would have to be asked
    } else if (value instanceof Collection<?> collection) {
      ensureNoneIsOpen(collection, value);
    } else if (value instanceof Map<?, ?> map) {
      ensureNoneIsOpen(map.keySet(), value);
      ensureNoneIsOpen(map.values(), value);
    }
  }

  private void ensureNoneIsOpen(Collection<?> held, Object holder) throws IOException {
    for (Object each : held) {
      for (Object optional : open) {
        if (each == optional) {
          throw new InvalidObjectException(
              "an Optional holds a %s that holds this Optional"
                  .formatted(holder.getClass().getName()));
        }
      }
    }
  }

  /** A class that is not found by its name comes with the number of its loader. */
  @Override
  protected void annotateClass(Class<?> type) throws IOException {
    boolean elsewhere = Everywhere.lacks(type);
    if (elsewhere || type.isHidden() || type.isArray()) {
      String reason = Origins.reasonToStay(type, role.goesToWorker());
      if (reason != null) {
        throw new Unfindable(reason);
      }
    }
    if (elsewhere) {
      writeLong(Origins.idOf(type));
    }
  }

  @Override
  protected void annotateProxyClass(Class<?> type) throws IOException {
    if (Everywhere.lacks(type)) {
      writeLong(Origins.idOf(type));
    }
  }

  /** Stops the writing at a class that no other process can have. */
  private static final class Unfindable extends IOException {
    @Serial private static final long serialVersionUID = 1L;

    Unfindable(String message) {
      super(message);
    }
  }

  /** Stops the writing at the object that cannot cross. */
  static final class Refused extends IOException {
    @Serial private static final long serialVersionUID = 1L;
    private final transient Object culprit;

    Refused(Object culprit) {
      super(culprit.getClass().getName());
      this.culprit = culprit;
    }

    Object culprit() {
      return culprit;
    }
  }
}
