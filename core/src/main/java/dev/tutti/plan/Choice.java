package dev.tutti.plan;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * Where a bulk call ran, by which figures, and what would have changed it. Its text says all that.
 *
 * {@snippet class=dev.tutti.ChoiceSnippets region=explain lang=java}
 *
 * @param steps what was decided, in the order in which it was; the last one held to the end
 * @since 0.1
 */
public record Choice(List<Step> steps) {
  /** Makes a choice. */
  public Choice {
    steps = List.copyOf(steps);
  }

  /**
   * One decision.
   *
   * @param fromItem how many items had ended before it
   * @param backend {@code sequential}, {@code threads}, {@code virtual} or {@code processes}; the
   *     name of another backend where the pool was named
   * @param workers how many items could run at once
   * @param batch how many items went to a worker together; 0 where nobody has decided that
   * @param figures what it rests on; empty where nothing was measured
   * @param estimates how long the rest of the items was expected to take in each way
   * @param reason why, as a sentence
   * @param otherwise what would have led to something else, each a sentence
   * @since 0.1
   */
  public record Step(
      long fromItem,
      String backend,
      int workers,
      int batch,
      Optional<Figures> figures,
      List<Estimate> estimates,
      String reason,
      List<String> otherwise) {
    /** Makes a step. */
    public Step {
      Objects.requireNonNull(backend, "backend");
      Objects.requireNonNull(figures, "figures");
      Objects.requireNonNull(reason, "reason");
      estimates = List.copyOf(estimates);
      otherwise = List.copyOf(otherwise);
    }

    /** {@return the decision, its figures, and what would have changed it} */
    @Override
    public String toString() {
      StringBuilder text = new StringBuilder(backend);
      if (workers > 1) {
        text.append(", ").append(workers).append(" at once");
      }
      if (batch > 1) {
        text.append(", batches of ").append(batch);
      }
      if (fromItem > 0) {
        text.append(", after ").append(fromItem).append(fromItem == 1 ? " item" : " items");
      }
      text.append("\n  because ").append(reason);
      figures.ifPresent(f -> text.append("\n  measured: ").append(f));
      if (!estimates.isEmpty()) {
        text.append("\n  estimated: ")
            .append(String.join(", ", estimates.stream().map(Estimate::toString).toList()));
      }
      otherwise.forEach(line -> text.append("\n  otherwise: ").append(line));
      return text.toString();
    }
  }

  /**
   * What was measured.
   *
   * @param items how many items; the last of them may not have ended then
   * @param wall the time that they took, one after another
   * @param cpu the CPU time that their thread had for them; empty where nobody can tell, as on a
   *     virtual thread
   * @since 0.1
   */
  public record Figures(long items, Duration wall, Optional<Duration> cpu) {
    /** Makes figures. */
    public Figures {
      Objects.requireNonNull(wall, "wall");
      Objects.requireNonNull(cpu, "cpu");
    }

    /** {@return the figures as words} */
    @Override
    public String toString() {
      String each =
          items == 1
              ? "1 item in %s".formatted(time(wall))
              : "%d items, %s each".formatted(items, time(wall.dividedBy(Math.max(1, items))));
      return each
          + cpu.map(c -> ", computing for %d %% of it".formatted(percent(c)))
              .orElse(", CPU time not known");
    }

    private long percent(Duration part) {
      return Math.min(100, Math.round(100.0 * part.toNanos() / Math.max(1, wall.toNanos())));
    }
  }

  /**
   * How long the items that were left would take in one way.
   *
   * @param backend the way
   * @param time how long
   * @since 0.1
   */
  public record Estimate(String backend, Duration time) {
    /** Makes an estimate. */
    public Estimate {
      Objects.requireNonNull(backend, "backend");
      Objects.requireNonNull(time, "time");
    }

    /** {@return the estimate as words} */
    @Override
    public String toString() {
      return backend + " " + Choice.time(time);
    }
  }

  /** {@return the last decision, which held to the end} */
  public Step last() {
    return steps.getLast();
  }

  /** {@return all decisions with their figures, and what would have changed them} */
  @Override
  public String toString() {
    return String.join("\nthen ", steps.stream().map(Step::toString).toList());
  }

  /**
   * {@return a time as words, with two digits or more: 4.5 us, 12 ms, 3.1 s}
   *
   * @param time the time
   */
  public static String time(Duration time) {
    String[] units = {"ns", "us", "ms", "s"};
    double value = (double) time.toNanos();
    int unit = 0;
    while (value >= 1_000 && unit < units.length - 1) {
      value /= 1_000;
      unit++;
    }
    String format = value >= 10 || unit == 0 ? "%.0f %s" : "%.1f %s";
    return String.format(Locale.ROOT, format, value, units[unit]);
  }
}
