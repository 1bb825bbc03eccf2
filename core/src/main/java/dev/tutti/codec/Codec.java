package dev.tutti.codec;

import dev.tutti.origin.Origins;
import dev.tutti.task.NotSendableException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Writes a value as bytes and reads it again. There are two forms: the compact one, for numbers,
 * text, times, paths, enums, records, arrays and the collections of the JDK that hold only such
 * values; and JDK serialisation for everything else, with {@code Path}, {@code Optional}, {@code
 * ByteBuffer} and {@code MemorySegment} made serialisable on the way. A value has one of the two as
 * a whole. Its large {@link Parts} can be left out of both, to cross in shared memory. A function
 * that is a lambda has a form of its own, the names of a {@link java.lang.invoke.SerializedLambda},
 * where what it captures is compact.
 *
 * <pre>
 *   +-----+--------------+        +--------+--------------+
 *   | tag | compact form |   or   | STREAM | a JDK stream |
 *   +-----+--------------+        +--------+--------------+
 * </pre>
 *
 * <p>Both forms keep the same: classes, order, what is unmodifiable, and that an object which is
 * held twice is one object. Only of numbers, text, times and paths the compact form makes two where
 * there was one, and of hash tables it forgets the load factor.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 */
public final class Codec {
  private Codec() {}

  /**
   * Writes a value.
   *
   * @param value the value
   * @param role what it is, for the message: "the task", "the item", "the result"
   * @return its bytes
   * @throws NotSendableException if it cannot be written
   */
  public static byte[] encode(@Nullable Object value, Role role) {
    return write(value, role, null);
  }

  /**
   * Writes a value but for its large parts: arrays of numbers, buffers and segments of memory.
   *
   * @param value the value
   * @param role what it is, for the message
   * @param parts gets its large parts
   * @return the bytes of the rest
   * @throws NotSendableException if it cannot be written
   */
  public static byte[] encode(@Nullable Object value, Role role, Parts parts) {
    return write(value, role, parts);
  }

  private static byte[] write(@Nullable Object value, Role role, @Nullable Parts parts) {
    if (value == null) {
      return new byte[] {Kind.NULL.tag()};
    }
    if (role.isFunction()) {
      Origins.renew(value.getClass());
      byte[] lambda = Lambdas.write(value, role, parts);
      if (lambda != null) {
        return lambda;
      }
      if (parts != null) {
        parts.clear();
      }
    }
    byte[] compact = CompactWriter.write(value, role, parts);
    if (compact != null) {
      return compact;
    }
    if (parts != null) {
      parts.clear();
    }
    return ValueWriter.write(value, role, parts);
  }

  /** The most bytes that {@link #encodeQuickly} writes. */
  public static final int MOST_QUICK_BYTES = QuickForm.MOST_BYTES;

  /**
   * Writes a value, if it is one of those that are written without making anything else: null, a
   * number or truth value of the usual kinds, a short text.
   *
   * @param value the value
   * @param out where to, big-endian, with room for {@link #MOST_QUICK_BYTES}
   * @return whether it was written, as {@link #encode} would have
   */
  public static boolean encodeQuickly(@Nullable Object value, ByteBuffer out) {
    return QuickForm.put(value, out);
  }

  /** What {@link #decodeQuickly} gives where it has read nothing. */
  public static final Object NOT_QUICK = QuickForm.NOT_QUICK;

  /**
   * Reads a value, if it is one of those of {@link #encodeQuickly}.
   *
   * @param bytes the value; read to its end, or not at all
   * @param filter which classes may come
   * @return the value; {@link #NOT_QUICK} if it is another one
   */
  public static @Nullable Object decodeQuickly(ByteBuffer bytes, ValueFilter filter) {
    return QuickForm.take(bytes, filter);
  }

  /**
   * Reads a value.
   *
   * @param bytes what {@link #encode} gave; read to its end
   * @param loader where classes are looked up
   * @param filter which classes, and how much, may come
   * @return the value
   * @throws DecodeException if the bytes are not a value, or one that the filter or the class path
   *     does not allow
   */
  public static @Nullable Object decode(ByteBuffer bytes, ClassLoader loader, ValueFilter filter)
      throws DecodeException {
    return decode(bytes, PartSource.none(), loader, filter);
  }

  /**
   * Reads a value that may have large parts.
   *
   * @param bytes what {@link #encode(Object, Role, Parts)} gave; read to its end
   * @param parts its large parts; copied, so they are not needed afterwards
   * @param loader where classes are looked up
   * @param filter which classes, and how much, may come
   * @return the value
   * @throws DecodeException if the bytes are not a value, or one that the filter or the class path
   *     does not allow
   */
  public static @Nullable Object decode(
      ByteBuffer bytes, PartSource parts, ClassLoader loader, ValueFilter filter)
      throws DecodeException {
    Object quick = QuickForm.take(bytes, filter);
    if (quick != QuickForm.NOT_QUICK) {
      return quick;
    }
    long size = bytes.remaining() + parts.bytes();
    if (size > filter.maxBytes()) {
      throw new DecodeException(
          "value is too large: bytes=%d most=%d".formatted(size, filter.maxBytes()), null);
    }
    if (bytes.hasRemaining() && bytes.get(bytes.position()) == Kind.STREAM.tag()) {
      bytes.get();
      return ValueReader.read(bytes, parts, loader, filter);
    }
    if (bytes.hasRemaining() && bytes.get(bytes.position()) == Kind.LAMBDA.tag()) {
      bytes.get();
      return Lambdas.read(bytes, parts, loader, filter);
    }
    return CompactReader.read(bytes, parts, loader, filter);
  }

  /**
   * {@return whether reading a result runs no code of any class, and takes no longer than its bytes
   * need}
   *
   * @param bytes what {@link #encode} gave; nothing of it is taken
   */
  public static boolean isPlain(ByteBuffer bytes) {
    if (ProgramFilter.current(Filters.results()) != null) {
      return false; // it is asked about each value
    }
    int at = bytes.position();
    byte tag = bytes.hasRemaining() ? bytes.get(at) : Kind.NULL.tag(); // nothing will be read
    if (tag == Kind.GRAPH.tag() && bytes.remaining() > 1) {
      return (bytes.get(at + 1) & CompactWriter.RUNS_CODE) == 0;
    }
    return tag != Kind.STREAM.tag() && tag != Kind.LAMBDA.tag();
  }
}
