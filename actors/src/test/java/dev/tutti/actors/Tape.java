package dev.tutti.actors;

import dev.tutti.testkit.Await;
import java.io.Serial;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The state of the actors that are tested: it keeps what it was told, in order. */
final class Tape implements Recorder, Serializable {
  @Serial private static final long serialVersionUID = 1L;

  private final ArrayList<Integer> marks = new ArrayList<>();

  @Override
  public int add(int mark) {
    marks.add(mark);
    return marks.size();
  }

  @Override
  public List<Integer> marks() {
    return List.copyOf(marks);
  }

  @Override
  public void fail(String message) throws java.io.IOException {
    throw new java.io.IOException(message);
  }

  long pid() {
    return ProcessHandle.current().pid();
  }

  /** Makes a file, and waits for another one. */
  static int waitFor(Path begun, Path go) throws Exception {
    Files.createFile(begun);
    Await.file(go);
    return 1;
  }

  /** Makes a file, and goes on for ever, whatever interrupt comes. */
  static int never(Path begun) throws Exception {
    Files.createFile(begun);
    while (true) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
      boolean _ = Thread.interrupted(); // as code does that does not care
    }
  }

  /** Makes a file, and goes on until it is interrupted. */
  static int untilInterrupted(Path begun) throws Exception {
    Files.createFile(begun);
    Thread.sleep(Duration.ofDays(1));
    return 0;
  }
}
