package dev.tutti.process;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;

/** Serialisable, and deadly where it is read. */
final class HaltsWhenRead implements Serializable {
  @Serial private static final long serialVersionUID = 1L;
  private final int number;
  private final boolean deadly;

  HaltsWhenRead(int number, boolean deadly) {
    this.number = number;
    this.deadly = deadly;
  }

  int number() {
    return number;
  }

  boolean deadly() {
    return deadly;
  }

  @Serial
  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    if (deadly) {
      Deaths.halts(9);
    }
  }
}
