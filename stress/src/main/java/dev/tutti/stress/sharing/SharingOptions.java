package dev.tutti.stress.sharing;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a run is to be like.
 *
 * @param time how long processes are tormented
 * @param seats how many processes play at a time
 * @param threads how many threads of each play
 * @param seed what decides about acts and moves
 * @param every the time between two acts, on the average
 * @param wake how long one who could go on may wait
 * @param folder where the evidence goes; if empty, into a new folder for temporary files
 * @param cheat what players do wrong on purpose
 */
record SharingOptions(
    Duration time,
    int seats,
    int threads,
    long seed,
    Duration every,
    Duration wake,
    Optional<String> folder,
    Cheat cheat) {
  static final String USAGE =
      """
      usage: stress/sharing [options]
        --seconds N     how long processes are tormented (20)
        --processes N   how many play at a time, at most 32 (4)
        --threads N     how many threads of each play (4)
        --seed N        decides about acts and moves (1)
        --every-ms N    milliseconds between two acts, on the average (60)
        --wake-ms N     milliseconds that one who could go on may wait (1000)
        --folder DIR    where the evidence goes; it is kept if a rule is broken
        --self-test     players cheat, and each way to cheat must be found
      """;

  /**
   * {@return the options that arguments stand for}
   *
   * @throws IllegalArgumentException if an argument is wrong, with the reason
   */
  static SharingOptions parse(String... args) {
    Map<String, String> given = new HashMap<>();
    for (int i = 0; i < args.length; i += 2) {
      if (i + 1 == args.length) {
        throw new IllegalArgumentException("option has no value: option=" + args[i]);
      }
      given.put(args[i], args[i + 1]);
    }
    SharingOptions options =
        new SharingOptions(
            Duration.ofSeconds(take(given, "--seconds", 20, 1, 1_000_000)),
            (int) take(given, "--processes", 4, 2, 32),
            (int) take(given, "--threads", 4, 1, 64),
            take(given, "--seed", 1, Long.MIN_VALUE, Long.MAX_VALUE),
            Duration.ofMillis(take(given, "--every-ms", 60, 1, 60_000)),
            Duration.ofMillis(take(given, "--wake-ms", 1_000, 300, 60_000)),
            Optional.ofNullable(given.remove("--folder")),
            Cheat.NONE);
    if (!given.isEmpty()) {
      throw new IllegalArgumentException("option is not known: option=" + given.keySet());
    }
    return options;
  }

  SharingOptions withCheat(Cheat how, Duration runTime) {
    return new SharingOptions(runTime, seats, threads, seed, every, wake, folder, how);
  }

  private static long take(
      Map<String, String> given, String name, long otherwise, long least, long most) {
    String text = given.remove(name);
    if (text == null) {
      return otherwise;
    }
    try {
      long value = Long.parseLong(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("value must be a number: " + name + "=" + text, e);
    }
    throw new IllegalArgumentException(
        "value must be from %d to %d: %s=%s".formatted(least, most, name, text));
  }
}
