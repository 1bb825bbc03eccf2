package dev.tutti.spi;

import java.lang.Runtime.Version;
import java.util.Arrays;

/**
 * The oldest JDK that Tutti runs on.
 *
 * @since 0.1
 */
public final class JdkFloor {
  private static final int[] FLOOR = {25, 0, 3};

  /** So that no number overflows. */
  private static final int MOST_CHARACTERS = 8;

  private JdkFloor() {}

  /**
   * Refuses the JDK that runs this, if it is too old. Most are told by their first numbers, which
   * costs nothing: to read a version in full takes a JVM that starts several milliseconds.
   *
   * @throws IllegalStateException if it is older than 25.0.3
   */
  public static void ensure() {
    if (!isSurelyNewer(System.getProperty("java.version", ""))) {
      ensure(Runtime.version());
    }
  }

  /** {@return whether a version is numbers and dots alone, and not below the floor} */
  static boolean isSurelyNewer(String version) {
    int[] numbers = new int[FLOOR.length];
    int at = 0;
    for (int i = 0; i < version.length(); i++) {
      char c = version.charAt(i);
      if (c == '.') {
        at++;
      } else if (c < '0' || c > '9' || i > MOST_CHARACTERS) {
        return false;
      } else if (at < numbers.length) {
        numbers[at] = numbers[at] * 10 + (c - '0');
      }
    }
    return Arrays.compare(numbers, FLOOR) >= 0;
  }

  /**
   * Refuses a JDK that is too old.
   *
   * @param running the version of this JVM
   * @throws IllegalStateException if it is older than 25.0.3
   */
  public static void ensure(Version running) {
    if (running.compareToIgnoreOptional(Version.parse("25.0.3")) < 0) {
      throw new IllegalStateException(
          "JDK %s is too old: Tutti needs 25.0.3 or newer, earlier builds corrupt pinned arrays"
                  .formatted(running)
              + " (JDK-8377811); java.home=%s; start with a newer JDK"
                  .formatted(System.getProperty("java.home")));
    }
  }
}
