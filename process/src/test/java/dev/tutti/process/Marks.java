package dev.tutti.process;

import java.io.IOException;
import java.io.Serial;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Files that tasks leave to tell, whatever becomes of their process, what they have done. */
record Marks(String folder) implements Serializable {
  @Serial private static final long serialVersionUID = 1L;
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  Marks(Path folder) {
    this(folder.toString());
  }

  /** Each call leaves another file, so what is done twice is seen twice. */
  void leave(String name) {
    leavePid(name, ProcessHandle.current().pid());
  }

  /** For a process that cannot leave something itself. */
  void leavePid(String name, long pid) {
    try {
      Files.createTempFile(Path.of(folder), name + ".", "." + pid);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@return how often this was left} */
  int count(String name) {
    return pids(name).size();
  }

  /** {@return the processes that have left this} */
  List<Long> pids(String name) {
    try (Stream<Path> files = Files.list(Path.of(folder))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.startsWith(name + "."))
          .map(file -> Long.valueOf(file.substring(file.lastIndexOf('.') + 1)))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** For tasks: goes on when somebody has left this; an interrupt does not end it. */
  void await(String name) {
    while (count(name) == 0) {
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }
}
