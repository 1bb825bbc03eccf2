package dev.tutti.codec;

import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectOutputStream;
import java.io.Serial;
import java.io.Serializable;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What stands in the stream for values that the JDK does not make serialisable. */
final class Forms {
  private Forms() {}

  /**
   * A path: its text, or a URI, which has the very bytes of its names and is never relative.
   *
   * @param isRelative whether it is the URI's path without the root
   */
  record PathForm(@Nullable String path, @Nullable URI uri, boolean isRelative)
      implements Serializable {
    private static final char NO_TEXT = '\uFFFD';

    static PathForm of(Path p) {
      if (p.getFileSystem() != FileSystems.getDefault()) {
        return new PathForm(null, p.toUri(), false);
      }
      return isText(p)
          ? new PathForm(p.toString(), null, false)
          : new PathForm(null, Path.of("/").resolve(p).toUri(), !p.isAbsolute());
    }

    /** {@return whether its text says all} In place of bytes that are no text there is a mark. */
    static boolean isText(Path p) {
      return p.toString().indexOf(NO_TEXT) < 0;
    }

    @Serial
    private Object readResolve() {
      if (path != null) {
        return Path.of(path);
      }
      Path found = Path.of(Objects.requireNonNull(uri, "uri"));
      return isRelative ? found.subpath(0, found.getNameCount()) : found;
    }
  }

  /**
   * No record: of a record that is read a stream gives null to what comes back to it, in silence.
   * The collections and arrays among that are refused when they are written.
   */
  static final class OptionalForm implements Serializable {
    @Serial private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // the codec writes it
    private final @Nullable Object value;

    private final transient @Nullable Object of; // what it stands for, where it is written

    OptionalForm(Optional<?> of) {
      this.value = of.orElse(null);
      this.of = of;
    }

    @Serial
    private void writeObject(ObjectOutputStream out) throws IOException {
      ValueWriter writer = (ValueWriter) out;
      writer.beginOptional(Objects.requireNonNull(of, "of"));
      out.defaultWriteObject();
      writer.endOptional();
    }

    @Serial
    private Object readResolve() {
      return Optional.ofNullable(value);
    }
  }

  /** One of the three optional numbers; an int and a long travel as the bits of a long. */
  record OptionalNumberForm(char kind, boolean present, long bits) implements Serializable {
    static OptionalNumberForm of(OptionalInt o) {
      return new OptionalNumberForm('i', o.isPresent(), o.orElse(0));
    }

    static OptionalNumberForm of(OptionalLong o) {
      return new OptionalNumberForm('l', o.isPresent(), o.orElse(0));
    }

    static OptionalNumberForm of(OptionalDouble o) {
      return new OptionalNumberForm('d', o.isPresent(), Double.doubleToRawLongBits(o.orElse(0)));
    }

    @Serial
    private Object readResolve() {
      return switch (kind) {
        case 'i' -> present ? OptionalInt.of((int) bits) : OptionalInt.empty();
        case 'l' -> present ? OptionalLong.of(bits) : OptionalLong.empty();
        default ->
            present ? OptionalDouble.of(Double.longBitsToDouble(bits)) : OptionalDouble.empty();
      };
    }
  }

  /**
   * A buffer: all bytes below its limit, and its state. A view's sharing is not kept.
   *
   * <p>A reader makes room for no more than {@link #ROOM} times what came. So a buffer with little
   * below its limit for its capacity comes with zeros behind.
   */
  @SuppressWarnings("ArrayRecordComponent") // written and read, never compared
  record BufferForm(
      byte[] bytes,
      int position,
      int limit,
      int capacity,
      boolean big,
      boolean direct,
      boolean readOnly)
      implements Serializable {
    private static final int ROOM = 16;
    private static final int SMALL = 4_096;

    static BufferForm of(ByteBuffer b) {
      byte[] bytes = new byte[Math.max(b.limit(), leastBytes(b.capacity()))];
      b.duplicate().rewind().get(bytes, 0, b.limit());
      return new BufferForm(
          bytes,
          b.position(),
          b.limit(),
          b.capacity(),
          b.order() == ByteOrder.BIG_ENDIAN,
          b.isDirect(),
          b.isReadOnly());
    }

    /** {@return whether a buffer with this state takes no more room than what came allows} */
    static boolean isState(int position, int limit, int capacity) {
      return position >= 0
          && position <= limit
          && limit <= capacity
          && limit >= leastBytes(capacity);
    }

    /** {@return whether enough is below its limit for what its reader makes room for} */
    static boolean hasEnough(ByteBuffer b) {
      return b.limit() >= leastBytes(b.capacity());
    }

    private static int leastBytes(int capacity) {
      return capacity <= SMALL ? 0 : (capacity - SMALL) / ROOM + 1;
    }

    @Serial
    private Object readResolve() throws InvalidObjectException {
      if (bytes == null
          || position < 0
          || position > limit
          || limit > bytes.length
          || bytes.length > capacity
          || bytes.length < leastBytes(capacity)) {
        throw new InvalidObjectException(
            "buffer has a wrong state: position=%d limit=%d capacity=%d bytes=%d"
                .formatted(position, limit, capacity, bytes == null ? 0 : bytes.length));
      }
      ByteBuffer b = direct ? ByteBuffer.allocateDirect(capacity) : ByteBuffer.allocate(capacity);
      b.put(bytes, 0, limit).flip().position(position);
      return (readOnly ? b.asReadOnlyBuffer() : b)
          .order(big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    }
  }
}
