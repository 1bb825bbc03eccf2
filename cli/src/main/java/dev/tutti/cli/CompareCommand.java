package dev.tutti.cli;

import dev.tutti.Comparison;
import dev.tutti.ComparisonResult;
import dev.tutti.Pool;
import dev.tutti.plan.Batching;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code tutti compare}: one's own method normally and in parallel, and a table of what each took.
 */
@Command(
    name = "compare",
    description = {
      "Run the method of a source file over the inputs normally and in parallel, and compare.",
      "",
      "It runs over all inputs once for each line of the table, after one input a worker that is"
          + " not timed. The normal run and threads are in the command's own JVM, without walls: a"
          + " method that ends its JVM ends the command, with its status."
    })
final class CompareCommand implements Callable<Integer> {
  @Mixin private SourceWithInputs source = new SourceWithInputs();

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      defaultValue = "all",
      description = "all, or of sequential,threads,virtual,processes (default: ${DEFAULT-VALUE}).")
  private String backend = "";

  @Option(
      names = "--workers",
      paramLabel = "1,2",
      description =
          "Numbers of threads and processes to try; -1 is one a processor (default: -1). Virtual"
              + " threads are as many as inputs, up to 1,024.")
  private @Nullable String workers;

  @Option(
      names = "--chunk",
      paramLabel = "1,8,adaptive",
      defaultValue = "adaptive",
      description = "Numbers of inputs that go to a worker together (default: ${DEFAULT-VALUE}).")
  private String chunk = "";

  @Option(
      names = "--json",
      description = "Print one JSON object, and nothing else, on standard output.")
  private boolean json;

  @Override
  public Integer call() {
    List<BackendName> backends = BackendName.list(backend);
    List<Integer> counts = Numbers.workerCounts(workers);
    List<Batching> chunks = Numbers.chunks(chunk);
    SourceName name = source.name();
    return Session.run(session -> compare(session, name, backends, counts, chunks));
  }

  private void compare(
      Session session,
      SourceName name,
      List<BackendName> backends,
      List<Integer> counts,
      List<Batching> chunks) {
    session.expect((long) source.inputs().size() * runs(backends, counts.size(), chunks.size()));
    SourceCompiler.Compiled compiled = source.compile(session, name);
    SourceFunction function = new MethodFinder(compiled).find();
    Thread.currentThread().setContextClassLoader(compiled.loader());
    Pool[] pools = pools(session, backends, counts, compiled.classPath());
    print(
        session,
        RunReport.of(
            Comparison.of(source.inputs(), function)
                .normally()
                .on(pools)
                .chunks(chunks.toArray(Batching[]::new))
                .warmUp(Collections.max(counts))
                .watchedBy(new RunReport(session, (_, _) -> {}))));
  }

  private static int runs(List<BackendName> backends, int counts, int chunks) {
    int runs = 1; // the normal one
    for (BackendName backend : backends) {
      runs +=
          switch (backend) {
            case SEQUENTIAL -> 1;
            case VIRTUAL -> chunks;
            case THREADS, PROCESSES -> counts * chunks;
          };
    }
    return runs;
  }

  private static Pool[] pools(
      Session session, List<BackendName> backends, List<Integer> counts, List<Path> classPath) {
    List<Pool> pools = new ArrayList<>();
    for (BackendName backend : backends) {
      for (int count : backend.hasWorkers() ? counts : List.of(1)) {
        pools.add(session.open(backend.options(count, classPath)));
      }
    }
    return pools.toArray(Pool[]::new);
  }

  private void print(Session session, ComparisonResult result) {
    if (json) {
      Map<String, @Nullable Object> object = new LinkedHashMap<>();
      object.put("inputs", source.inputs().size());
      object.put("runs", RunReport.runs(result, source.inputs(), "mean_input_s"));
      session.out().line(Json.of(object));
    } else {
      session.out().line(result.table("input"));
    }
  }
}
