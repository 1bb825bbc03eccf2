package dev.tutti.process;

import dev.tutti.plan.BackendOptions;
import dev.tutti.process.group.ProcessGroup;
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
  public WorkerGroup open(GroupRequest request) {
    if (!(request.options() instanceof ProcessOptions options)) {
      throw new IllegalArgumentException(
          "options of backend 'processes' must be ProcessOptions: options=" + request.options());
    }
    if (!Files.isDirectory(DESCRIPTORS)) {
      throw new IllegalStateException(
          "worker processes need Linux's /proc, which is not there: os.name=%s; use Pool.threads()"
              .formatted(System.getProperty("os.name")));
    }
    WorkerOutput to = options.output();
    WorkerJvm jvm = options.jvm();
    LaunchPlan plan =
        new LaunchPlan(
            request.pool(),
            options.workers(),
            jvm.heap(),
            jvm.metaspace(),
            jvm.direct(),
            jvm.flags(),
            jvm.environment(),
            jvm.directory(),
            jvm.java(),
            jvm.classPath(),
            to == WorkerOutput.DISCARD
                ? null
                : lines(to == WorkerOutput.STDERR ? () -> System.err : () -> System.out),
            to == WorkerOutput.DISCARD ? null : lines(() -> System.err));
    try {
      return new ProcessGroup(
          plan,
          options.grace(),
          options.results().toValueFilter(),
          options.results().maxTime(),
          request.source(),
          request.sink());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open a pool of processes: " + e.getMessage(), e);
    }
  }

  /** The stream is asked for at each line: a program may exchange it. */
  private static @Nullable LineTarget lines(Supplier<PrintStream> stream) {
    return (bytes, length) -> {
      PrintStream out = stream.get();
      out.write(bytes, 0, length);
      out.flush();
    };
  }
}
