package dev.tutti.codec;

import dev.tutti.origin.Origins;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.InvalidObjectException;
import java.io.ObjectInputFilter.FilterInfo;
import java.io.ObjectInputFilter.Status;
import java.io.ObjectInputStream;
import java.io.ObjectStreamClass;
import java.lang.reflect.Array;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** JDK deserialisation with the classes of one loader, under a filter. */
final class ValueReader extends ObjectInputStream {
  /*
   * What the filter cannot bound, because it sees one thing at a time, is bounded here: all arrays together,
   * and the rooms of hash tables, which the JDK shows as arrays, have at most ROOM elements for each byte
   * that came; and collections that share each other are measured (Expansion).
   *
   * What cannot be bounded is the time that a class's own readObject, equals or hashCode takes. Whoever
   * reads has to live with a read that does not end.
   */
  private static final long ROOM = 16; // an element takes a byte at least; hash tables have room
  private static final long SMALL_ROOM = 1_024;

  private final ClassLoader loader;
  private final ValueFilter filter;
  private final PartSource parts;
  private final Expansion expansion;
  private final int bytes;
  private long room;
  private @Nullable String refusal;

  private ValueReader(byte[] bytes, PartSource parts, ClassLoader loader, ValueFilter filter)
      throws IOException {
    super(new ByteArrayInputStream(bytes));
    this.parts = parts;
    this.loader = loader;
    this.filter = filter;
    this.expansion = new Expansion(filter.maxReferences());
    this.bytes = bytes.length;
    this.room = ROOM * bytes.length + SMALL_ROOM;
    setObjectInputFilter(this::check);
    enableResolveObject(true);
  }

  static @Nullable Object read(
      ByteBuffer bytes, PartSource parts, ClassLoader loader, ValueFilter filter)
      throws DecodeException {
    byte[] rest = new byte[bytes.remaining()];
    bytes.get(rest);
    String refusal = null;
    try (ValueReader reader = new ValueReader(rest, parts, loader, filter)) {
      try {
        return reader.readObject();
      } finally {
        refusal = reader.refusal;
      }
    } catch (Throwable e) { // whatever a class's own way of being read throws
      throw new DecodeException(refusal != null ? refusal : "it cannot be read: " + textOf(e), e);
    }
  }

  /** {@return what an exception says, or its class if it cannot} */
  static String textOf(Throwable e) {
    try {
      return e.toString();
    } catch (RuntimeException | Error mute) {
      return e.getClass().getName();
    }
  }

  private Status check(FilterInfo info) {
    refusal = info.arrayLength() > 0 ? arrayRefusal(info) : null;
    if (refusal == null) {
      refusal = filter.refusal(info);
    }
    return refusal == null ? Status.ALLOWED : Status.REJECTED;
  }

  private @Nullable String arrayRefusal(FilterInfo info) {
    room -= info.arrayLength();
    return room >= 0
        ? null
        : "arrays claim more elements than can have come: length=%d bytes=%d"
            .formatted(info.arrayLength(), bytes);
  }

  @Override
  protected Object resolveObject(Object value) throws IOException {
    if (value instanceof PartForms.Form form) {
      return part(form);
    }
    expansion.add(value);
    return value;
  }

  /** The stream asks the filter about what this gives; the memory of a part has come. */
  private Object part(PartForms.Form form) throws IOException {
    try {
      Object value = form.value(parts.take(form.part()));
      room += value.getClass().isArray() ? Array.getLength(value) : 0;
      return value;
    } catch (DecodeException e) {
      refusal = e.getMessage();
      throw new InvalidObjectException(e.getMessage(), e);
    }
  }

  @Override
  protected Class<?> resolveClass(ObjectStreamClass description)
      throws IOException, ClassNotFoundException {
    Class<?> primitive = Class.forPrimitiveName(description.getName());
    return primitive != null ? primitive : Class.forName(description.getName(), false, origin());
  }

  @Override
  protected Class<?> resolveProxyClass(String[] interfaces)
      throws IOException, ClassNotFoundException {
    ClassLoader origin = origin();
    Class<?>[] types = new Class<?>[interfaces.length];
    for (int i = 0; i < types.length; i++) {
      types[i] = Class.forName(interfaces[i], false, origin);
    }
    ensureAllowed(types); // an instance initialises them
    try {
      return Proxy.newProxyInstance(origin, types, (_, _, _) -> null).getClass();
    } catch (IllegalArgumentException e) {
      throw new ClassNotFoundException("no such proxy class", e);
    }
  }

  private void ensureAllowed(Class<?>[] interfaces) throws IOException {
    for (Class<?> type : interfaces) {
      ensureAllowed(type);
    }
    ensureAllowed(Proxy.class);
  }

  private void ensureAllowed(Class<?> type) throws IOException {
    refusal = filter.refusal(new Question(type, -1, 1, 1, 0));
    if (refusal != null) {
      throw new InvalidClassException(refusal);
    }
  }

  /**
   * {@return the loader of the class that comes now} Its number comes where its name is not enough.
   */
  private ClassLoader origin() throws IOException {
    return available() >= Long.BYTES ? Origins.loader(readLong(), loader) : loader;
  }
}
