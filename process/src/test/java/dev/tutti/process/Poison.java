package dev.tutti.process;

import dev.tutti.task.Fn;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serial;

/** A function that nobody can read and live. */
final class Poison implements Fn<Integer, Integer> {
  @Serial private static final long serialVersionUID = 1L;
  private final Marks marks;

  Poison(Marks marks) {
    this.marks = marks;
  }

  @Override
  public Integer apply(Integer item) {
    return item;
  }

  @Serial
  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    marks.leave("read");
    Deaths.halts(8);
  }
}
