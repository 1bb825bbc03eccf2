package dev.tutti.cli;

import dev.tutti.Comparison;
import dev.tutti.ComparisonResult;
import dev.tutti.ComparisonResult.Row;
import dev.tutti.ComparisonResult.Setup;
import dev.tutti.ComparisonWatcher;
import dev.tutti.event.ProgressState;
import dev.tutti.task.Done;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Tells how a comparison goes on while it runs, and gives its figures afterwards. */
final class RunReport implements ComparisonWatcher {
  private static final long DRAW_EVERY_NANOS = Duration.ofMillis(100).toNanos();

  private final Session session;
  private final BiConsumer<String, Duration> onSuccess;
  private long startNanos;
  private long drawnNanos;
  private int items;
  private int done;
  private int failed;

  /**
   * @param onSuccess is given each measured item that has a result, and its time
   */
  RunReport(Session session, BiConsumer<String, Duration> onSuccess) {
    this.session = session;
    this.onSuccess = onSuccess;
  }

  @Override
  public void warmedUp(Setup setup, Done<?, ?> item) {
    if (!item.outcome().succeeded()) {
      String input = String.valueOf(item.item());
      session.countFailure(input, item.outcome()); // it is tried again, but must not be lost
    }
  }

  @Override
  public void starts(Setup setup, int count) {
    startNanos = System.nanoTime();
    drawnNanos = startNanos;
    items = count;
    done = 0;
    failed = 0;
    session.talk().say(inWords(setup));
    session.talk().title(setup.backend());
    session.talk().advanced(state(false));
  }

  @Override
  public void ended(Setup setup, Done<?, ?> item) {
    done++;
    String input = String.valueOf(item.item());
    session.count(input, item.outcome());
    if (item.outcome().succeeded()) {
      onSuccess.accept(input, item.elapsed());
    } else {
      failed++;
    }
    if (System.nanoTime() - drawnNanos >= DRAW_EVERY_NANOS) {
      drawnNanos = System.nanoTime();
      session.talk().advanced(state(false));
    }
  }

  @Override
  public void ends(Row row) {
    session.talk().advanced(state(true));
  }

  private ProgressState state(boolean finished) {
    return new ProgressState(
        done,
        failed,
        OptionalLong.of(items),
        Duration.ofNanos(System.nanoTime() - startNanos),
        finished);
  }

  static String inWords(Setup setup) {
    String workers = setup.workers() == 1 ? "1 worker" : setup.workers() + " workers";
    return setup.chunk().equals("-")
        ? setup.backend()
        : "%s, %s, chunk %s".formatted(setup.backend(), workers, setup.chunk());
  }

  /** Makes the runs; a worker that cannot be started is the user's to know. */
  static ComparisonResult of(Comparison<?, ?> comparison) {
    try {
      return comparison.run();
    } catch (IllegalStateException e) {
      throw CommandException.notStarted(String.valueOf(e.getMessage()));
    }
  }

  /** The runs as a JSON list, in which {@code mean} names what an item takes on average. */
  static List<Map<String, @Nullable Object>> runs(
      ComparisonResult result, List<?> inputs, String mean) {
    List<Map<String, @Nullable Object>> runs = new ArrayList<>();
    for (Row row : result.rows()) {
      Map<String, @Nullable Object> run = new LinkedHashMap<>();
      run.put("backend", row.setup().backend());
      run.put("workers", row.setup().workers());
      run.put("chunk", row.setup().chunk());
      run.put("total_s", Durations.seconds(row.total()));
      run.put(mean, Durations.seconds(row.mean()));
      run.put("speedup", row.speedUp().isPresent() ? row.speedUp().getAsDouble() : null);
      run.put("items", items(row, inputs));
      runs.add(run);
    }
    return runs;
  }

  private static List<Map<String, Object>> items(Row row, List<?> inputs) {
    List<Map<String, Object>> items = new ArrayList<>();
    for (int i = 0; i < row.times().size(); i++) {
      Map<String, Object> item = new LinkedHashMap<>();
      item.put("input", String.valueOf(inputs.get(i)));
      item.put("seconds", Durations.seconds(row.times().get(i)));
      items.add(item);
    }
    return items;
  }
}
