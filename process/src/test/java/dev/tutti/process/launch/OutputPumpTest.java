package dev.tutti.process.launch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class OutputPumpTest {
  private final List<String> passed = new ArrayList<>();

  /** Whole lines are passed on one by one, as the bytes they are. */
  @Test
  void run_lines_arePassedOneByOne() {
    OutputPump pump = pump("one\n\nzwölf\r\n".getBytes(UTF_8));
    assertThat(passed).containsExactly("one\n", "\n", "zwölf\r\n");
    assertThat(pump.tail()).startsWith("one", "");
  }

  /** A last line without its end is passed on with one, so that the next thing starts anew. */
  @Test
  void run_noNewlineAtEnd_isAdded() {
    OutputPump pump = pump("one\ntwo".getBytes(UTF_8));
    assertThat(passed).containsExactly("one\n", "two\n");
    assertThat(pump.tail()).containsExactly("one", "two");
  }

  /** Of many lines the last twenty are kept. */
  @Test
  void tail_manyLines_isTheLastTwenty() {
    String text = String.join("\n", IntStream.range(0, 1_000).mapToObj(i -> "line " + i).toList());
    assertThat(pump(text.getBytes(UTF_8)).tail())
        .isEqualTo(IntStream.range(980, 1_000).mapToObj(i -> "line " + i).toList());
  }

  /** Nothing printed gives no lines. */
  @Test
  void run_nothing_passesNothing() {
    assertThat(pump(new byte[0]).tail()).isEmpty();
    assertThat(passed).isEmpty();
  }

  /** A line of any length arrives whole, in pieces, and is short in the report. */
  @Test
  void run_lineOver64KiB_arrivesWhole() {
    for (int length : new int[] {65_535, 65_536, 65_537, 131_072, 1_000_003}) {
      passed.clear();
      String text = "x".repeat(length) + "\nnext\n";
      OutputPump pump = pump(text.getBytes(UTF_8));
      assertThat(String.join("", passed)).as("length %d", length).isEqualTo(text);
      assertThat(passed.getLast()).isEqualTo("next\n");
      assertThat(passed).allMatch(piece -> piece.length() <= 1 << 16);
      assertThat(pump.tail().getLast()).isEqualTo("next");
      assertThat(pump.tail()).allMatch(line -> line.length() <= 1_000);
    }
  }

  /** With a prefix, each line has it once, however long it is; the report has none. */
  @Test
  void run_prefix_isBeforeEachLine() {
    String text = "one\n\n" + "z".repeat(70_000) + "\nlast";
    OutputPump pump =
        new OutputPump(new ByteArrayInputStream(text.getBytes(UTF_8)), this::keep, "[w0] ");
    pump.run();
    assertThat(String.join("", passed))
        .isEqualTo("[w0] one\n[w0] \n[w0] " + "z".repeat(70_000) + "\n[w0] last\n");
    assertThat(pump.tail()).startsWith("one", "").endsWith("last");
  }

  /** A long line without end is passed on piece by piece, and its end is not lost. */
  @Test
  void run_longLineWithoutNewline_arrivesWhole() {
    String text = "y".repeat(200_000);
    pump(text.getBytes(UTF_8));
    assertThat(String.join("", passed)).isEqualTo(text + "\n");
  }

  /** With nowhere to go the lines are still kept for the report. */
  @Test
  void run_noTarget_keepsTheTail() {
    OutputPump pump = new OutputPump(new ByteArrayInputStream("a\nb\n".getBytes(UTF_8)), null, "");
    pump.run();
    assertThat(pump.tail()).containsExactly("a", "b");
  }

  /** A stream that breaks ends the pump; what had come is passed on. */
  @Test
  void run_streamBreaks_passesWhatHadCome() {
    InputStream broken =
        new InputStream() {
          private int reads;

          @Override
          public int read() throws IOException {
            throw new IOException("stream closed");
          }

          @Override
          public int read(byte[] into, int from, int length) throws IOException {
            if (reads++ > 0) {
              return read();
            }
            into[from] = 'z';
            return 1;
          }
        };
    new OutputPump(broken, this::keep, "").run();
    assertThat(passed).containsExactly("z\n");
  }

  /**
   * A target that throws loses its lines, but the worker behind the pipe must not come to a stop.
   */
  @Test
  void run_targetThrows_readsOn() {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    for (int i = 0; i < 10_000; i++) {
      text.writeBytes(("line " + i + "\n").getBytes(UTF_8));
    }
    ByteArrayInputStream in = new ByteArrayInputStream(text.toByteArray());
    OutputPump pump =
        new OutputPump(
            in,
            (bytes, length) -> {
              throw new IllegalStateException("the program's own stream is broken");
            },
            "");
    try {
      pump.run();
    } catch (IllegalStateException e) {
      throw new AssertionError("the pump has ended, with " + in.available() + " bytes unread", e);
    }
    assertThat(in.available()).isZero();
    assertThat(pump.tail().getLast()).isEqualTo("line 9999");
  }

  private OutputPump pump(byte[] bytes) {
    OutputPump pump = new OutputPump(new ByteArrayInputStream(bytes), this::keep, "");
    pump.run();
    return pump;
  }

  private void keep(byte[] bytes, int length) {
    passed.add(new String(bytes, 0, length, UTF_8));
  }
}
