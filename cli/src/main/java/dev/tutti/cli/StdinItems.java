package dev.tutti.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The items on standard input, read as they are asked for: one a line, or each ended by a NUL; in
 * UTF-8.
 */
final class StdinItems implements Iterator<String> {
  private static final int BUFFER_BYTES = 1 << 16;

  private final InputStream in;
  private final byte end;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder(); // refuses
  private long count;
  private int at;
  private int limit;
  private @Nullable String next;

  StdinItems(InputStream in, boolean nulSeparated) {
    this.in = in;
    this.end = (byte) (nulSeparated ? 0 : '\n');
  }

  @Override
  public boolean hasNext() {
    if (next == null) {
      try {
        next = read();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read standard input", e);
      }
    }
    return next != null;
  }

  @Override
  public String next() {
    if (!hasNext() || next == null) {
      throw new NoSuchElementException("standard input has ended");
    }
    String item = next;
    next = null;
    return item;
  }

  private @Nullable String read() throws IOException {
    ByteArrayOutputStream begun = null; // the part of the item that an earlier buffer held
    while (true) {
      for (int i = at; i < limit; i++) {
        if (buffer[i] == end) {
          String item = text(begun, i);
          at = i + 1;
          return item;
        }
      }
      if (at < limit) {
        begun = begun == null ? new ByteArrayOutputStream() : begun;
        begun.write(buffer, at, limit - at);
      }
      at = 0;
      limit = Math.max(0, in.read(buffer));
      if (limit == 0) {
        return begun == null ? null : text(begun, 0);
      }
    }
  }

  private String text(@Nullable ByteArrayOutputStream begun, int until) {
    count++;
    String text;
    if (begun == null) {
      text = decoded(ByteBuffer.wrap(buffer, at, until - at));
    } else {
      begun.write(buffer, at, until - at);
      text = decoded(ByteBuffer.wrap(begun.toByteArray()));
    }
    return end == '\n' && text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  /** What is not UTF-8 is another input than the user means, such as a file that is not there. */
  private String decoded(ByteBuffer bytes) {
    try {
      return decoder.decode(bytes.duplicate()).toString();
    } catch (CharacterCodingException e) {
      throw CommandException.brokenOff(
          "input %d is not UTF-8: %s; convert the inputs, as by iconv -f LATIN1 -t UTF-8"
              .formatted(count, Words.oneLine(StandardCharsets.UTF_8.decode(bytes).toString())));
    }
  }
}
