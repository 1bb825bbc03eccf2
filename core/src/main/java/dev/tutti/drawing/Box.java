package dev.tutti.drawing;

import dev.tutti.task.NodeState;
import java.util.Locale;

/**
 * One box.
 *
 * @param name the first line
 * @param state what it looks like
 * @param words the second line; empty for the state and the time
 * @param nanos how long it has taken; negative if nobody knows
 */
public record Box(String name, NodeState state, String words, long nanos) {
  private static final long MICROS = 1_000;
  private static final long MILLIS = 1_000_000;
  private static final long SECONDS = 1_000_000_000;

  /**
   * Makes a box whose second line is the state and the time.
   *
   * @param name the first line
   * @param state what it looks like
   * @param nanos how long it has taken; negative if nobody knows
   */
  public Box(String name, NodeState state, long nanos) {
    this(name, state, "", nanos);
  }

  /** {@return the second line} */
  String note() {
    if (!words.isEmpty()) {
      return words;
    }
    return nanos < 0 ? word(state) : word(state) + " " + time(nanos);
  }

  static String word(NodeState state) {
    return state.name().toLowerCase(Locale.ROOT);
  }

  /** {@return a time with two or three digits and its unit} */
  static String time(long nanos) {
    if (nanos < MICROS) {
      return "<1 us";
    }
    if (nanos < MILLIS) {
      return nanos / MICROS + " us";
    }
    if (nanos < 10 * MILLIS) {
      return String.format(Locale.ROOT, "%.1f ms", (double) nanos / MILLIS);
    }
    if (nanos < SECONDS) {
      return nanos / MILLIS + " ms";
    }
    if (nanos < 100 * SECONDS) {
      return String.format(Locale.ROOT, "%.1f s", (double) nanos / SECONDS);
    }
    return nanos / SECONDS + " s";
  }
}
