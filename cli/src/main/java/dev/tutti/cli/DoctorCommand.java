package dev.tutti.cli;

import dev.tutti.Pool;
import dev.tutti.plan.Defaults;
import dev.tutti.process.ProcessOptions;
import dev.tutti.process.WorkerOutput;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tutti doctor}: the machine, the defaults, and what to mend. */
@Command(
    name = "doctor",
    description = "Look at this machine and at the defaults, start a worker, and say what to mend.")
final class DoctorCommand implements Callable<Integer> {
  /** The backend that chooses: one of a program's pools, not of a command. */
  private static final String AUTO = "auto";

  @Option(names = "--json", description = "Print one JSON object on standard output.")
  private boolean json;

  @Override
  public Integer call() {
    return Session.run(this::examine) == ExitCode.DONE && !found
        ? ExitCode.DONE
        : ExitCode.SOME_FAILED;
  }

  /** Whether there is something that does not work. */
  private boolean found;

  private void examine(Session session) {
    List<Finding> machine = new ArrayList<>(Machine.here().look());
    machine.add(worker(session));
    List<Finding> defaults = defaults();
    if (json) {
      Map<String, @Nullable Object> object = new LinkedHashMap<>();
      object.put("machine", machine.stream().map(Finding::fields).toList());
      object.put("defaults", defaults.stream().map(Finding::fields).toList());
      session.out().line(Json.of(object));
    } else {
      machine.forEach(finding -> session.out().line(finding.text()));
      defaults.forEach(finding -> session.out().line(finding.text()));
    }
    found =
        machine.stream().anyMatch(f -> f.state() == Finding.State.BAD)
            || defaults.stream().anyMatch(f -> f.state() == Finding.State.BAD);
  }

  /** Starts one, which says more than all the rest. */
  private static Finding worker(Session session) {
    long start = System.nanoTime();
    try {
      Pool pool =
          session.open(ProcessOptions.DEFAULTS.withWorkers(1).withOutput(WorkerOutput.DISCARD));
      pool.warm();
      Duration time = Duration.ofNanos(System.nanoTime() - start);
      return Finding.ok("a worker", "starts in " + time.toMillis() + " ms");
    } catch (RuntimeException e) {
      return Finding.bad(
          "a worker",
          "does not start: " + Words.oneLine(Words.of(e)),
          "see what it says, or use threads");
    }
  }

  /** What holds where a call does not say it. A scoped value there is none in a command. */
  private static List<Finding> defaults() {
    try {
      Defaults said = Defaults.ofProperties();
      return List.of(
          backend(said.backendName()),
          byDefault("tutti.workers", Integer.toString(said.workerCount())),
          byDefault("tutti.timeout", said.timeout().map(Duration::toString).orElse("none")),
          byDefault("tutti.idle", said.idle().orElse(Defaults.BUILT_IN_IDLE).toString()));
    } catch (IllegalArgumentException e) {
      return List.of(
          Finding.bad("defaults", String.valueOf(e.getMessage()), "mend or remove the property"));
    }
  }

  private static Finding backend(String name) {
    return name.equals(AUTO) || BackendName.known(name).isPresent()
        ? byDefault("tutti.backend", name)
        : Finding.bad(
            "tutti.backend",
            "is not known: backend=" + name,
            "name one of " + BackendName.names() + ", " + AUTO);
  }

  private static Finding byDefault(String property, String value) {
    boolean isSaid = !System.getProperty(property, "").isBlank();
    return Finding.ok(property, value + (isSaid ? " (system property)" : " (built in)"));
  }
}
