package dev.tutti;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * What a {@link Comparison} measured: a row for each run.
 *
 * {@snippet class=dev.tutti.ComparisonSnippets region=comparison lang=java}
 *
 * @param rows in the order in which they ran
 * @since 0.1
 */
public record ComparisonResult(List<Row> rows) {
  private static final double NANOS = 1e9;
  private static final double LEAST_GAIN = 1.05; // less is within what two equal runs differ by

  /** Makes a result. */
  public ComparisonResult {
    rows = List.copyOf(rows);
  }

  /**
   * Where and how a run was made.
   *
   * @param backend {@code normal} for the plain loop, else the kind of the pool
   * @param workers how many items could run at once
   * @param chunk how many items went to a worker together, {@code adaptive}, or {@code -} where
   *     nothing is handed over
   * @since 0.1
   */
  public record Setup(String backend, int workers, String chunk) {
    /** Makes a setup. */
    public Setup {
      Objects.requireNonNull(backend, "backend");
      Objects.requireNonNull(chunk, "chunk");
    }
  }

  /**
   * One run.
   *
   * @param setup where and how it was made
   * @param total from the call until the last result had been taken
   * @param times how long each item ran on its worker, in input order
   * @param failed how many items ended without a result
   * @param speedUp how many times quicker it was than the first run on the caller's thread; empty
   *     if there was none
   * @since 0.1
   */
  public record Row(
      Setup setup, Duration total, List<Duration> times, long failed, OptionalDouble speedUp) {
    /** Makes a row. */
    public Row {
      Objects.requireNonNull(setup, "setup");
      Objects.requireNonNull(total, "total");
      Objects.requireNonNull(speedUp, "speedUp");
      times = List.copyOf(times);
    }

    /** {@return how long an item ran on average, zero without items} */
    public Duration mean() {
      Duration sum = times.stream().reduce(Duration.ZERO, Duration::plus);
      return times.isEmpty() ? sum : sum.dividedBy(times.size());
    }

    private boolean isParallel() {
      return !setup.chunk().equals("-");
    }

    private boolean paid() {
      return speedUp.isEmpty() || speedUp.getAsDouble() >= LEAST_GAIN;
    }

    private List<String> cells() {
      return List.of(
          setup.backend(),
          Integer.toString(setup.workers()),
          setup.chunk(),
          seconds(total),
          seconds(mean()),
          speedUp.isEmpty() ? "-" : String.format(Locale.ROOT, "%.2f", speedUp.getAsDouble()),
          remark());
    }

    private String remark() {
      List<String> remarks = new ArrayList<>();
      if (isParallel() && !paid()) {
        remarks.add("did not pay");
      }
      if (failed > 0) {
        remarks.add(failed + " failed");
      }
      return String.join(", ", remarks);
    }
  }

  /** {@return the rows as a text table, with a sentence where parallel did not pay} */
  @Override
  public String toString() {
    return table("item");
  }

  /**
   * {@return the rows as a text table, with a sentence where parallel did not pay}
   *
   * @param item what an item is called at the head of its column
   */
  public String table(String item) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(List.of("backend", "workers", "chunk", "total", "per " + item, "speed-up", ""));
    rows.forEach(row -> lines.add(row.cells()));
    StringBuilder text = new StringBuilder();
    for (List<String> line : lines) {
      text.append(
          String.format(
                  Locale.ROOT, "%-10s  %7s  %8s  %10s  %10s  %8s  %s", line.toArray(Object[]::new))
              .stripTrailing());
      text.append('\n');
    }
    return text.append(verdict(item)).toString().stripTrailing();
  }

  private String verdict(String item) {
    List<Row> parallel =
        rows.stream().filter(row -> row.isParallel() && row.speedUp().isPresent()).toList();
    if (parallel.isEmpty() || parallel.stream().anyMatch(Row::paid)) {
      return "";
    }
    Row normal = rows.stream().filter(row -> !row.isParallel()).findFirst().orElseThrow();
    int count = normal.times().size();
    return "parallel did not pay: one %s takes %s on the caller's thread, and there %s %d; larger or more %ss may pay"
        .formatted(item, seconds(normal.mean()), count == 1 ? "is" : "are", count, item);
  }

  /** Enough digits for what is measured: 12.3 s, 0.310 s, 0.0042 ms. */
  private static String seconds(Duration time) {
    double seconds = time.toNanos() / NANOS;
    if (seconds >= 10) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    }
    if (seconds >= 0.1) {
      return String.format(Locale.ROOT, "%.3f s", seconds);
    }
    double millis = seconds * 1_000;
    return String.format(Locale.ROOT, millis >= 1 ? "%.1f ms" : "%.4f ms", millis);
  }
}
