package dev.tutti.cli;

import dev.tutti.plan.Batching;
import java.util.ArrayList;
import java.util.List;

/** Reads numbers from options and says what is wrong with them. */
final class Numbers {
  private static final String ADAPTIVE = "adaptive";

  private Numbers() {}

  /** One number, at least 1. */
  static int positive(String option, String text) {
    try {
      int n = Integer.parseInt(text.strip());
      if (n >= 1) {
        return n;
      }
    } catch (NumberFormatException e) {
      throw CommandException.usage(option + " must be a whole number >= 1: " + named(option, text));
    }
    throw CommandException.usage(option + " must be >= 1: " + named(option, text));
  }

  /** Numbers such as {@code 1,2,4}. */
  static List<Integer> positives(String option, String text) {
    List<Integer> numbers = new ArrayList<>();
    for (String one : text.split(",", -1)) {
      numbers.add(positive(option, one));
    }
    return numbers;
  }

  /** A length of time in seconds, above 0. */
  static double seconds(String option, String text, long most) {
    double seconds;
    try {
      seconds = Double.parseDouble(text.strip());
    } catch (NumberFormatException e) {
      throw CommandException.usage(option + " must be a number: " + named(option, text));
    }
    if (seconds > 0 && seconds <= most) { // false for what is not a number
      return seconds;
    }
    throw CommandException.usage(
        "%s must be > 0 and <= %d: %s".formatted(option, most, named(option, text)));
  }

  /** Chunk sizes such as {@code 1,8,adaptive}. */
  static List<Batching> chunks(String text) {
    List<Batching> chunks = new ArrayList<>();
    for (String one : text.split(",", -1)) {
      chunks.add(chunk(one));
    }
    return chunks;
  }

  /** A chunk size, or {@code adaptive}. */
  static Batching chunk(String text) {
    return text.strip().equalsIgnoreCase(ADAPTIVE)
        ? Batching.adaptive()
        : Batching.fixed(positive("--chunk", text));
  }

  private static String named(String option, String text) {
    return option.substring(2) + "=" + text;
  }
}
