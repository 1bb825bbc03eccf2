package dev.tutti.stress.sharing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What was found, by the referee or by a player. Any thread. */
final class Verdict {
  private static final long DUMP_SECONDS = 5;

  private final Path folder;
  private final List<Seat> seats;
  private final List<String> found = new ArrayList<>();
  private boolean dumped;

  Verdict(Path folder, List<Seat> seats) {
    this.folder = folder;
    this.seats = seats;
  }

  synchronized void complain(String about) {
    if (!about.isEmpty()) {
      found.add(about);
    }
  }

  /** Complains of somebody who does not go on, and writes down what all threads do. */
  synchronized void complainOfWait(String about) {
    complain(about);
    if (!dumped) {
      dumped = true;
      dump(ProcessHandle.current().pid());
      seats.stream().filter(Seat::isFree).map(Seat::pid).forEach(this::dump);
    }
  }

  private void dump(long pid) {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    run(List.of(jcmd, "" + pid, "Thread.print", "-l"), folder.resolve("threads-" + pid));
    run(
        List.of(jcmd, "" + pid, "Thread.dump_to_file", folder.resolve("virtual-" + pid).toString()),
        folder.resolve("dump-" + pid));
  }

  private void run(List<String> command, Path into) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(into.toFile())
              .start();
      if (!process.waitFor(DUMP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      found.add("no dump: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** {@return whether nothing was found so far} */
  synchronized boolean isClean() {
    return found.isEmpty() && folder.resolve("complaints").toFile().length() == 0;
  }

  /** {@return all that was found} */
  synchronized List<String> all() throws IOException {
    List<String> all = new ArrayList<>(found);
    Path complaints = folder.resolve("complaints");
    if (Files.exists(complaints)) {
      all.addAll(Files.readAllLines(complaints));
    }
    return all;
  }
}
