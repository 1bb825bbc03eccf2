package dev.tutti.process.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.memory.segment.Segment;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class IntroductionTest {
  private static final Introduction SAMPLE =
      new Introduction(
          "s3cret",
          "/tmp/a folder with spaces/ü/w0.s",
          4_711,
          "tutti-p1-worker-0",
          1_024,
          new Segment.Handle(4_711, 12, 65_600));

  /** What was written as lines is read as it was. */
  @Test
  void read_itsOwnLines_givesTheSame() throws IOException {
    assertThat(read(SAMPLE.toLines())).isEqualTo(SAMPLE);
  }

  /** A standard input that ends too early is not that of a worker, and the message says so. */
  @Test
  void read_linesMissing_saysWhoStartsWorkers() {
    for (int n = 0; n < SAMPLE.toLines().size(); n++) {
      List<String> lines = SAMPLE.toLines().subList(0, n);
      assertThatThrownBy(() -> read(lines))
          .isInstanceOf(WireException.class)
          .hasMessageContaining("Pool.processes()");
    }
  }

  /** Other text where a number belongs is refused. */
  @Test
  void read_noNumber_isRefused() {
    for (int n : new int[] {2, 4, 5, 6}) {
      List<String> lines = new ArrayList<>(SAMPLE.toLines());
      lines.set(n, "many");
      assertThatThrownBy(() -> read(lines))
          .isInstanceOf(WireException.class)
          .hasMessageContaining("many");
    }
  }

  private static Introduction read(List<String> lines) throws IOException {
    String text = lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
    return Introduction.read(new BufferedReader(new StringReader(text)));
  }
}
