package dev.tutti.cli;

import dev.tutti.Comparison;
import dev.tutti.ComparisonResult;
import dev.tutti.ComparisonResult.Row;
import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.plan.CallOptions;
import dev.tutti.plan.Choice;
import dev.tutti.plan.Choice.Step;
import dev.tutti.plan.Cpus;
import dev.tutti.task.Failure;
import dev.tutti.task.Fn;
import dev.tutti.task.Outcome;
import dev.tutti.task.Success;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
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
      "First it runs over a sample of the inputs in a plain loop, on threads, on virtual threads and"
          + " on processes, which also says what a wall costs; then, as its code is warm by now, as"
          + " Parallel.map does it, which measures and decides. All but processes are in the"
          + " command's own JVM: a method that ends its JVM ends the command, with its status."
    })
final class AdviseCommand implements Callable<Integer> {
  private static final int DEFAULT_SAMPLE = 100;
  private static final String NORMAL = "normal"; // the plain loop, in the table

  /** A choice may cost as much, since an item is looked at when it has run for a millisecond. */
  private static final Duration CLEAR = Duration.ofMillis(2);

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
    ComparisonResult tried =
        RunReport.of(
            Comparison.of(sample, function)
                .normally()
                .on(pools)
                .warmUp(workers)
                .watchedBy(new RunReport(session, (_, _) -> {})));
    Choice choice = choice(session, sample, function); // last: a cold method looks like a long one
    print(session, new Advice(choice, tried, sample.size()));
  }

  private static Choice choice(Session session, List<String> sample, SourceFunction function) {
    List<Choice> told = new ArrayList<>();
    session.talk().say("choosing");
    outcomes(sample, input -> input, _ -> {}); // the classes of the call itself are no item's time
    List<Outcome<?>> outcomes = outcomes(sample, function, told::add);
    for (int i = 0; i < outcomes.size(); i++) {
      session.count(sample.get(i), outcomes.get(i));
    }
    return told.getFirst();
  }

  private static List<Outcome<?>> outcomes(
      List<String> sample,
      Fn<String, ? extends @Nullable Object> function,
      Consumer<Choice> listener) {
    Pool pool = // with a time-out it would be processes
        Pool.auto().with(CallOptions.DEFAULTS.withTimeout(ChronoUnit.FOREVER.getDuration()));
    return Parallel.on(pool)
        .explain(listener)
        .<String, Outcome<?>>map(sample, input -> outcome(function, input));
  }

  /** One that fails does not end the call: the others are to be measured too. */
  private static Outcome<?> outcome(Fn<String, ? extends @Nullable Object> function, String input) {
    try {
      return new Success<@Nullable Object>(function.apply(input));
    } catch (Throwable failure) { // as on a pool: an Error of an item is a failure like any other
      return new Failure<@Nullable Object>(failure);
    }
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
    doubt(advice.choice(), advice.tried())
        .ifPresent(text -> {
          session.out().line("");
          session.out().line(text);
        });
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

  /** {@return a sentence if what was tried says clearly otherwise than what was chosen} */
  static Optional<String> doubt(Choice choice, ComparisonResult tried) {
    Optional<Row> own = row(tried, inTable(choice.last().backend()));
    Optional<Row> best = quickest(tried);
    if (own.isEmpty() || best.isEmpty()) {
      return Optional.empty();
    }
    Duration lost = own.get().total().minus(best.get().total());
    boolean isClear =
        lost.compareTo(CLEAR) > 0 && lost.compareTo(best.get().total().dividedBy(2)) > 0;
    return isClear
        ? Optional.of(
            "the table says otherwise: %s took %s there, %s %s; the choice rests on the inputs that it was measured by, the table on one run of each way: try again with more inputs (--sample)"
                .formatted(
                    best.get().setup().backend(),
                    Choice.time(best.get().total()),
                    own.get().setup().backend(),
                    Choice.time(own.get().total())))
        : Optional.empty();
  }

  private static String inTable(String backend) {
    return backend.equals(BackendName.SEQUENTIAL.toString()) ? NORMAL : backend;
  }

  private static Optional<Row> row(ComparisonResult tried, String backend) {
    return tried.rows().stream().filter(row -> row.setup().backend().equals(backend)).findFirst();
  }

  /** {@return the quickest run without walls} */
  private static Optional<Row> quickest(ComparisonResult tried) {
    return tried.rows().stream()
        .filter(row -> !row.setup().backend().equals(BackendName.PROCESSES.toString()))
        .min(Comparator.comparing(Row::total));
  }

  /** {@return what processes take for an input more than the quickest of the others} */
  private static Optional<Duration> wallCost(Advice advice) {
    Optional<Row> walls = row(advice.tried(), BackendName.PROCESSES.toString());
    Optional<Row> best = quickest(advice.tried());
    return walls.isEmpty() || best.isEmpty()
        ? Optional.empty()
        : Optional.of(
            walls.get().total().minus(best.get().total()).dividedBy(Math.max(1, advice.sample())));
  }

  private Map<String, @Nullable Object> object(Advice advice) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("inputs", source.inputs().size());
    object.put("sample", advice.sample());
    object.put("choice", advice.choice().last().backend());
    object.put(
        "quickest", quickest(advice.tried()).map(row -> row.setup().backend()).orElse("unknown"));
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
