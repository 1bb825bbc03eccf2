package dev.tutti.cli;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One thing that the doctor has looked at.
 *
 * @param name what it is
 * @param state how it is
 * @param value what was found
 * @param advice what to do about it; empty where nothing is to be done
 */
record Finding(String name, State state, String value, String advice) {
  /** How a thing is. */
  enum State {
    /** As it should be. */
    OK,
    /** Tutti works, but not at its best. */
    NOTE,
    /** Something of Tutti does not work. */
    BAD
  }

  static Finding ok(String name, String value) {
    return new Finding(name, State.OK, value, "");
  }

  static Finding note(String name, String value, String advice) {
    return new Finding(name, State.NOTE, value, advice);
  }

  static Finding bad(String name, String value, String advice) {
    return new Finding(name, State.BAD, value, advice);
  }

  /** {@return the line or lines that tell it} */
  String text() {
    String line =
        "%-14s %-5s %s"
            .formatted(name, state.name().toLowerCase(Locale.ROOT), value)
            .stripTrailing();
    return advice.isEmpty() ? line : line + System.lineSeparator() + " ".repeat(21) + advice;
  }

  Map<String, @Nullable Object> fields() {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("name", name);
    fields.put("state", state.name().toLowerCase(Locale.ROOT));
    fields.put("value", value);
    if (!advice.isEmpty()) {
      fields.put("advice", advice);
    }
    return fields;
  }
}
