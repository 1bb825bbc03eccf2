package dev.tutti.process;

import dev.tutti.plan.BackendOptions;
import dev.tutti.plan.Cpus;
import dev.tutti.plan.DataSize;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Options of a pool of worker JVMs.
 *
 * {@snippet class=dev.tutti.process.ProcessSnippets region=options lang=java}
 *
 * <p>What is said once per worker JVM stands in {@link WorkerJvm}; its most used settings have a
 * method here.
 *
 * @param workers how many workers at most, at least 1
 * @param jvm how each worker's JVM is started
 * @param grace how long a task that is to stop may still run after its interrupt before its worker
 *     is killed
 * @param output where the things go that tasks print
 * @param results what is taken from workers as a result
 * @since 0.1
 */
public record ProcessOptions(
    int workers, WorkerJvm jvm, Duration grace, WorkerOutput output, ResultFilter results)
    implements BackendOptions {
  /** A worker for each processor, everything else inherited, a second of grace. */
  public static final ProcessOptions DEFAULTS =
      new ProcessOptions(
          Cpus.available(),
          WorkerJvm.DEFAULTS,
          Duration.ofSeconds(1),
          WorkerOutput.INHERIT,
          ResultFilter.DEFAULTS);

  /** Makes the options. */
  public ProcessOptions {
    Checks.require(workers >= 1, "workers must be >= 1: workers=" + workers);
    Objects.requireNonNull(jvm, "jvm");
    Checks.require(!grace.isNegative(), "grace must not be negative: grace=" + grace);
    Objects.requireNonNull(output, "output");
    Objects.requireNonNull(results, "results");
  }

  /**
   * {@return these options with another number of workers}
   *
   * @param n how many at most, at least 1
   */
  public ProcessOptions withWorkers(int n) {
    return new ProcessOptions(n, jvm, grace, output, results);
  }

  /**
   * {@return these options with other settings for the workers' JVMs}
   *
   * @param settings the settings
   */
  public ProcessOptions withJvm(WorkerJvm settings) {
    return new ProcessOptions(workers, settings, grace, output, results);
  }

  /**
   * {@return these options with a bound on the heap of each worker}
   *
   * @param size the largest heap, at least 2 MiB
   */
  public ProcessOptions withHeap(DataSize size) {
    return withJvm(jvm.withHeap(size));
  }

  /**
   * {@return these options with further flags of the worker's JVM}
   *
   * @param flags the flags, such as {@code -XX:+UseSerialGC}; they replace those set before
   */
  public ProcessOptions withJvmFlags(String... flags) {
    return withJvm(jvm.withFlags(flags));
  }

  /**
   * {@return these options with variables for the worker's environment}
   *
   * @param variables names and values; they replace those set before
   */
  public ProcessOptions withEnvironment(Map<String, String> variables) {
    return withJvm(jvm.withEnvironment(variables));
  }

  /**
   * {@return these options with another directory for the workers}
   *
   * @param folder an existing folder
   */
  public ProcessOptions withDirectory(Path folder) {
    return withJvm(jvm.withDirectory(folder));
  }

  /**
   * {@return these options with another JVM for the workers}
   *
   * @param command a {@code java} command of JDK 25.0.3 or newer
   */
  public ProcessOptions withJava(Path command) {
    return withJvm(jvm.withJava(command));
  }

  /**
   * {@return these options with further folders and jars on the workers' class path}
   *
   * @param entries folders and jars; they replace those set before
   */
  public ProcessOptions withClassPath(List<Path> entries) {
    return withJvm(jvm.withClassPath(entries));
  }

  /**
   * {@return these options with another grace time}
   *
   * @param time how long a task may go on after its interrupt, not negative
   */
  public ProcessOptions withGrace(Duration time) {
    return new ProcessOptions(workers, jvm, time, output, results);
  }

  /**
   * {@return these options with another place for what tasks print}
   *
   * @param to the place
   */
  public ProcessOptions withOutput(WorkerOutput to) {
    return new ProcessOptions(workers, jvm, grace, to, results);
  }

  /**
   * {@return these options with another filter for what workers send back}
   *
   * @param filter which classes, and how much
   */
  public ProcessOptions withResults(ResultFilter filter) {
    return new ProcessOptions(workers, jvm, grace, output, filter);
  }

  @Override
  public String backend() {
    return "processes";
  }
}
