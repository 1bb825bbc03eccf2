package dev.tutti.spi;

import java.lang.Runtime.Version;

/**
 * The oldest JDK that Tutti runs on.
 *
 * @since 0.1
 */
public final class JdkFloor {
  private static final Version FLOOR = Version.parse("25.0.3");

  private JdkFloor() {}

  /**
   * Refuses a JDK that is too old.
   *
   * @param running the version of this JVM
   * @throws IllegalStateException if it is older than 25.0.3
   */
  public static void ensure(Version running) {
    if (running.compareToIgnoreOptional(FLOOR) < 0) {
      throw new IllegalStateException(
          "JDK %s is too old: Tutti needs 25.0.3 or newer, earlier builds corrupt pinned arrays"
                  .formatted(running)
              + " (JDK-8377811); java.home=%s; start with a newer JDK"
                  .formatted(System.getProperty("java.home")));
    }
  }
}
