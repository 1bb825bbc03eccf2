package dev.tutti;

import dev.tutti.ComparisonResult.Row;
import dev.tutti.ComparisonResult.Setup;
import dev.tutti.engine.BulkPlan;
import dev.tutti.plan.Batching;
import dev.tutti.spi.Capabilities;
import dev.tutti.task.Done;
import dev.tutti.task.Failure;
import dev.tutti.task.Fn;
import dev.tutti.task.Outcome;
import dev.tutti.task.Success;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The runs of one comparison, one after another on the thread that asks for them. */
final class ComparisonRuns<A extends @Nullable Object, R extends @Nullable Object> {
  private static final String NO_CHUNK = "-";

  private final List<A> items;
  private final Fn<? super A, ? extends R> fn;
  private final Comparison.Plan plan;
  private final List<Row> rows = new ArrayList<>();

  /** What the others are measured by: the first run on the caller's own thread. */
  private @Nullable Duration baseline;

  ComparisonRuns(List<A> items, Fn<? super A, ? extends R> fn, Comparison.Plan plan) {
    this.items = items;
    this.fn = fn;
    this.plan = plan;
  }

  ComparisonResult all() {
    if (plan.normally()) {
      Setup setup = new Setup("normal", 1, NO_CHUNK);
      warmUp(setup, this::plainLoop);
      measure(setup, true, this::plainLoop);
    }
    for (Pool pool : plan.pools()) {
      on((EnginePool) pool);
    }
    return new ComparisonResult(rows);
  }

  private void on(EnginePool pool) {
    Capabilities can = pool.engine().group().capabilities();
    String backend = pool.engine().backend();
    int workers =
        isUnbounded(pool) ? Math.clamp(items.size(), 1, BulkPlan.DEFAULT_WINDOW) : pool.workers();
    pool.warm();
    warmUp(
        new Setup(backend, workers, "1"),
        input -> Parallel.on(pool).batch(Batching.fixed(1)).outcomes(input, fn));
    for (Batching chunk : chunks(can)) {
      measure(
          new Setup(backend, workers, can.callerRuns() ? NO_CHUNK : chunk.toString()),
          can.callerRuns(),
          input -> Parallel.on(pool).batch(chunk).outcomes(input, fn));
    }
  }

  private List<Batching> chunks(Capabilities can) {
    boolean one =
        plan.chunks().isEmpty() || can.callerRuns(); // who hands nothing over has no chunks
    return one && plan.chunks().size() != 1 ? List.of(Batching.adaptive()) : plan.chunks();
  }

  private static boolean isUnbounded(Pool pool) {
    return pool.workers() == Integer.MAX_VALUE;
  }

  private void warmUp(Setup setup, Function<List<A>, Stream<Done<A, R>>> way) {
    int left = items.isEmpty() ? 0 : plan.warmUp();
    while (left > 0) { // a round ends before the next: no item runs twice at the same time
      List<A> round = items.subList(0, Math.min(left, items.size()));
      try (Stream<Done<A, R>> all = way.apply(round)) {
        all.forEach(done -> plan.watcher().warmedUp(setup, done));
      }
      left -= round.size();
    }
  }

  private void measure(Setup setup, boolean onCaller, Function<List<A>, Stream<Done<A, R>>> way) {
    plan.watcher().starts(setup, items.size());
    List<Duration> times = new ArrayList<>(items.size());
    long failed = 0;
    long start = System.nanoTime();
    try (Stream<Done<A, R>> all = way.apply(items)) {
      for (Iterator<Done<A, R>> each = all.iterator(); each.hasNext(); ) {
        Done<A, R> done = each.next();
        times.add(done.elapsed());
        if (!done.outcome().succeeded()) {
          failed++;
        }
        plan.watcher().ended(setup, done);
      }
    }
    Duration total = Duration.ofNanos(System.nanoTime() - start);
    if (onCaller && baseline == null) {
      baseline = total;
    }
    Row row = new Row(setup, total, times, failed, speedUp(total));
    rows.add(row);
    plan.watcher().ends(row);
  }

  private OptionalDouble speedUp(Duration total) {
    return baseline == null
        ? OptionalDouble.empty()
        : OptionalDouble.of((double) baseline.toNanos() / Math.max(1, total.toNanos()));
  }

  private Stream<Done<A, R>> plainLoop(List<A> input) {
    return IntStream.range(0, input.size()).mapToObj(i -> apply(i, input.get(i)));
  }

  private Done<A, R> apply(int index, A item) {
    if (Thread.currentThread().isInterrupted()) {
      throw new CancellationException("interrupted while the items ran");
    }
    long start = System.nanoTime();
    Outcome<R> outcome;
    try {
      outcome = new Success<>(fn.apply(item));
    } catch (Throwable failure) { // as on a pool: an Error of an item is a failure like any other
      outcome = new Failure<>(failure);
    }
    return new Done<>(index, item, outcome, Duration.ofNanos(System.nanoTime() - start), 1);
  }
}
