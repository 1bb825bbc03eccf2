package dev.tutti.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** When lines are written, and what happens when they cannot be. */
@Tag("unit")
class LineOutputTest {
  private static final OutputStream BROKEN =
      new OutputStream() {
        @Override
        public void write(int b) throws IOException {
          throw new IOException("Broken pipe");
        }
      };

  /** Counts writes, and keeps what was written. */
  private static final class Sink extends OutputStream {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int writes;

    @Override
    public synchronized void write(int b) {
      bytes.write(b);
    }

    @Override
    public synchronized void write(byte[] b, int offset, int length) {
      writes++;
      bytes.write(b, offset, length);
    }

    synchronized String text() {
      return bytes.toString(StandardCharsets.UTF_8);
    }

    synchronized int writes() {
      return writes;
    }
  }

  /** A single line comes out by itself, without a close. */
  @Test
  void line_nothingMore_writtenSoon() {
    Sink sink = new Sink();
    LineOutput out = new LineOutput(sink, false, null, () -> {});
    out.line("ä");
    await().until(() -> sink.text().equals("ä\n"));
    out.close();
  }

  /**
   * Many lines are written in few pieces, in their order; a line longer than the buffer is whole.
   */
  @Test
  void line_many_fewWrites() {
    Sink sink = new Sink();
    StringBuilder expected = new StringBuilder();
    try (LineOutput out = new LineOutput(sink, false, null, () -> {})) {
      for (int i = 0; i < 50_000; i++) {
        String line = i == 30_000 ? "x".repeat(100_000) : "line " + i;
        out.line(line);
        expected.append(line).append('\n');
      }
    }
    assertThat(sink.text()).isEqualTo(expected.toString());
    assertThat(sink.writes()).isLessThan(5_000);
  }

  /** A reader that has gone is no error: it is told once, and what follows is dropped. */
  @Test
  void line_readerGone_toldOnce() {
    AtomicInteger told = new AtomicInteger();
    LineOutput out = new LineOutput(BROKEN, true, null, told::incrementAndGet);
    out.line("a");
    out.flush();
    await().untilAtomic(told, org.hamcrest.Matchers.is(1));
    assertThat(out.isReaderGone()).isTrue();
    out.line("b");
    out.close();
    assertThat(told).hasValue(1);
  }

  /** A slow reader of what does not block has not gone: it gets everything, interrupt or not. */
  @Test
  void line_nonBlockingAndFull_waits() throws Exception {
    Pipe pipe = Pipe.open();
    pipe.sink().configureBlocking(false);
    AtomicInteger told = new AtomicInteger();
    LineOutput out =
        new LineOutput(new WaitingOutput(pipe.sink()), true, null, told::incrementAndGet);
    String text = "x".repeat(1_000_000); // more than a pipe holds
    AtomicBoolean isInterrupted = new AtomicBoolean();
    Thread writer =
        Thread.ofPlatform()
            .daemon()
            .start(() -> {
              Thread.currentThread().interrupt();
              out.line(text);
              isInterrupted.set(Thread.currentThread().isInterrupted());
              out.close();
            });
    await().until(() -> writer.getState() == Thread.State.TIMED_WAITING);
    byte[] read;
    try (InputStream in = Channels.newInputStream(pipe.source())) {
      read = in.readNBytes(text.length() + 1);
    }
    writer.join();
    pipe.sink().close();
    assertThat(new String(read, StandardCharsets.UTF_8)).isEqualTo(text + "\n");
    assertThat(told).hasValue(0);
    assertThat(isInterrupted).isTrue();
  }

  /** A disk that is full is an error. */
  @Test
  void close_cannotWrite_throws() {
    LineOutput out = new LineOutput(BROKEN, false, null, () -> {});
    out.line("a");
    assertThatThrownBy(out::close)
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("standard output");
  }

  /** On one terminal the progress is wiped before a line is printed. */
  @Test
  void line_sharedScreen_progressCleared() {
    Sink screen = new Sink();
    Talk talk = new Talk(new PrintStream(screen, true, StandardCharsets.UTF_8), true);
    try (LineOutput out = new LineOutput(screen, false, talk, () -> {})) {
      talk.title("work");
      talk.advanced(TalkTest.state(1, false));
      out.line("result");
    }
    assertThat(screen.text())
        .matches("(?s)\\rtutti: work: \\[##----.*1/10 items.*\\u001b\\[K\\r\\u001b\\[Kresult\\n");
  }
}
