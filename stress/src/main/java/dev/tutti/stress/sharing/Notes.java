package dev.tutti.stress.sharing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** The files into which those who have a lock write numbers, which go up. */
final class Notes {
  private Notes() {}

  static Path file(Path folder, int which) {
    return folder.resolve("holds-" + which);
  }

  /** {@return what is wrong with a file; empty if nothing} */
  static String check(Path folder, int which) throws IOException {
    Path file = file(folder, which);
    if (!Files.exists(file)) {
      return "";
    }
    ByteBuffer numbers = ByteBuffer.wrap(Files.readAllBytes(file));
    long last = 0;
    while (numbers.remaining() >= Long.BYTES) {
      long next = numbers.getLong();
      if (next <= last) {
        return "lock %d: its file says that two had it at once: %d after %d"
            .formatted(which, next, last);
      }
      last = next;
    }
    return "";
  }
}
