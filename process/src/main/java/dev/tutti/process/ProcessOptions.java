package dev.tutti.process;

import dev.tutti.plan.BackendOptions;
import dev.tutti.plan.Cpus;
import dev.tutti.plan.DataSize;
import dev.tutti.task.Action;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Options of a pool of worker JVMs.
 *
 * {@snippet class=dev.tutti.process.ProcessSnippets region=options lang=java}
 *
 * <p>What is said once per worker JVM stands in {@link WorkerJvm}, when a worker is replaced in
 * {@link Recycling}; the most used settings of both have a method here.
 *
 * <p><b>Classes.</b> A worker sees the class path and the module path of this JVM. Classes of any
 * other class loader, such as those that are typed in JShell or compiled in memory, come from here
 * when a worker needs them first, if their loader gives their class files by {@code
 * getResourceAsStream}; else what needs them is refused with a {@link
 * dev.tutti.task.NotSendableException}.
 *
 * @param workers how many workers at most, at least 1
 * @param jvm how each worker's JVM is started
 * @param recycling when a worker is replaced by a fresh one
 * @param residentLimit how much resident memory a worker may take; one that takes more is killed,
 *     and what it ran ends as {@link dev.tutti.task.WorkerLost}. Looked at five times a second; if
 *     empty, there is no limit
 * @param initialiser what each worker does once, before its first task; a worker in which it fails
 *     counts as one that cannot be started
 * @param grace how long a task that is to stop may still run after its interrupt before its worker
 *     is killed; a worker that leaves has as long to close what it has made, and a second at least
 * @param output where the things go that tasks print
 * @param maxDepth how deep pools may be nested by {@link dev.tutti.Pool#current}, this one counted;
 *     at least 1
 * @param results what is taken from workers as a result
 * @since 0.1
 */
public record ProcessOptions(
    int workers,
    WorkerJvm jvm,
    Recycling recycling,
    Optional<DataSize> residentLimit,
    Optional<Action> initialiser,
    Duration grace,
    WorkerOutput output,
    int maxDepth,
    ResultFilter results)
    implements BackendOptions {
  /** A worker for each processor, everything else inherited, a second of grace. */
  public static final ProcessOptions DEFAULTS =
      new ProcessOptions(
          Cpus.available(),
          WorkerJvm.DEFAULTS,
          Recycling.NONE,
          Optional.empty(),
          Optional.empty(),
          Duration.ofSeconds(1),
          WorkerOutput.INHERIT,
          4,
          ResultFilter.DEFAULTS);

  /** Makes the options. */
  public ProcessOptions {
    Checks.require(workers >= 1, "workers must be >= 1: workers=" + workers);
    Objects.requireNonNull(jvm, "jvm");
    Objects.requireNonNull(recycling, "recycling");
    Objects.requireNonNull(residentLimit, "residentLimit");
    Objects.requireNonNull(initialiser, "initialiser");
    Checks.require(!grace.isNegative(), "grace must not be negative: grace=" + grace);
    Objects.requireNonNull(output, "output");
    Checks.require(maxDepth >= 1, "maxDepth must be >= 1: maxDepth=" + maxDepth);
    Objects.requireNonNull(results, "results");
  }

  /**
   * {@return these options with another number of workers}
   *
   * @param n how many at most, at least 1
   */
  public ProcessOptions withWorkers(int n) {
    return new ProcessOptions(
        n, jvm, recycling, residentLimit, initialiser, grace, output, maxDepth, results);
  }

  /**
   * {@return these options with other settings for the workers' JVMs}
   *
   * @param settings the settings
   */
  public ProcessOptions withJvm(WorkerJvm settings) {
    return new ProcessOptions(
        workers, settings, recycling, residentLimit, initialiser, grace, output, maxDepth, results);
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
   * {@return these options with another rule for the replacement of workers}
   *
   * @param rule the rule
   */
  public ProcessOptions withRecycling(Recycling rule) {
    return new ProcessOptions(
        workers, jvm, rule, residentLimit, initialiser, grace, output, maxDepth, results);
  }

  /**
   * {@return these options with a fresh worker after so many tasks}
   *
   * @param tasks how many, at least 1; with 1, each task has a worker of its own
   */
  public ProcessOptions withRecycleAfter(int tasks) {
    return withRecycling(recycling.afterTasks(tasks));
  }

  /**
   * {@return these options with a limit on the resident memory of each worker}
   *
   * @param size how much it may take; a worker that takes more is killed
   */
  public ProcessOptions withResidentLimit(DataSize size) {
    return new ProcessOptions(
        workers, jvm, recycling, Optional.of(size), initialiser, grace, output, maxDepth, results);
  }

  /**
   * {@return these options with something that each worker does before its first task} A filter of
   * the whole program ({@code ObjectInputFilter.Config.setSerialFilter}) that it sets is asked
   * about tasks, too; one that a task sets only about what tasks read themselves.
   *
   * @param action what to do; it travels as a task does
   */
  public ProcessOptions withInitialiser(Action action) {
    return new ProcessOptions(
        workers,
        jvm,
        recycling,
        residentLimit,
        Optional.of(action),
        grace,
        output,
        maxDepth,
        results);
  }

  /**
   * {@return these options with another grace time}
   *
   * @param time how long a task may go on after its interrupt, not negative
   */
  public ProcessOptions withGrace(Duration time) {
    return new ProcessOptions(
        workers, jvm, recycling, residentLimit, initialiser, time, output, maxDepth, results);
  }

  /**
   * {@return these options with another place for what tasks print}
   *
   * @param to the place
   */
  public ProcessOptions withOutput(WorkerOutput to) {
    return new ProcessOptions(
        workers, jvm, recycling, residentLimit, initialiser, grace, to, maxDepth, results);
  }

  /**
   * {@return these options with another bound on nested pools}
   *
   * @param depth how deep pools may be nested, this one counted; at least 1
   */
  public ProcessOptions withMaxDepth(int depth) {
    return new ProcessOptions(
        workers, jvm, recycling, residentLimit, initialiser, grace, output, depth, results);
  }

  /**
   * {@return these options with another filter for what workers send back}
   *
   * @param filter which classes, and how much
   */
  public ProcessOptions withResults(ResultFilter filter) {
    return new ProcessOptions(
        workers, jvm, recycling, residentLimit, initialiser, grace, output, maxDepth, filter);
  }

  @Override
  public String backend() {
    return "processes";
  }
}
