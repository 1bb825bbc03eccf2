package dev.tutti.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Progress in numbers and words. */
@Tag("unit")
final class ProgressStateTest {
  private static ProgressState state(
      long done, long failed, OptionalLong total, Duration elapsed, boolean finished) {
    return new ProgressState(done, failed, total, elapsed, finished);
  }

  @Test
  void inWords_onTheWay_saysRateAndTimeLeft() {
    assertThat(
            state(41_200, 2, OptionalLong.of(100_000), Duration.ofMillis(12_190), false).inWords())
        .isEqualTo("41,200/100,000 items  3,380/s  2 failed  about 17 s left");
    assertThat(state(10, 0, OptionalLong.of(20), Duration.ofSeconds(2), false).inWords())
        .isEqualTo("10/20 items  5.0/s  about 2.0 s left");
    assertThat(state(1, 0, OptionalLong.of(1_001), Duration.ofSeconds(1), false).inWords())
        .isEqualTo("1/1,001 items  1.0/s  about 17 min left");
  }

  @Test
  void inWords_totalUnknownOrNothingDone_saysNoTimeLeft() {
    assertThat(state(10, 0, OptionalLong.empty(), Duration.ofSeconds(2), false).inWords())
        .isEqualTo("10 items  5.0/s");
    assertThat(state(0, 0, OptionalLong.of(5), Duration.ofSeconds(2), false).inWords())
        .isEqualTo("0/5 items  0.0/s");
    assertThat(state(0, 0, OptionalLong.of(5), Duration.ZERO, false).inWords())
        .isEqualTo("0/5 items  0.0/s");
  }

  @Test
  void inWords_finished_saysTheTimeItTook() {
    assertThat(state(20, 1, OptionalLong.of(20), Duration.ofSeconds(4), true).inWords())
        .isEqualTo("20/20 items  5.0/s  1 failed  in 4.0 s");
  }

  @Test
  void remaining_moreDoneThanExpected_isNotNegative() {
    assertThat(state(30, 0, OptionalLong.of(20), Duration.ofSeconds(1), false).remaining())
        .hasValue(Duration.ZERO);
  }

  private static String drawn(boolean terminal, ProgressState... states) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ProgressBar bar =
        new ProgressBar("job", new PrintStream(bytes, true, StandardCharsets.UTF_8), terminal);
    for (ProgressState state : states) {
      bar.advanced(state);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void bar_onTerminal_redrawsOneLine() {
    String text =
        drawn(
            true,
            state(10, 0, OptionalLong.of(20), Duration.ofSeconds(2), false),
            state(20, 0, OptionalLong.of(20), Duration.ofSeconds(4), true));
    assertThat(text)
        .startsWith("\rjob [############------------] 10/20 items")
        .contains("\rjob [########################] 20/20 items")
        .endsWith(System.lineSeparator());
    assertThat(text.lines().filter(line -> !line.isEmpty()).count()).isEqualTo(2); // \r, then \n
  }

  /** Elsewhere a line now and then, without control characters. */
  @Test
  void bar_elsewhere_isPlainLinesNowAndThen() {
    String text =
        drawn(
            false,
            state(1, 0, OptionalLong.of(20), Duration.ofSeconds(1), false),
            state(5, 0, OptionalLong.of(20), Duration.ofSeconds(10), false),
            state(6, 0, OptionalLong.of(20), Duration.ofSeconds(11), false),
            state(20, 0, OptionalLong.of(20), Duration.ofSeconds(40), true));
    assertThat(text.lines())
        .containsExactly(
            "job: 5/20 items  0.5/s  about 30 s left", "job: 20/20 items  0.5/s  in 40 s");
  }

  @Test
  void bar_emptyInput_isDrawn() {
    assertThat(drawn(true, state(0, 0, OptionalLong.of(0), Duration.ZERO, true)))
        .contains("job 0/0 items");
  }
}
