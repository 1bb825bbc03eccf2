package dev.tutti.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How standard input is cut into items. */
@Tag("unit")
class StdinItemsTest {

  private static List<String> items(String text, boolean nulSeparated) {
    List<String> items = new ArrayList<>();
    new StdinItems(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), nulSeparated)
        .forEachRemaining(items::add);
    return items;
  }

  /** A line is an item, an empty one too; the last need not be ended. */
  @Test
  void next_lines_oneEach() {
    assertThat(items("a\n\nb c\r\nä", false)).containsExactly("a", "", "b c", "ä");
    assertThat(items("a\n", false)).containsExactly("a");
    assertThat(items("", false)).isEmpty();
  }

  /** With NUL as the end, line breaks are part of the item. */
  @Test
  void next_nulSeparated_lineBreaksStay() {
    assertThat(items("a\nb\0c\r\0", true)).containsExactly("a\nb", "c\r");
  }

  /** Items longer than what is read at once come in one piece. */
  @Test
  void next_longItems_whole() {
    String item = "xyz".repeat(50_000);
    assertThat(items(item + "\n" + item + "\nshort", false)).containsExactly(item, item, "short");
  }

  /** What is not UTF-8 is refused, by its number, and also where it does not fit in one read. */
  @Test
  void next_notUtf8_refused() {
    String item = "x".repeat(100_000);
    byte[] bytes = ("a\n" + item + "\u00e4\n").getBytes(StandardCharsets.ISO_8859_1);
    StdinItems items = new StdinItems(new ByteArrayInputStream(bytes), false);
    assertThat(items.next()).isEqualTo("a");
    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(items::hasNext)
        .withMessageStartingWith("input 2 is not UTF-8: xxx")
        .satisfies(e -> assertThat(e.exitCode()).isEqualTo(ExitCode.SOME_FAILED));
  }

  /** An item is there as soon as its line is: nothing more is read before it is asked for. */
  @Test
  void next_oneLineThere_readsNoFurther() {
    InputStream in =
        new InputStream() {
          private boolean read;

          @Override
          public int read() {
            throw new AssertionError("bytes are read in pieces");
          }

          @Override
          public int read(byte[] bytes, int offset, int length) {
            if (read) {
              throw new AssertionError("read on, although there was a line");
            }
            read = true;
            bytes[offset] = 'a';
            bytes[offset + 1] = '\n';
            return 2;
          }
        };
    assertThat(new StdinItems(in, false).next()).isEqualTo("a");
  }

  /** An input that cannot be read says so; one that has ended has no more items. */
  @Test
  void next_noMore_throws() {
    InputStream broken =
        new InputStream() {
          @Override
          public int read() {
            throw new AssertionError("bytes are read in pieces");
          }

          @Override
          public int read(byte[] bytes, int offset, int length) throws IOException {
            throw new IOException("gone");
          }
        };
    assertThatThrownBy(() -> new StdinItems(broken, false).hasNext())
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("standard input");
    assertThatThrownBy(() -> new StdinItems(InputStream.nullInputStream(), false).next())
        .isInstanceOf(NoSuchElementException.class);
  }
}
