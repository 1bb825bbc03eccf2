package dev.tutti.process;

import dev.tutti.plan.BackendOptions;
import dev.tutti.plan.Cpus;
import dev.tutti.plan.DataSize;
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
 * <p>What is not set is inherited: a worker sees the classes that its parent sees and has its
 * {@code -D} properties, locale, encoding, environment and directory; it never has its parent's
 * heap flags, agents, debugger, JMX or flight recording.
 *
 * @param workers how many workers at most, at least 1
 * @param heap the largest heap of each worker; if empty, a fair share of the memory that the parent
 *     leaves
 * @param jvmFlags further flags of the worker's JVM; they stand after Tutti's own, so they win
 * @param environment variables that are set in the worker's environment, beside the inherited ones
 * @param directory the worker's directory; if empty, the parent's
 * @param java the {@code java} command to start; if empty, the one of the JDK that runs the parent
 * @param classPath folders and jars that the workers see after those of their parent
 * @param grace how long a task that is to stop may still run after its interrupt before its worker
 *     is killed
 * @param output where the things go that tasks print
 * @since 0.1
 */
public record ProcessOptions(
    int workers,
    Optional<DataSize> heap,
    List<String> jvmFlags,
    Map<String, String> environment,
    Optional<Path> directory,
    Optional<Path> java,
    List<Path> classPath,
    Duration grace,
    WorkerOutput output)
    implements BackendOptions {
  /** A worker for each processor, everything else inherited, a second of grace. */
  public static final ProcessOptions DEFAULTS =
      new ProcessOptions(
          Cpus.available(),
          Optional.empty(),
          List.of(),
          Map.of(),
          Optional.empty(),
          Optional.empty(),
          List.of(),
          Duration.ofSeconds(1),
          WorkerOutput.INHERIT);

  /** Makes the options. */
  public ProcessOptions {
    require(workers >= 1, "workers must be >= 1: workers=" + workers);
    require(
        heap.isEmpty() || heap.get().compareTo(DataSize.mib(2)) >= 0,
        "heap must be >= 2 MiB: heap=" + heap.map(DataSize::toString).orElse(""));
    require(!grace.isNegative(), "grace must not be negative: grace=" + grace);
    Objects.requireNonNull(directory, "directory");
    Objects.requireNonNull(java, "java");
    Objects.requireNonNull(output, "output");
    jvmFlags = List.copyOf(jvmFlags);
    environment = Map.copyOf(environment);
    classPath = List.copyOf(classPath);
  }

  private static void require(boolean rule, String message) {
    if (!rule) {
      throw new IllegalArgumentException(message);
    }
  }

  /**
   * {@return these options with another number of workers}
   *
   * @param n how many at most, at least 1
   */
  public ProcessOptions withWorkers(int n) {
    return new ProcessOptions(
        n, heap, jvmFlags, environment, directory, java, classPath, grace, output);
  }

  /**
   * {@return these options with a bound on the heap of each worker}
   *
   * @param size the largest heap, at least 2 MiB
   */
  public ProcessOptions withHeap(DataSize size) {
    return new ProcessOptions(
        workers,
        Optional.of(size),
        jvmFlags,
        environment,
        directory,
        java,
        classPath,
        grace,
        output);
  }

  /**
   * {@return these options with further flags of the worker's JVM}
   *
   * @param flags the flags, such as {@code -XX:+UseSerialGC}; they replace those set before
   */
  public ProcessOptions withJvmFlags(String... flags) {
    return new ProcessOptions(
        workers, heap, List.of(flags), environment, directory, java, classPath, grace, output);
  }

  /**
   * {@return these options with variables for the worker's environment}
   *
   * @param variables names and values; they replace those set before
   */
  public ProcessOptions withEnvironment(Map<String, String> variables) {
    return new ProcessOptions(
        workers, heap, jvmFlags, variables, directory, java, classPath, grace, output);
  }

  /**
   * {@return these options with another directory for the workers}
   *
   * @param folder an existing folder
   */
  public ProcessOptions withDirectory(Path folder) {
    return new ProcessOptions(
        workers, heap, jvmFlags, environment, Optional.of(folder), java, classPath, grace, output);
  }

  /**
   * {@return these options with another JVM for the workers}
   *
   * @param command a {@code java} command of JDK 25.0.3 or newer
   */
  public ProcessOptions withJava(Path command) {
    return new ProcessOptions(
        workers,
        heap,
        jvmFlags,
        environment,
        directory,
        Optional.of(command),
        classPath,
        grace,
        output);
  }

  /**
   * {@return these options with further folders and jars on the workers' class path}
   *
   * @param entries folders and jars; they replace those set before
   */
  public ProcessOptions withClassPath(List<Path> entries) {
    return new ProcessOptions(
        workers, heap, jvmFlags, environment, directory, java, entries, grace, output);
  }

  /**
   * {@return these options with another grace time}
   *
   * @param time how long a task may go on after its interrupt, not negative
   */
  public ProcessOptions withGrace(Duration time) {
    return new ProcessOptions(
        workers, heap, jvmFlags, environment, directory, java, classPath, time, output);
  }

  /**
   * {@return these options with another place for what tasks print}
   *
   * @param to the place
   */
  public ProcessOptions withOutput(WorkerOutput to) {
    return new ProcessOptions(
        workers, heap, jvmFlags, environment, directory, java, classPath, grace, to);
  }

  @Override
  public String backend() {
    return "processes";
  }
}
