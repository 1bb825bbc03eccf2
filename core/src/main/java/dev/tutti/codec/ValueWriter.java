package dev.tutti.codec;

import dev.tutti.task.NotSendableException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.Serial;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** JDK serialisation that also takes what the JDK left out, and refuses what would not survive. */
final class ValueWriter extends ObjectOutputStream {
  private final Role role;
  private final @Nullable List<Object> visited;

  ValueWriter(OutputStream out, Role role) throws IOException {
    this(out, role, false);
  }

  /**
   * @param keepsTrack whether the objects that were met are kept, so that a refusal can name the
   *     field that led to the one that was refused
   */
  ValueWriter(OutputStream out, Role role, boolean keepsTrack) throws IOException {
    super(out);
    this.role = role;
    this.visited = keepsTrack ? new ArrayList<>() : null;
    enableReplaceObject(true);
  }

  /** {@return a value as a tag and a JDK stream} */
  static byte[] write(Object value, Role role) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
    bytes.write(Kind.STREAM.tag());
    try (ValueWriter writer = new ValueWriter(bytes, role)) {
      writer.writeObject(value);
    } catch (Refused e) {
      throw Refusal.explain(value, role, e);
    } catch (IOException | RuntimeException | Error e) { // also what a user's writeObject throws
      throw new NotSendableException(
          "cannot send %s: writing %s failed: %s [T003]"
              .formatted(role.words(), value.getClass().getName(), e),
          e);
    }
    return bytes.toByteArray();
  }

  List<Object> visited() {
    return visited == null ? List.of() : visited;
  }

  @Override
  protected Object replaceObject(Object value) throws IOException {
    if (value instanceof Refused) {
      return value; // the stream writes the exception that ends it
    }
    if (visited != null) {
      visited.add(value);
    }
    Object form =
        switch (value) {
          case Path p -> Forms.PathForm.of(p);
          case Optional<?> o -> new Forms.OptionalForm(o.orElse(null));
          case OptionalInt o -> Forms.OptionalNumberForm.of(o);
          case OptionalLong o -> Forms.OptionalNumberForm.of(o);
          case OptionalDouble o -> Forms.OptionalNumberForm.of(o);
          case ByteBuffer b -> Forms.BufferForm.of(b);
          default -> value;
        };
    if (!(form instanceof Serializable) || (role.refusesSharedState() && SharedState.isOne(form))) {
      throw new Refused(form);
    }
    return form;
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
