package dev.tutti.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.event.ProgressState;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is said on standard error, on a terminal and elsewhere. */
@Tag("unit")
class TalkTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private Talk talk(boolean terminal) {
    return new Talk(new PrintStream(bytes, true, StandardCharsets.UTF_8), terminal);
  }

  private String said() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  static ProgressState state(long seconds, boolean finished) {
    return new ProgressState(1, 0, OptionalLong.of(10), Duration.ofSeconds(seconds), finished);
  }

  @Test
  void say_line_hasPrefix() {
    talk(false).say("hello");
    assertThat(said()).isEqualTo("tutti: hello%n".formatted());
  }

  /**
   * Elsewhere than on a terminal there is a whole line every ten seconds, and nothing is redrawn.
   */
  @Test
  void advanced_noTerminal_plainLineNowAndThen() {
    Talk talk = talk(false);
    talk.advanced(state(1, false));
    talk.advanced(state(9, false));
    assertThat(said()).isEmpty();
    talk.advanced(state(10, false));
    talk.advanced(state(11, false));
    assertThat(said()).startsWith("tutti: 1/10 items").doesNotContain("\r").hasLineCount(1);
  }

  /** What is said stands above the progress, which does not garble it. */
  @Test
  void say_progressDrawn_clearedBefore() {
    Talk talk = talk(true);
    talk.advanced(state(1, false));
    talk.say("hello");
    assertThat(said()).endsWith("\u001b[K\r\u001b[Ktutti: hello%n".formatted());
  }

  /** The last state leaves no progress on the screen, and a muted talk draws none. */
  @Test
  void advanced_finishedOrMuted_nothingStays() {
    Talk talk = talk(true);
    talk.advanced(state(1, false));
    talk.advanced(state(2, true));
    assertThat(said()).endsWith("\r\u001b[K");
    bytes.reset();
    talk.mute();
    talk.advanced(state(3, false));
    assertThat(said()).isEmpty();
  }
}
