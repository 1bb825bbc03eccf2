package dev.tutti.process;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * Options of a {@link JvmProcess}.
 *
 * {@snippet class=dev.tutti.process.JvmProcessSnippets region=options lang=java}
 *
 * @param name the process's name; if empty, it is given a number
 * @param jvm how its JVM is started
 * @param daemon whether this JVM may end before it, and then takes it along
 * @param streams where the things go that it prints
 * @param grace how long its task may go on after the interrupt of {@link JvmProcess#closeNow}
 * @since 0.1
 */
public record JvmOptions(
    Optional<String> name, WorkerJvm jvm, boolean daemon, JvmStreams streams, Duration grace) {
  /** A number as a name, everything inherited, no daemon, a second of grace. */
  public static final JvmOptions DEFAULTS =
      new JvmOptions(
          Optional.empty(), WorkerJvm.DEFAULTS, false, JvmStreams.INHERIT, Duration.ofSeconds(1));

  /** Makes the options. */
  public JvmOptions {
    Checks.require(
        name.map(JvmOptions::isLine).orElse(true),
        "name must be one line of text: name=" + name.orElse(""));
    Objects.requireNonNull(jvm, "jvm");
    Objects.requireNonNull(streams, "streams");
    Checks.require(!grace.isNegative(), "grace must not be negative: grace=" + grace);
  }

  private static boolean isLine(String text) {
    return !text.isBlank() && text.chars().noneMatch(Character::isISOControl);
  }

  /**
   * {@return these options with a name for the process}
   *
   * @param text one line of text
   */
  public JvmOptions withName(String text) {
    return new JvmOptions(Optional.of(text), jvm, daemon, streams, grace);
  }

  /**
   * {@return these options with other settings for the process's JVM}
   *
   * @param settings the settings
   */
  public JvmOptions withJvm(WorkerJvm settings) {
    return new JvmOptions(name, settings, daemon, streams, grace);
  }

  /**
   * {@return these options with another answer to whether the process is a daemon}
   *
   * @param ends whether this JVM may end before it, and then takes it along
   */
  public JvmOptions withDaemon(boolean ends) {
    return new JvmOptions(name, jvm, ends, streams, grace);
  }

  /**
   * {@return these options with another place for what the process prints}
   *
   * @param to the place
   */
  public JvmOptions withStreams(JvmStreams to) {
    return new JvmOptions(name, jvm, daemon, to, grace);
  }

  /**
   * {@return these options with another grace time}
   *
   * @param time how long the task may go on after the interrupt of {@code closeNow}, not negative
   */
  public JvmOptions withGrace(Duration time) {
    return new JvmOptions(name, jvm, daemon, streams, time);
  }
}
