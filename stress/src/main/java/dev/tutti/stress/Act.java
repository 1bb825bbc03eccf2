package dev.tutti.stress;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What the outside process does to a worker. It is written down before it is done.
 *
 * @param deed what
 * @param victim whom it is done to
 * @param nanos when, on the clock that all processes of the machine share
 */
record Act(Deed deed, Life victim, long nanos) {
  /** What can be done to a worker. */
  enum Deed {
    /** {@code kill -9} of one that runs items. */
    KILL,
    /** {@code kill -9} of one that has not begun an item of the round. */
    KILL_EARLY,
    /** {@code SIGSTOP}, and {@code SIGCONT} after a while. */
    PAUSE,
    /** {@code SIGSTOP} in the midst of an item, and nothing after it. */
    HALT,
    /** An order to fill its heap, for its next task. */
    FILL;

    /** {@return whether the item that the worker runs may be lost by it} */
    boolean costsAnItem() {
      return this == KILL || this == KILL_EARLY || this == FILL;
    }
  }

  String toText() {
    return deed + " " + victim.pid() + " " + victim.startTicks() + " " + nanos + "\n";
  }

  private static Act parse(String line) {
    String[] fields = line.split(" ", -1);
    return new Act(
        Deed.valueOf(fields[0]),
        new Life(Long.parseLong(fields[1]), Long.parseLong(fields[2])),
        Long.parseLong(fields[3]));
  }

  /** Reads what has been written since the last time. */
  static final class Reader {
    private final Path file;
    private long offset;

    Reader(Path file) {
      this.file = file;
    }

    List<Act> next() throws IOException {
      List<Act> acts = new ArrayList<>();
      try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
        byte[] fresh = new byte[(int) (in.length() - offset)];
        in.seek(offset);
        in.readFully(fresh);
        offset += fresh.length;
        new String(fresh, StandardCharsets.US_ASCII).lines().forEach(line -> acts.add(parse(line)));
      }
      return acts;
    }
  }
}
