package dev.tutti.memory.sync;

import java.io.IOException;

/**
 * Where the bytes of a queue's items are: a ring of units of 8 bytes, and behind it an annex for
 * one item that is too long for the ring. Who may read and write which part is the {@link Ring}'s.
 */
interface Cells {
  /** {@return the number in a unit} */
  long number(int unit);

  /** Writes a number into a unit. */
  void number(int unit, long value);

  /** Fills the bytes from a unit on; where the ring ends they go on at its beginning. */
  void read(int unit, byte[] into);

  /** Writes the bytes from a unit on. */
  void write(int unit, byte[] from);

  /** Fills the bytes from the annex. */
  void readAnnex(byte[] into) throws IOException;

  /** Writes the annex. */
  void writeAnnex(byte[] from) throws IOException;

  /** Gives up the memory of the annex. */
  void cutAnnex() throws IOException;
}
