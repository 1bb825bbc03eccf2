package dev.tutti.stress;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a run is to be like.
 *
 * @param time no round begins after this, if there have been enough items
 * @param items how many items there are at least
 * @param workers how many workers the pool has
 * @param seed what decides about items and acts
 * @param every the time between two acts
 * @param roundItems how many items a round has
 * @param patience how long there may be no outcome
 * @param folder where the evidence goes; if empty, into a new folder for temporary files
 */
record TortureOptions(
    Duration time,
    long items,
    int workers,
    long seed,
    Duration every,
    int roundItems,
    Duration patience,
    Optional<String> folder) {
  static final TortureOptions DEFAULTS =
      new TortureOptions(
          Duration.ofSeconds(20),
          0,
          2,
          1,
          Duration.ofMillis(50),
          200,
          Duration.ofSeconds(30),
          Optional.empty());

  static final String USAGE =
      """
      usage: java -jar torture.jar [options]
        --seconds N     no round begins after N seconds, if there were enough items (20)
        --items N       at least N items (0)
        --workers N     workers of the pool (2)
        --seed N        decides about items and acts (1)
        --every-ms N    milliseconds between two acts (50)
        --round N       items of a round (200)
        --patience N    seconds without an outcome that count as a hang (30)
        --folder DIR    where the evidence goes; it is kept if a rule is broken
      """;

  /**
   * {@return the options that arguments stand for}
   *
   * @throws IllegalArgumentException if an argument is wrong, with the reason
   */
  static TortureOptions parse(String... args) {
    Map<String, String> given = new TreeMap<>();
    for (int i = 0; i < args.length; i += 2) {
      if (i + 1 == args.length) {
        throw new IllegalArgumentException("option has no value: option=" + args[i]);
      }
      given.put(args[i], args[i + 1]);
    }
    TortureOptions d = DEFAULTS;
    TortureOptions options =
        new TortureOptions(
            Duration.ofSeconds(take(given, "--seconds", d.time.toSeconds(), 0)),
            take(given, "--items", d.items, 0),
            (int) take(given, "--workers", d.workers, 1),
            take(given, "--seed", d.seed, Long.MIN_VALUE),
            Duration.ofMillis(take(given, "--every-ms", d.every.toMillis(), 1)),
            (int) take(given, "--round", d.roundItems, 1),
            Duration.ofSeconds(take(given, "--patience", d.patience.toSeconds(), 1)),
            Optional.ofNullable(given.remove("--folder")));
    if (!given.isEmpty()) {
      throw new IllegalArgumentException("option is not known: option=" + given.keySet());
    }
    return options;
  }

  private static long take(Map<String, String> given, String name, long otherwise, long least) {
    String text = given.remove(name);
    if (text == null) {
      return otherwise;
    }
    try {
      long value = Long.parseLong(text);
      if (value >= least) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("value must be a number: " + name + "=" + text, e);
    }
    throw new IllegalArgumentException("value must be >= " + least + ": " + name + "=" + text);
  }
}
