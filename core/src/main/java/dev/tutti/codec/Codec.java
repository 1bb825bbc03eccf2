package dev.tutti.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tutti.task.NotSendableException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Writes a value as bytes and reads it again. The commonest small values have a form of their own;
 * everything else is JDK serialisation, with {@code Path}, {@code Optional} and {@code ByteBuffer}
 * made serialisable on the way.
 *
 * <pre>
 *   +-----+----------------------------------------------+
 *   | tag |  nothing, 4 or 8 bytes, text, or a JDK stream |
 *   +-----+----------------------------------------------+
 * </pre>
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 */
public final class Codec {
  private static final byte NULL = 0;
  private static final byte TRUE = 1;
  private static final byte FALSE = 2;
  private static final byte INT = 3;
  private static final byte LONG = 4;
  private static final byte DOUBLE = 5;
  private static final byte TEXT = 6;
  private static final byte TEXT_16 = 7;
  private static final byte PATH = 8;
  private static final byte STREAM = 9;

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
    return switch (value) {
      case null -> new byte[] {NULL};
      case Boolean b -> new byte[] {b ? TRUE : FALSE};
      case Integer n -> tagged(INT, Integer.BYTES).putInt(n).array();
      case Long n -> tagged(LONG, Long.BYTES).putLong(n).array();
      case Double n -> tagged(DOUBLE, Double.BYTES).putDouble(n).array();
      case String s -> text(TEXT, s);
      case Path p when p.getFileSystem() == FileSystems.getDefault() && isPlain(p.toString()) ->
          text(PATH, p.toString());
      default -> stream(value, role);
    };
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
    if (bytes.remaining() > filter.maxBytes()) {
      throw new DecodeException(
          "value is too large: bytes=%d most=%d".formatted(bytes.remaining(), filter.maxBytes()),
          null);
    }
    try {
      byte tag = bytes.get();
      @Nullable Object value =
          switch (tag) {
            case NULL -> null;
            case TRUE -> true;
            case FALSE -> false;
            case INT -> bytes.getInt();
            case LONG -> bytes.getLong();
            case DOUBLE -> bytes.getDouble();
            case TEXT -> utf8(bytes);
            case TEXT_16 -> utf16(bytes);
            case PATH -> Path.of(utf8(bytes));
            case STREAM -> ValueReader.read(bytes, loader, filter);
            default -> throw new DecodeException("unknown kind of value: tag=" + tag, null);
          };
      if (bytes.hasRemaining()) {
        throw new DecodeException(
            "value goes on after its end: tag=%d bytes=%d".formatted(tag, bytes.remaining()), null);
      }
      return value;
    } catch (BufferUnderflowException e) {
      throw new DecodeException("value ends too early", e);
    } catch (InvalidPathException e) {
      throw new DecodeException("value is no path: " + e.getMessage(), e);
    }
  }

  /**
   * {@return whether a value has a form of its own, so that reading it runs no code of any class}
   *
   * @param bytes what {@link #encode} gave; nothing of it is taken
   */
  public static boolean isPlain(ByteBuffer bytes) {
    return !bytes.hasRemaining() || bytes.get(bytes.position()) != STREAM;
  }

  private static ByteBuffer tagged(byte tag, int size) {
    return ByteBuffer.allocate(1 + size).put(tag);
  }

  private static String utf8(ByteBuffer bytes) {
    byte[] text = new byte[bytes.remaining()];
    bytes.get(text);
    return new String(text, UTF_8);
  }

  /** As characters, not by a charset: that would replace a surrogate that has no partner. */
  private static String utf16(ByteBuffer bytes) throws DecodeException {
    if (bytes.remaining() % Character.BYTES != 0) {
      throw new DecodeException("text ends within a character", null);
    }
    String text = bytes.asCharBuffer().toString();
    bytes.position(bytes.limit());
    return text;
  }

  private static boolean isPlain(String s) {
    return UTF_8.newEncoder().canEncode(s);
  }

  /** A string with a surrogate that has no partner does not survive UTF-8, so it goes as it is. */
  @SuppressWarnings("ByteBufferBackingArray") // tagged() allocates it, so it begins at 0
  private static byte[] text(byte tag, String s) {
    try {
      ByteBuffer utf8 = UTF_8.newEncoder().encode(CharBuffer.wrap(s));
      byte[] bytes = new byte[1 + utf8.remaining()];
      bytes[0] = tag;
      utf8.get(bytes, 1, bytes.length - 1);
      return bytes;
    } catch (CharacterCodingException e) {
      ByteBuffer bytes = tagged(TEXT_16, 2 * s.length());
      bytes.asCharBuffer().put(s);
      return bytes.array();
    }
  }

  private static byte[] stream(Object value, Role role) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
    bytes.write(STREAM);
    try (ValueWriter writer = new ValueWriter(bytes, role)) {
      writer.writeObject(value);
    } catch (ValueWriter.Refused e) {
      throw Refusal.explain(value, role, e);
    } catch (IOException | RuntimeException | Error e) { // also what a user's writeObject throws
      throw new NotSendableException(
          "cannot send %s: writing %s failed: %s [T003]"
              .formatted(role.words(), value.getClass().getName(), e),
          e);
    }
    return bytes.toByteArray();
  }
}
