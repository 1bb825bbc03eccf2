package dev.tutti.process;

import dev.tutti.plan.DataSize;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * How the JVM of a worker is started, as far as that differs from its parent's.
 *
 * {@snippet class=dev.tutti.process.ProcessSnippets region=jvm lang=java}
 *
 * <p>What is not set is inherited: a worker sees the classes that its parent sees and has its
 * {@code -D} properties, opened and exported packages (also by the manifest of an executable jar),
 * locale, encoding, environment and directory; it never has its parent's heap flags, agents,
 * debugger, JMX or flight recording.
 *
 * @param heap the largest heap; if empty, a fair share of the memory that the parent leaves
 * @param metaspace how much memory classes may take; if empty, there is no bound
 * @param direct how much memory direct buffers may take; if empty, as much as the heap
 * @param flags further flags; they stand after Tutti's own, so they win
 * @param environment variables that are set beside the inherited ones
 * @param directory the directory to start in; if empty, the parent's
 * @param java the {@code java} command to start; if empty, the one of the JDK that runs the parent
 * @param classPath folders and jars that are seen after those of the parent
 * @since 0.1
 */
public record WorkerJvm(
    Optional<DataSize> heap,
    Optional<DataSize> metaspace,
    Optional<DataSize> direct,
    List<String> flags,
    Map<String, String> environment,
    Optional<Path> directory,
    Optional<Path> java,
    List<Path> classPath) {
  /** Everything inherited, a fair share of the memory. */
  public static final WorkerJvm DEFAULTS =
      new WorkerJvm(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          List.of(),
          Map.of(),
          Optional.empty(),
          Optional.empty(),
          List.of());

  private static final DataSize LEAST_HEAP = DataSize.mib(2);
  private static final DataSize LEAST_METASPACE = DataSize.mib(16);

  /** Makes the settings. */
  public WorkerJvm {
    ensureAtLeast("heap", heap, LEAST_HEAP);
    ensureAtLeast("metaspace", metaspace, LEAST_METASPACE);
    ensureAtLeast("direct", direct, DataSize.mib(1));
    Objects.requireNonNull(directory, "directory");
    Objects.requireNonNull(java, "java");
    flags = List.copyOf(flags);
    environment = Map.copyOf(environment);
    classPath = List.copyOf(classPath);
  }

  private static void ensureAtLeast(String name, Optional<DataSize> size, DataSize least) {
    Checks.require(
        size.isEmpty() || size.get().compareTo(least) >= 0,
        name
            + " must be >= "
            + least
            + ": "
            + name
            + "="
            + size.map(DataSize::toString).orElse(""));
  }

  /**
   * {@return these settings with a bound on the heap}
   *
   * @param size the largest heap, at least 2 MiB
   */
  public WorkerJvm withHeap(DataSize size) {
    return new WorkerJvm(
        Optional.of(size), metaspace, direct, flags, environment, directory, java, classPath);
  }

  /**
   * {@return these settings with a bound on the memory of classes}
   *
   * @param size how much they may take, at least 16 MiB
   */
  public WorkerJvm withMetaspace(DataSize size) {
    return new WorkerJvm(
        heap, Optional.of(size), direct, flags, environment, directory, java, classPath);
  }

  /**
   * {@return these settings with a bound on the memory of direct buffers}
   *
   * @param size how much they may take, at least 1 MiB
   */
  public WorkerJvm withDirect(DataSize size) {
    return new WorkerJvm(
        heap, metaspace, Optional.of(size), flags, environment, directory, java, classPath);
  }

  /**
   * {@return these settings with further flags}
   *
   * @param more the flags, such as {@code -XX:+UseSerialGC}; they replace those set before
   */
  public WorkerJvm withFlags(String... more) {
    return new WorkerJvm(
        heap, metaspace, direct, List.of(more), environment, directory, java, classPath);
  }

  /**
   * {@return these settings with variables for the environment}
   *
   * @param variables names and values; they replace those set before
   */
  public WorkerJvm withEnvironment(Map<String, String> variables) {
    return new WorkerJvm(heap, metaspace, direct, flags, variables, directory, java, classPath);
  }

  /**
   * {@return these settings with another directory}
   *
   * @param folder an existing folder
   */
  public WorkerJvm withDirectory(Path folder) {
    return new WorkerJvm(
        heap, metaspace, direct, flags, environment, Optional.of(folder), java, classPath);
  }

  /**
   * {@return these settings with another JVM}
   *
   * @param command a {@code java} command of JDK 25.0.3 or newer
   */
  public WorkerJvm withJava(Path command) {
    return new WorkerJvm(
        heap, metaspace, direct, flags, environment, directory, Optional.of(command), classPath);
  }

  /**
   * {@return these settings with further folders and jars on the class path}
   *
   * @param entries folders and jars; they replace those set before
   */
  public WorkerJvm withClassPath(List<Path> entries) {
    return new WorkerJvm(heap, metaspace, direct, flags, environment, directory, java, entries);
  }
}
