package dev.tutti.process.launch;

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

  static final Wrapping HERE = new Wrapping(); // after what it uses

  private final List<String> command = new ArrayList<>();
  private final List<String> lowPriority;
  private final boolean hasDeathSignal;

  private Wrapping() {
    find("setsid").ifPresent(program -> command.add(program.toString()));
    Optional<Path> setpriv = find("setpriv").filter(Wrapping::knowsDeathSignal);
    setpriv.ifPresent(program -> {
      command.add(program.toString());
      command.addAll(DEATH_SIGNAL);
    });
    this.hasDeathSignal = setpriv.isPresent();
    this.lowPriority =
        find("nice").map(program -> List.of(program.toString(), "-n", "19")).orElse(List.of());
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
    return command;
  }

  /** {@return what stands before a command that is to run when nobody else wants to} */
  List<String> atLowPriority() {
    return lowPriority;
  }

  /** {@return whether the worker is killed when its parent is gone, without asking for it} */
  boolean hasDeathSignal() {
    return hasDeathSignal;
  }
}
