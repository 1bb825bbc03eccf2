package dev.tutti.actors;

import java.io.IOException;
import java.util.List;

/** What a {@link Tape} can do. */
public interface Recorder {
  int add(int mark);

  List<Integer> marks();

  void fail(String message) throws IOException;
}
