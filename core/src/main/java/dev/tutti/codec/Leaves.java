package dev.tutti.codec;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.Collections;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Values that hold no others, in the compact form: a tag, and what follows it.
 *
 * <pre>
 *   null, true, false, empty collections    nothing
 *   numbers, char                           1 to 8 bytes; an int from 0 to 127 is its tag alone
 *   text                                    count, a byte or two for each character; a path is text
 *   big numbers                             (scale,) count, bytes
 *   times                                   seconds (8), nanoseconds (4); year (4), month, day; nanosecond of the day (8)
 *   optional numbers                        whether there is one, 8 bytes
 * </pre>
 */
final class Leaves {
  private static final int MOST_SMALL = 0x7f;

  private Leaves() {}

  static void putInt(Output out, int n) {
    if (n >= 0 && n <= MOST_SMALL) {
      out.putByte((byte) (n | 0x80));
    } else {
      out.putByte(Kind.INT.tag());
      out.putInt(n);
    }
  }

  @SuppressWarnings("JavaInstantGetSecondsGetNano") // both go
  static void put(Output out, Kind kind, Object value) {
    if (kind == Kind.TRUE) {
      out.putByte((boolean) value ? Kind.TRUE.tag() : Kind.FALSE.tag());
      return;
    }
    out.putByte(kind.tag());
    switch (kind) {
      case LONG -> out.putLong((long) value);
      case DOUBLE -> out.putDouble((double) value);
      case BYTE -> out.putByte((byte) value);
      case SHORT -> out.putShort((short) value);
      case CHAR -> out.putChar((char) value);
      case FLOAT -> out.putFloat((float) value);
      case PATH -> path(out, (Path) value);
      case BIG_INTEGER -> big(out, (BigInteger) value);
      case BIG_DECIMAL -> {
        out.putInt(((BigDecimal) value).scale());
        big(out, ((BigDecimal) value).unscaledValue());
      }
      case DURATION ->
          seconds(out, ((Duration) value).toSeconds(), ((Duration) value).toNanosPart());
      case INSTANT -> seconds(out, ((Instant) value).getEpochSecond(), ((Instant) value).getNano());
      case LOCAL_DATE -> date(out, (LocalDate) value);
      case LOCAL_TIME -> out.putLong(((LocalTime) value).toNanoOfDay());
      case LOCAL_DATE_TIME -> {
        date(out, ((LocalDateTime) value).toLocalDate());
        out.putLong(((LocalDateTime) value).toLocalTime().toNanoOfDay());
      }
      case UUID -> {
        out.putLong(((UUID) value).getMostSignificantBits());
        out.putLong(((UUID) value).getLeastSignificantBits());
      }
      case OPTIONAL_INT ->
          optional(out, ((OptionalInt) value).isPresent(), ((OptionalInt) value).orElse(0));
      case OPTIONAL_LONG ->
          optional(out, ((OptionalLong) value).isPresent(), ((OptionalLong) value).orElse(0));
      case OPTIONAL_DOUBLE ->
          optional(
              out,
              ((OptionalDouble) value).isPresent(),
              Double.doubleToRawLongBits(((OptionalDouble) value).orElse(0)));
      default -> {} // the empty ones
    }
  }

  private static void path(Output out, Path path) {
    if (path.getFileSystem() != FileSystems.getDefault() || !Forms.PathForm.isText(path)) {
      throw CompactWriter.GIVES_UP;
    }
    out.putText(path.toString());
  }

  private static void big(Output out, BigInteger n) {
    byte[] bytes = n.toByteArray();
    out.putCount(bytes.length);
    out.putBytes(bytes);
  }

  private static void seconds(Output out, long seconds, int nanos) {
    out.putLong(seconds);
    out.putInt(nanos);
  }

  private static void date(Output out, LocalDate d) {
    out.putInt(d.getYear());
    out.putByte((byte) d.getMonthValue());
    out.putByte((byte) d.getDayOfMonth());
  }

  private static void optional(Output out, boolean present, long bits) {
    out.putBoolean(present);
    out.putLong(bits);
  }

  static @Nullable Object take(Input in, Kind kind) throws DecodeException {
    return switch (kind) {
      case NULL -> null;
      case TRUE -> true;
      case FALSE -> false;
      case INT -> in.takeInt();
      case LONG -> in.takeLong();
      case DOUBLE -> in.takeDouble();
      case TEXT -> in.takeText();
      case TEXT_16 -> in.takeText16();
      case PATH -> path(in);
      case BYTE -> in.takeByte();
      case SHORT -> in.takeShort();
      case CHAR -> in.takeChar();
      case FLOAT -> in.takeFloat();
      case BIG_INTEGER -> big(in);
      case BIG_DECIMAL -> {
        int scale = in.takeInt();
        yield new BigDecimal(big(in), scale);
      }
      case DURATION -> Duration.ofSeconds(in.takeLong(), in.takeInt());
      case INSTANT -> Instant.ofEpochSecond(in.takeLong(), in.takeInt());
      case LOCAL_DATE -> date(in);
      case LOCAL_TIME -> LocalTime.ofNanoOfDay(in.takeLong());
      case LOCAL_DATE_TIME -> LocalDateTime.of(date(in), LocalTime.ofNanoOfDay(in.takeLong()));
      case UUID -> new UUID(in.takeLong(), in.takeLong());
      case OPTIONAL_INT -> {
        boolean present = in.takeBoolean();
        int value = (int) in.takeLong();
        yield present ? OptionalInt.of(value) : OptionalInt.empty();
      }
      case OPTIONAL_LONG -> {
        boolean present = in.takeBoolean();
        long value = in.takeLong();
        yield present ? OptionalLong.of(value) : OptionalLong.empty();
      }
      case OPTIONAL_DOUBLE -> {
        boolean present = in.takeBoolean();
        double value = in.takeDouble();
        yield present ? OptionalDouble.of(value) : OptionalDouble.empty();
      }
      case EMPTY_LIST -> Collections.EMPTY_LIST;
      case EMPTY_SET -> Collections.EMPTY_SET;
      case EMPTY_MAP -> Collections.EMPTY_MAP;
      default -> throw new AssertionError("it is no leaf: " + kind);
    };
  }

  private static Path path(Input in) throws DecodeException {
    byte tag = in.takeByte();
    if (tag == Kind.TEXT.tag()) {
      return Path.of(in.takeText());
    }
    if (tag == Kind.TEXT_16.tag()) {
      return Path.of(in.takeText16());
    }
    throw CompactReader.unknown(tag);
  }

  private static BigInteger big(Input in) throws DecodeException {
    return new BigInteger(in.takeBytes(in.takeCount()));
  }

  private static LocalDate date(Input in) throws DecodeException {
    return LocalDate.of(in.takeInt(), in.takeByte(), in.takeByte());
  }
}
