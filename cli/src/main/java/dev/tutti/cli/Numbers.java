package dev.tutti.cli;

import dev.tutti.plan.Batching;
import dev.tutti.plan.Cpus;
import dev.tutti.plan.DataSize;
import dev.tutti.plan.Defaults;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads numbers from options and says what is wrong with them. */
final class Numbers {
  private static final String ADAPTIVE = "adaptive";
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ms|s|m|h)");
  private static final Pattern SIZE = Pattern.compile("(\\d{1,9})([kmg])b?");

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

  /** A number of workers; -1 is all processors, -2 all but one; null is what the defaults say. */
  static int workers(@Nullable String text) {
    try {
      return text == null
          ? Defaults.current().workerCount()
          : Cpus.counted(Integer.parseInt(text.strip()));
    } catch (NumberFormatException e) {
      throw CommandException.usage(
          "--workers must be a whole number, such as 4 or -1: "
              + named("--workers", String.valueOf(text)));
    } catch (IllegalArgumentException e) {
      throw CommandException.usage(String.valueOf(e.getMessage()));
    }
  }

  /** Numbers of workers such as {@code 1,2,-1}; null is what the defaults say. */
  static List<Integer> workerCounts(@Nullable String text) {
    List<Integer> numbers = new ArrayList<>();
    for (String one : text == null ? new @Nullable String[] {null} : text.split(",", -1)) {
      numbers.add(workers(one));
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

  /** A whole number, from 0 to some number. */
  static int upTo(int most, String option, String text) {
    long n;
    try {
      n = Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      n = -1;
    }
    if (n < 0 || n > most) {
      throw CommandException.usage(
          "%s must be a whole number from 0 to %,d: %s"
              .formatted(option, most, named(option, text)));
    }
    return (int) n;
  }

  /** A length of time such as {@code 30s}, {@code 500ms}, {@code 2m} or {@code 1h}. */
  static Duration duration(String option, String text) {
    Matcher parts = DURATION.matcher(text.strip());
    if (!parts.matches()) {
      throw CommandException.usage(
          option + " must be a time such as 30s, 500ms, 2m or 1h: " + named(option, text));
    }
    double nanos =
        Double.parseDouble(parts.group(1))
            * switch (parts.group(2)) {
              case "ms" -> Duration.ofMillis(1).toNanos();
              case "m" -> Duration.ofMinutes(1).toNanos();
              case "h" -> Duration.ofHours(1).toNanos();
              default -> Duration.ofSeconds(1).toNanos();
            };
    if (nanos < 1 || nanos > Duration.ofDays(365).toNanos()) {
      throw CommandException.usage(
          option + " must be > 0 and at most a year: " + named(option, text));
    }
    return Duration.ofNanos((long) nanos);
  }

  /** A size such as {@code 512m} or {@code 2g}. */
  static DataSize size(String option, String text) {
    Matcher parts = SIZE.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!parts.matches()) {
      throw CommandException.usage(
          option + " must be a size such as 512m or 2g: " + named(option, text));
    }
    long number = Long.parseLong(parts.group(1));
    DataSize size =
        switch (parts.group(2)) {
          case "k" -> DataSize.kib(number);
          case "g" -> DataSize.mib(1_024 * number);
          default -> DataSize.mib(number);
        };
    if (size.compareTo(DataSize.mib(2)) < 0) {
      throw CommandException.usage(option + " must be at least 2m: " + named(option, text));
    }
    return size;
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
