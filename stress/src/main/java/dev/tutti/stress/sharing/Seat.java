package dev.tutti.stress.sharing;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tutti.stress.Life;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A place at the board, and the process that has it now. The referee's main thread owns it; others
 * look.
 */
final class Seat {
  private static final long DEATH_SECONDS = 20;

  private final int number;
  private final Board board;
  private final Path folder;
  private final Cheat cheat;
  private volatile @Nullable Process process;
  private volatile boolean stopped;
  private @Nullable PrintStream in;
  private long startNanos;

  Seat(int number, Board board, Path folder, Cheat cheat) {
    this.number = number;
    this.board = board;
    this.folder = folder;
    this.cheat = cheat;
  }

  /** Starts a JVM that is small and quick to start. */
  void start(String kit, long seed) throws IOException {
    Process started =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx48m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Xshare:auto",
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName(),
                Integer.toString(number),
                Long.toString(seed),
                cheat.name(),
                folder.toString())
            .redirectOutput(Redirect.appendTo(folder.resolve("talk").toFile()))
            .redirectError(Redirect.appendTo(folder.resolve("talk").toFile()))
            .start();
    startNanos = System.nanoTime();
    stopped = false;
    in = new PrintStream(started.getOutputStream(), true, UTF_8);
    process = started;
    in.println(kit);
  }

  /** Tells its process something; one that is dead does not hear it. */
  void tell(String line) {
    if (in != null) {
      in.println(line);
    }
  }

  /** {@return the rows of its players} */
  List<Board.Row> rows() {
    return board.rows(number).toList();
  }

  int number() {
    return number;
  }

  long pid() {
    Process now = process;
    return now == null ? 0 : now.pid();
  }

  long startNanos() {
    return startNanos;
  }

  /** {@return whether its process lives and is not stopped, so that its players may be judged} */
  boolean isFree() {
    Process now = process;
    return now != null && !stopped && now.isAlive();
  }

  boolean isStopped() {
    return stopped;
  }

  /** {@return whether its process has ended, whoever ended it} */
  boolean isOver() {
    Process now = process;
    return now == null || !now.isAlive();
  }

  /** {@return whether all its players have begun} */
  boolean isUp() {
    return board.rows(number).allMatch(row -> row.doing() != Doing.NOTHING);
  }

  void signal(boolean stop, dev.tutti.stress.Signals signals) throws IOException {
    Life life = Life.of(pid()).orElse(null);
    if (life == null) {
      return;
    }
    if (stop) {
      stopped = true;
    }
    signals.send(stop ? "STOP" : "CONT", life);
    if (!stop) {
      stopped = false;
    }
  }

  /** Kills its process, and waits until it is gone. */
  void kill() throws InterruptedException, IOException {
    Process now = process;
    if (now == null) {
      return;
    }
    now.destroyForcibly();
    if (!now.waitFor(DEATH_SECONDS, TimeUnit.SECONDS)) {
      throw new IOException("a process that was killed does not end: pid=" + now.pid());
    }
    process = null;
    if (in != null) {
      in.close();
    }
  }
}
