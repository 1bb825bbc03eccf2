package dev.tutti.memory;

import java.io.Serial;
import java.io.Serializable;

/**
 * What a view is while it travels: where to look, not what is there.
 *
 * @param kind which type
 * @param memory the memory that it lies in
 * @param offset at which byte it begins
 * @param length how many slots
 */
record ViewForm(Kind kind, SharedMemory memory, long offset, long length) implements Serializable {

  enum Kind {
    INTS,
    LONGS,
    DOUBLES,
    LONG,
    DOUBLE
  }

  @Serial
  private Object readResolve() {
    return switch (kind) {
      case INTS -> memory.ints(offset, length);
      case LONGS -> memory.longs(offset, length);
      case DOUBLES -> memory.doubles(offset, length);
      case LONG -> memory.longAt(offset);
      case DOUBLE -> memory.doubleAt(offset);
    };
  }
}
