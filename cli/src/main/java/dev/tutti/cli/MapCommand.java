package dev.tutti.cli;

import dev.tutti.Bulk;
import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.cli.OrderedResults.Result;
import dev.tutti.event.Progress;
import dev.tutti.event.ProgressState;
import dev.tutti.plan.Batching;
import dev.tutti.task.Done;
import dev.tutti.task.Failure;
import dev.tutti.task.Outcome;
import dev.tutti.task.Success;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tutti map}: one method of a source file over many inputs. */
@Command(
    name = "map",
    description = "Compile one source file and run its method over the inputs on isolated workers.")
final class MapCommand implements Callable<Integer> {
  private static final int HEAP_SHARE = 8;

  /** How an input has ended whose value has become a line: neither need be kept. */
  private static final Outcome<?> NO_VALUE = new Success<@Nullable Object>(null);

  @Mixin private SourceArguments source = new SourceArguments();

  @Parameters(
      index = "1..*",
      arity = "0..*", // all at once: for one by one picocli copies what is left each time
      paramLabel = "INPUT",
      description = "What to run it over.")
  private List<String> inputs = List.of();

  @Option(
      names = "--stdin",
      description = "Take the inputs from standard input, in UTF-8, one a line.")
  private boolean stdin;

  @Option(names = "--null", description = "Inputs on standard input are ended by NUL, not by line.")
  private boolean nulSeparated;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description =
          "sequential, threads, virtual or processes (default: what tutti.backend says, else"
              + " processes).")
  private @Nullable String backend;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description =
          "How many; -1 is one a processor, -2 one less (default: what tutti.workers says, else -1)."
              + " Virtual threads are as many as inputs, up to 1,024, unless this is given.")
  private @Nullable String workers;

  @Option(
      names = "--chunk",
      paramLabel = "N",
      defaultValue = "adaptive",
      description = "How many inputs go to a worker together (default: ${DEFAULT-VALUE}).")
  private String chunk = "";

  @Option(names = "--json", description = "Print an object a line: input, index, result, seconds.")
  private boolean json;

  @Mixin private Limits limits = new Limits();

  @Option(
      names = "--unordered",
      description = "Print each result as soon as it is there, not in input order.")
  private boolean unordered;

  @ArgGroup private AtFailure atFailure = new AtFailure();

  /** What a failing input does to the others. */
  private static final class AtFailure {
    @Option(
        names = "--keep-going",
        description = "Do all other inputs when one has failed. This is the default.")
    private boolean keepGoing;

    @Option(
        names = "--stop-at-first",
        description =
            "Stop as soon as an input has failed; those that have begun are stopped too, and what"
                + " has ended by then is printed.")
    private boolean stopAtFirst;

    boolean stopsAtFirst() {
      return stopAtFirst && !keepGoing;
    }
  }

  /** Whether any input has: then one that cannot begin is one that has failed. */
  private boolean hasBegun;

  @Override
  public Integer call() {
    checkInputs();
    BackendName name = backend == null ? BackendName.byDefault() : BackendName.one(backend);
    int count = Numbers.workers(workers);
    Batching batching = Numbers.chunk(chunk);
    limits.check(name.options(count, List.of()));
    SourceName sourceName = source.name();
    return Session.run(session -> map(session, sourceName, name, count, batching));
  }

  private void map(
      Session session, SourceName sourceName, BackendName name, int count, Batching batching) {
    if (!isFromStdin()) {
      session.expect(inputs.size());
    }
    SourceCompiler.Compiled compiled = source.compile(session, sourceName);
    SourceFunction function = new MethodFinder(compiled).find();
    Thread.currentThread().setContextClassLoader(compiled.loader());
    Pool pool = session.open(limits.on(name.options(count, compiled.classPath())));
    Bulk bulk = limits.on(Parallel.on(pool).batch(batching).progress(progress(session.talk())));
    if (name == BackendName.VIRTUAL && workers != null) {
      bulk = bulk.window(count); // each input in it has a thread
    }
    OrderedResults inOrder =
        new OrderedResults(
            leastAhead(name, count, batching),
            Runtime.getRuntime().maxMemory() / HEAP_SHARE,
            result -> print(session, result));
    session.atInterrupt(inOrder::printHeld);
    // where the caller runs the work, it must not be made to wait as the reader
    boolean isBounded = !unordered && name != BackendName.SEQUENTIAL;
    Iterable<String> items = isBounded ? inOrder.bounding(items()) : items();
    Consumer<Result> results = unordered ? result -> print(session, result) : inOrder::add;
    try (Stream<Done<String, @Nullable Object>> all =
        bulk.<String, @Nullable Object>unorderedOutcomes(items, function)) {
      Iterator<Done<String, @Nullable Object>> each = all.iterator();
      boolean goesOn = true;
      while (goesOn && each.hasNext()) {
        Done<String, @Nullable Object> done = each.next();
        results.accept(result(done));
        goesOn = !atFailure.stopsAtFirst() || done.outcome().succeeded();
      }
    } catch (RuntimeException e) {
      printHeld(inOrder, e);
      throw e;
    }
    inOrder.printHeld();
  }

  /** Where a run is broken off, as by a full disk, what has ended is printed all the same. */
  private static void printHeld(OrderedResults inOrder, RuntimeException cause) {
    try {
      inOrder.printHeld();
    } catch (RuntimeException e) { // it may be the output that is broken
      cause.addSuppressed(e);
    }
  }

  /**
   * {@return how many inputs are read ahead of what is printed, however long results are} Twice
   * what keeps all workers busy, and fills a batch.
   */
  private static int leastAhead(BackendName name, int count, Batching batching) {
    if (name != BackendName.PROCESSES) {
      return OrderedResults.MOST_AHEAD;
    }
    int together = batching instanceof Batching.Fixed(int items) ? items : 1;
    return Math.clamp(2L * Math.max(count, together), 1, OrderedResults.MOST_AHEAD);
  }

  /** The inputs are read one by one, so the call does not know how many there are. */
  private Progress progress(Talk talk) {
    return isFromStdin()
        ? talk
        : state ->
            talk.advanced(
                new ProgressState(
                    state.done(),
                    state.failed(),
                    OptionalLong.of(inputs.size()),
                    state.elapsed(),
                    state.finished()));
  }

  private Iterable<String> items() {
    if (isFromStdin()) {
      return () -> new StdinItems(new FileInputStream(FileDescriptor.in), nulSeparated);
    }
    return inputs;
  }

  private boolean isFromStdin() {
    return stdin || nulSeparated;
  }

  private void checkInputs() {
    if (isFromStdin() && !inputs.isEmpty()) {
      throw CommandException.usage(
          "inputs must come from arguments or from --stdin, not from both: arguments="
              + inputs.size());
    }
    if (!isFromStdin() && inputs.isEmpty()) {
      throw CommandException.usage(
          "there are no inputs: name them after the source, or use --stdin");
    }
  }

  private Result result(Done<String, @Nullable Object> done) {
    if (done.attempts() > 0) {
      hasBegun = true;
    } else if (!hasBegun && done.outcome() instanceof Failure<?>(Throwable cause)) {
      throw CommandException.notStarted(String.valueOf(cause.getMessage())); // there is no worker
    }
    Outcome<?> outcome = done.outcome();
    if (outcome instanceof Success<?>(@Nullable Object value)) {
      String text = value == null ? "" : Words.oneLine(value.toString());
      String line = json ? Json.of(fields(done)) : text;
      return new Result(done.index(), "", NO_VALUE, line); // only a failure names its input
    }
    return new Result(done.index(), done.item(), outcome, json ? Json.of(fields(done)) : null);
  }

  private static void print(Session session, Result result) {
    session.count(result.input(), result.outcome());
    if (result.line() != null) {
      session.out().line(result.line());
    }
  }

  private static Map<String, @Nullable Object> fields(Done<?, ?> done) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("input", done.item());
    fields.put("index", done.index());
    if (done.outcome() instanceof Success<?>(@Nullable Object value)) {
      fields.put("result", value);
    } else {
      fields.put("error", Words.cause(done.outcome()));
    }
    fields.put("seconds", Durations.seconds(done.elapsed()));
    return fields;
  }
}
