package dev.tutti.process.launch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Programs of the system that start a worker as it is to be from its first instruction on: as the
 * leader of a group of its own, and to be killed when its parent is gone. What this system does not
 * have is left out; a worker then asks for the death signal itself, a little later.
 */
final class Wrapping {
  private static final List<String> FOLDERS = List.of("/usr/bin", "/bin");
  private static final List<String> DEATH_SIGNAL = List.of("--pdeathsig", "KILL");
  private static final long PATIENCE_SECONDS = 5;
  private static final int LOWEST_PRIORITY = 19;

  /**
   * Where the kernel shares the processor out by sessions, that of a worker is to yield as the
   * worker itself is. Elsewhere nothing is written.
   */
  private static final String SESSION_YIELDS =
      "echo \"$1\" 2>/dev/null >/proc/self/autogroup; shift; exec \"$@\"";

  private static final Path STAT = Path.of("/proc/self/stat");
  private static final int NICENESS_FIELD = 16; // behind the name, which may hold anything

  static final Wrapping HERE = new Wrapping(); // after what it uses

  private final List<String> session;
  private final List<String> killedWithParent;
  private final Optional<Path> nice;
  private final int niceness;

  private Wrapping() {
    this.session = find("setsid").map(Path::toString).map(List::of).orElse(List.of());
    Optional<Path> setpriv = find("setpriv").filter(Wrapping::knowsDeathSignal);
    this.killedWithParent =
        setpriv
            .map(program ->
                Stream.concat(Stream.of(program.toString()), DEATH_SIGNAL.stream()).toList())
            .orElse(List.of());
    this.nice = find("nice");
    this.niceness = ownNiceness();
  }

  /** {@return by how much this process yields to others; 0 if that is not known} */
  private static int ownNiceness() {
    try {
      String stat = Files.readString(STAT, ISO_8859_1);
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return Integer.parseInt(fields[NICENESS_FIELD]);
    } catch (IOException | RuntimeException e) {
      System.getLogger("dev.tutti").log(Level.DEBUG, "cannot read {0}: {1}", STAT, e);
      return 0;
    }
  }

  private static Optional<Path> find(String program) {
    return FOLDERS.stream()
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Older ones, and small ones, do not. */
  private static boolean knowsDeathSignal(Path setpriv) {
    List<String> trial =
        Stream.of(List.of(setpriv.toString()), DEATH_SIGNAL, List.of("/bin/sh", "-c", ":"))
            .flatMap(List::stream)
            .toList();
    try {
      Process process =
          new ProcessBuilder(trial)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        return process.exitValue() == 0;
      }
      process.destroyForcibly();
      return false;
    } catch (IOException e) {
      System.getLogger("dev.tutti").log(Level.DEBUG, "cannot try {0}: {1}", setpriv, e);
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** {@return what stands before the shell of a worker} */
  List<String> command() {
    return command(niceness);
  }

  /** {@return the same, for what is to run when nobody else wants to} */
  List<String> commandAtLowPriority() {
    List<String> command = new ArrayList<>();
    nice.ifPresent(program ->
        command.addAll(List.of(program.toString(), "-n", String.valueOf(LOWEST_PRIORITY))));
    command.addAll(command(LOWEST_PRIORITY));
    return command;
  }

  private List<String> command(int sessionNiceness) {
    List<String> command = new ArrayList<>(session);
    if (sessionNiceness > 0 && !session.isEmpty()) { // above others only who may, and nobody asked
      command.addAll(List.of("/bin/sh", "-c", SESSION_YIELDS, WorkerCommand.SHELL_NAME));
      command.add(String.valueOf(sessionNiceness));
    }
    command.addAll(killedWithParent);
    return command;
  }

  /** {@return whether the worker is killed when its parent is gone, without asking for it} */
  boolean hasDeathSignal() {
    return !killedWithParent.isEmpty();
  }
}
