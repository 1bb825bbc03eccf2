package dev.tutti.process;

import dev.tutti.codec.Codec;
import dev.tutti.codec.Role;
import dev.tutti.origin.Everywhere;
import dev.tutti.plan.BackendOptions;
import dev.tutti.process.group.GroupPlan;
import dev.tutti.process.group.ProcessGroup;
import dev.tutti.process.group.RetireRules;
import dev.tutti.process.launch.LaunchPlan;
import dev.tutti.process.launch.LaunchPlan.LineTarget;
import dev.tutti.spi.Backend;
import dev.tutti.spi.GroupRequest;
import dev.tutti.spi.WorkerGroup;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Worker JVMs on this machine.
 *
 * @since 0.1
 */
public final class ProcessBackend implements Backend {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  /** For the service loader. */
  public ProcessBackend() {}

  @Override
  public String name() {
    return ProcessOptions.DEFAULTS.backend();
  }

  @Override
  public BackendOptions defaults(int workers) {
    return ProcessOptions.DEFAULTS.withWorkers(workers);
  }

  @Override
  public BackendOptions shared(int workers, Duration idle) {
    return ProcessOptions.DEFAULTS
        .withWorkers(workers)
        .withRecycling(Recycling.NONE.afterIdle(idle, 0));
  }

  @Override
  public WorkerGroup open(GroupRequest request) {
    if (!(request.options() instanceof ProcessOptions options)) {
      throw new IllegalArgumentException(
          "options of backend 'processes' must be ProcessOptions: options=" + request.options());
    }
    ensureSupported(options.jvm());
    Nesting nesting = Nesting.here(options.maxDepth());
    WorkerOutput to = options.output();
    LaunchPlan plan =
        plan(
            request.pool(),
            options.workers(),
            nesting.jvm(options.jvm(), options.workers()),
            to == WorkerOutput.DISCARD
                ? null
                : lines(to == WorkerOutput.STDERR ? () -> System.err : () -> System.out),
            to == WorkerOutput.DISCARD ? null : lines(() -> System.err),
            to == WorkerOutput.NAMED);
    Recycling recycling = options.recycling();
    RetireRules rules =
        new RetireRules(
            recycling.tasks(),
            recycling.resident(),
            recycling.heap(),
            recycling.age(),
            recycling.idle(),
            recycling.least(),
            options.residentLimit());
    byte[] initialiser =
        options.initialiser().map(action -> Codec.encode(action, Role.FUNCTION)).orElse(null);
    try {
      return new ProcessGroup(
          new GroupPlan(
              plan,
              options.grace(),
              rules,
              initialiser,
              options.initialiser().orElse(null),
              options.results().toValueFilter(),
              options.results().maxTime()),
          request);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open a pool of processes: " + e.getMessage(), e);
    }
  }

  /**
   * Refuses a system on which no worker process can be reached, or would not find its main class.
   */
  static void ensureSupported(WorkerJvm jvm) {
    if (!Files.isDirectory(DESCRIPTORS)) {
      throw new IllegalStateException(
          "worker processes need Linux's /proc, which is not there: os.name=%s; use Pool.threads()"
              .formatted(System.getProperty("os.name")));
    }
    if (Everywhere.lacksOurs() && jvm.classPath().isEmpty()) {
      throw new IllegalStateException(
          "worker processes find classes on the class path, and Tutti's are not there: their class loader is %s;"
                  .formatted(ProcessBackend.class.getClassLoader())
              + " name its jars by withClassPath, of ProcessOptions or WorkerJvm");
    }
  }

  static LaunchPlan plan(
      String name,
      int workers,
      WorkerJvm jvm,
      @Nullable LineTarget stdout,
      @Nullable LineTarget stderr,
      boolean named) {
    return new LaunchPlan(
        name,
        workers,
        jvm.heap(),
        jvm.metaspace(),
        jvm.direct(),
        jvm.flags(),
        jvm.environment(),
        jvm.directory(),
        jvm.java(),
        jvm.classPath(),
        stdout,
        stderr,
        named);
  }

  /** The stream is asked for at each line: a program may exchange it. */
  static LineTarget lines(Supplier<PrintStream> stream) {
    return (bytes, length) -> {
      PrintStream out = stream.get();
      out.write(bytes, 0, length);
      out.flush();
    };
  }
}
