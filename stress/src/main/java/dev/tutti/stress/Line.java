package dev.tutti.stress;

import java.util.Optional;

/**
 * One line of a journal: what a task says of itself, each in one write of its own.
 *
 * @param mark what happened
 * @param item the item
 * @param value the result, for {@link Mark#ENDED}, else 0
 * @param nanos when, on the clock that all processes of the machine share
 */
record Line(Mark mark, long item, long value, long nanos) {
  private static final int FIELDS = 4;

  /** What a task does. */
  enum Mark {
    /** Its first act. */
    BEGAN,
    /** It is to fill the heap of its worker. */
    FILLS,
    /** It is about to return. */
    ENDED,
    /** It is about to throw what it was made to throw. */
    THREW,
    /** It was interrupted. */
    INTERRUPTED,
    /** The same item ran in another process at that time. */
    OVERLAPPED;

    /** {@return whether a task that has said so runs on} */
    boolean runsOn() {
      return this == BEGAN || this == FILLS;
    }
  }

  static Line now(Mark mark, long item, long value) {
    return new Line(mark, item, value, System.nanoTime());
  }

  String toText() {
    return mark + " " + item + " " + value + " " + nanos + "\n";
  }

  /** {@return the line; empty if its process died while it wrote} */
  static Optional<Line> parse(String text) {
    String[] fields = text.split(" ", -1);
    if (fields.length != FIELDS) {
      return Optional.empty();
    }
    return Optional.of(
        new Line(
            Mark.valueOf(fields[0]),
            Long.parseLong(fields[1]),
            Long.parseLong(fields[2]),
            Long.parseLong(fields[3])));
  }
}
