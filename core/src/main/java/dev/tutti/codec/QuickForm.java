package dev.tutti.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The compact form of the most frequent values, written and read without making anything else:
 * null, {@code Boolean}, {@code Integer}, {@code Long}, {@code Double}, and short texts of Latin-1.
 * For all others there are {@link CompactWriter} and {@link CompactReader}, which write and read
 * the same bytes for these.
 *
 * <p>Buffers are big-endian, as they are made.
 */
final class QuickForm {
  /** What {@link #take} gives where it has taken nothing. */
  static final Object NOT_QUICK = new Object();

  /** The most bytes that a value takes. */
  static final int MOST_BYTES = 2 + Output.MOST_SHORT;

  private static final List<Class<?>> CLASSES =
      List.of(Boolean.class, Integer.class, Long.class, Double.class, Number.class, String.class);

  /** The last filter that was found to take all of these. */
  private static volatile ValueFilter known = Filters.tasks();

  private static final int HEAD_OF_TEXT = 2;
  private static final int MOST_SMALL = 0x7f;

  private QuickForm() {}

  /**
   * Writes a value.
   *
   * @param out where to; with room for {@link #MOST_BYTES}
   * @return whether it was written; if not, the buffer is as before
   */
  static boolean put(@Nullable Object value, ByteBuffer out) {
    // No switch over types: its first use costs a JVM that starts some milliseconds.
    if (value == null) {
      out.put(Kind.NULL.tag());
    } else if (value instanceof Integer n) {
      if (n >= 0 && n <= MOST_SMALL) {
        out.put((byte) (n | 0x80));
      } else {
        out.put(Kind.INT.tag()).putInt(Integer.reverseBytes(n));
      }
    } else if (value instanceof Long n) {
      out.put(Kind.LONG.tag()).putLong(Long.reverseBytes(n));
    } else if (value instanceof Double n) {
      out.put(Kind.DOUBLE.tag()).putLong(Long.reverseBytes(Double.doubleToRawLongBits(n)));
    } else if (value instanceof Boolean b) {
      out.put(b ? Kind.TRUE.tag() : Kind.FALSE.tag());
    } else {
      return value instanceof String s && s.length() <= Output.MOST_SHORT && putText(s, out);
    }
    return true;
  }

  private static boolean putText(String s, ByteBuffer out) {
    int begin = out.position();
    int all = 0;
    out.put(Kind.TEXT.tag()).put((byte) s.length());
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      all |= c;
      out.put((byte) c);
    }
    if (all > 0xff) {
      out.position(begin);
    }
    return all <= 0xff;
  }

  /**
   * Reads a value to its end.
   *
   * @param bytes the value; taken if it was read
   * @return the value; {@link #NOT_QUICK} if it is another one, or damaged, or a filter wants to be
   *     asked
   */
  static @Nullable Object take(ByteBuffer bytes, ValueFilter filter) {
    int at = bytes.position();
    int length = bytes.remaining();
    if (length == 0 || !isTrusted(filter)) {
      return NOT_QUICK;
    }
    byte tag = bytes.get(at);
    Object value = NOT_QUICK;
    if (length == 1) {
      value = ofTag(tag);
    } else if (tag == Kind.INT.tag() && length == 1 + Integer.BYTES) {
      value = Integer.reverseBytes(bytes.getInt(at + 1));
    } else if (tag == Kind.LONG.tag() && length == 1 + Long.BYTES) {
      value = Long.reverseBytes(bytes.getLong(at + 1));
    } else if (tag == Kind.DOUBLE.tag() && length == 1 + Long.BYTES) {
      value = Double.longBitsToDouble(Long.reverseBytes(bytes.getLong(at + 1)));
    } else if (tag == Kind.TEXT.tag()
        && bytes.get(at + 1) == length - HEAD_OF_TEXT // below 128, so it is the whole count
        && length <= MOST_BYTES
        && bytes.hasArray()) {
      value =
          new String(
              bytes.array(),
              bytes.arrayOffset() + at + HEAD_OF_TEXT,
              length - HEAD_OF_TEXT,
              ISO_8859_1);
    }
    if (value != NOT_QUICK) {
      bytes.position(at + length);
    }
    return value;
  }

  private static @Nullable Object ofTag(byte tag) {
    if (tag < 0) {
      return tag & MOST_SMALL;
    } else if (tag == Kind.NULL.tag()) {
      return null;
    } else if (tag == Kind.TRUE.tag()) {
      return true;
    }
    return tag == Kind.FALSE.tag() ? false : NOT_QUICK;
  }

  /** A filter of the whole program is asked about each value. */
  private static boolean isTrusted(ValueFilter filter) {
    if (ProgramFilter.current(filter) != null) {
      return false;
    }
    if (filter != known) {
      if (filter.maxBytes() < MOST_BYTES
          || filter.maxDepth() < 1
          || filter.maxReferences() < 1
          || !takesAll(filter)) {
        return false;
      }
      known = filter;
    }
    return true;
  }

  private static boolean takesAll(ValueFilter filter) {
    for (Class<?> type : CLASSES) {
      if (!filter.classes().test(type)) {
        return false;
      }
    }
    return true;
  }
}
