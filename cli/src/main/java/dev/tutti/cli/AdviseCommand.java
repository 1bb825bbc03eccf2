package dev.tutti.cli;

import dev.tutti.Comparison;
import dev.tutti.ComparisonResult;
import dev.tutti.ComparisonResult.Row;
import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.plan.Choice;
import dev.tutti.plan.Choice.Step;
import dev.tutti.plan.Cpus;
import dev.tutti.task.Done;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tutti advise}: where one's own method should run, by which figures, and what else. */
@Command(
    name = "advise",
    description = {
      "Measure the method of a source file, say where it should run and what would change that.",
      "",
      "First it runs over a sample of the inputs as Parallel.map does it, which measures and"
          + " decides; then over the sample in a plain loop, on threads, on virtual threads and on"
          + " processes, to check that and to say what a wall costs. All but the last are in the"
          + " command's own JVM: a method that ends its JVM ends the command."
    })
final class AdviseCommand implements Callable<Integer> {
  private static final int DEFAULT_SAMPLE = 100;

  @Mixin private SourceWithInputs source = new SourceWithInputs();

  @Option(
      names = "--sample",
      paramLabel = "N",
      defaultValue = "" + DEFAULT_SAMPLE,
      description = "How many of the inputs at most are tried (default: ${DEFAULT-VALUE}).")
  private int most = DEFAULT_SAMPLE;

  @Option(
      names = "--json",
      description = "Print one JSON object, and nothing else, on standard output.")
  private boolean json;

  /** What the session has found out. */
  private record Advice(Choice choice, ComparisonResult tried, int sample) {}

  @Override
  public Integer call() {
    if (most < 1) {
      throw CommandException.usage("--sample must be >= 1: sample=" + most);
    }
    SourceName name = source.name();
    return Session.run(session -> advise(session, name));
  }

  private void advise(Session session, SourceName name) {
    List<String> sample = source.inputs().subList(0, Math.min(most, source.inputs().size()));
    BackendName[] ways = {BackendName.THREADS, BackendName.VIRTUAL, BackendName.PROCESSES};
    session.expect((ways.length + 2L) * sample.size());
    SourceCompiler.Compiled compiled = source.compile(session, name);
    SourceFunction function = new MethodFinder(compiled).find();
    Thread.currentThread().setContextClassLoader(compiled.loader());
    int workers = Cpus.available();
    Pool[] pools =
        Arrays.stream(ways)
            .map(way -> session.open(way.options(workers, compiled.classPath())))
            .toArray(Pool[]::new);
    Choice choice = choice(session, sample, function);
    ComparisonResult tried =
        RunReport.of(
            Comparison.of(sample, function)
                .normally()
                .on(pools)
                .warmUp(workers)
                .watchedBy(new RunReport(session, (_, _) -> {})));
    print(session, new Advice(choice, tried, sample.size()));
  }

  private static Choice choice(Session session, List<String> sample, SourceFunction function) {
    List<Choice> told = new ArrayList<>();
    session.talk().say("measuring");
    try (Stream<Done<String, @Nullable Object>> all =
        Parallel.on(Pool.auto())
            .explain(told::add)
            .<String, @Nullable Object>outcomes(sample, function)) {
      all.forEach(done -> session.count(done.item(), done));
    }
    return told.getFirst();
  }

  private void print(Session session, Advice advice) {
    if (json) {
      session.out().line(Json.of(object(advice)));
      return;
    }
    session.out().line(advice.choice().toString());
    session.out().line("");
    session
        .out()
        .line("tried on %d of %d inputs:".formatted(advice.sample(), source.inputs().size()));
    session.out().line(advice.tried().table("input"));
    wallCost(advice)
        .ifPresent(cost -> {
          session.out().line("");
          session.out().line(inWords(cost));
        });
  }

  private static String inWords(Duration cost) {
    String price =
        cost.isPositive()
            ? "costs %s an input over the quickest way".formatted(Choice.time(cost))
            : "costs nothing here";
    return "a wall around each input (processes) "
        + price
        + "; without one an input that crashes or hangs takes the others with it";
  }

  /** {@return what processes take for an input more than the quickest of the others} */
  private static Optional<Duration> wallCost(Advice advice) {
    Optional<Duration> best = Optional.empty();
    Optional<Duration> walls = Optional.empty();
    for (Row row : advice.tried().rows()) {
      if (row.setup().backend().equals(BackendName.PROCESSES.toString())) {
        walls = Optional.of(row.total());
      } else if (best.isEmpty() || best.get().compareTo(row.total()) > 0) {
        best = Optional.of(row.total());
      }
    }
    return walls.isEmpty() || best.isEmpty()
        ? Optional.empty()
        : Optional.of(walls.get().minus(best.get()).dividedBy(Math.max(1, advice.sample())));
  }

  private Map<String, @Nullable Object> object(Advice advice) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("inputs", source.inputs().size());
    object.put("sample", advice.sample());
    object.put("choice", advice.choice().last().backend());
    object.put("steps", advice.choice().steps().stream().map(AdviseCommand::object).toList());
    object.put("runs", RunReport.runs(advice.tried(), source.inputs(), "mean_input_s"));
    object.put(
        "wall_cost_input_s",
        wallCost(advice).map(cost -> (Object) Durations.seconds(cost)).orElse("unknown"));
    return object;
  }

  private static Map<String, @Nullable Object> object(Step step) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("from_item", step.fromItem());
    object.put("backend", step.backend());
    object.put("workers", step.workers());
    object.put("batch", step.batch());
    object.put("because", step.reason());
    step.figures()
        .ifPresent(figures -> {
          object.put("measured_items", figures.items());
          object.put("measured_wall_s", Durations.seconds(figures.wall()));
          object.put(
              "measured_cpu_s",
              figures.cpu().map(cpu -> (Object) Durations.seconds(cpu)).orElse("unknown"));
        });
    Map<String, Object> estimates = new LinkedHashMap<>();
    step.estimates().forEach(e -> estimates.put(e.backend(), Durations.seconds(e.time())));
    object.put("estimated_s", estimates);
    object.put("otherwise", step.otherwise());
    return object;
  }
}
