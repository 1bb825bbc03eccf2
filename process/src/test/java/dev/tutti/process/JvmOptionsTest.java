package dev.tutti.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class JvmOptionsTest {
  /** Each method changes one component and nothing else. */
  @Test
  void with_eachComponent_changesOnlyThat() {
    WorkerJvm jvm = WorkerJvm.DEFAULTS.withFlags("-Xint");
    assertThat(
            JvmOptions.DEFAULTS
                .withName("n")
                .withJvm(jvm)
                .withDaemon(true)
                .withStreams(JvmStreams.DISCARD)
                .withGrace(Duration.ZERO))
        .isEqualTo(new JvmOptions(Optional.of("n"), jvm, true, JvmStreams.DISCARD, Duration.ZERO));
  }

  /** A name is one line, because it is told to the process as one; a grace is not negative. */
  @Test
  void with_impossibleValues_areRefused() {
    for (String name : new String[] {"", " ", "a\nb", "a\rb", "a\u0085b"}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> JvmOptions.DEFAULTS.withName(name))
          .withMessageStartingWith("name must be one line of text: name=");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JvmOptions.DEFAULTS.withGrace(Duration.ofNanos(-1)))
        .withMessage("grace must not be negative: grace=PT-0.000000001S");
  }

  /** Captured text is cut into lines also where it came in pieces; of very much, the last stays. */
  @Test
  void capture_piecesAndVeryMuch_keepsLastLines() {
    Capture capture = new Capture("no.such.property");
    byte[] piece = "x".repeat(1 << 16).getBytes(UTF_8);
    for (int i = 0; i < Capture.MOST_BYTES / piece.length + 1; i++) {
      capture.line(piece, piece.length);
    }
    byte[] end = "end\nlast ö".getBytes(UTF_8);
    capture.line(end, end.length);
    assertThat(capture.lines()).hasSize(2).element(1).isEqualTo("last ö");
    assertThat(capture.lines().getFirst())
        .endsWith("xxend")
        .hasSizeLessThanOrEqualTo(Capture.MOST_BYTES);
  }
}
