package dev.tutti.cli;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes values as JSON on one line. */
final class Json {
  private Json() {}

  /**
   * {@return a value as JSON} Maps are objects, lists arrays; what JSON has no form for, a number
   * that is not finite too, is a string.
   */
  static String of(@Nullable Object value) {
    StringBuilder text = new StringBuilder();
    append(text, value);
    return text.toString();
  }

  private static void append(StringBuilder text, @Nullable Object value) {
    switch (value) {
      case null -> text.append("null");
      case Map<?, ?> map -> appendAll(text, '{', map.entrySet().iterator(), '}');
      case List<?> list -> appendAll(text, '[', list.iterator(), ']');
      case Map.Entry<?, ?> entry -> {
        appendString(text, String.valueOf(entry.getKey()));
        text.append(':');
        append(text, entry.getValue());
      }
      case Boolean b -> text.append(b);
      case Double d when Double.isFinite(d) -> text.append(d);
      case Float f when Float.isFinite(f) -> text.append(f);
      case Byte _, Short _, Integer _, Long _, BigInteger _, BigDecimal _ -> text.append(value);
      default -> appendString(text, value.toString());
    }
  }

  private static void appendAll(StringBuilder text, char open, Iterator<?> each, char close) {
    text.append(open);
    while (each.hasNext()) {
      append(text, each.next());
      if (each.hasNext()) {
        text.append(',');
      }
    }
    text.append(close);
  }

  private static void appendString(StringBuilder text, String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        default -> {
          if (c < ' ' || isAlone(value, i)) {
            text.append("\\u%04x".formatted((int) c));
          } else {
            text.append(c);
          }
        }
      }
    }
    text.append('"');
  }

  /**
   * Whether a character is half of a pair whose other half is missing: UTF-8 has no bytes for it.
   */
  private static boolean isAlone(String value, int i) {
    char c = value.charAt(i);
    if (Character.isHighSurrogate(c)) {
      return i + 1 == value.length() || !Character.isLowSurrogate(value.charAt(i + 1));
    }
    return Character.isLowSurrogate(c)
        && (i == 0 || !Character.isHighSurrogate(value.charAt(i - 1)));
  }
}
