package dev.tutti.stress;

import dev.tutti.stress.Act.Deed;
import dev.tutti.stress.Ended.How;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The figures of a run. */
final class Tally {
  private static final double NANOS_PER_MILLI = 1e6;

  private final Map<How, Long> outcomes = new EnumMap<>(How.class);
  private final Map<Deed, Long> deeds = new EnumMap<>(Deed.class);
  private final List<Long> replacementNanos = new ArrayList<>();
  private long items;
  private long begins;
  private long rounds;
  private long lostBeforeFirstLine;

  void add(
      Collection<Ended> ended,
      Collection<Act> acts,
      Map<Life, List<Line>> journals,
      long lostEarly) {
    rounds++;
    items += ended.size();
    lostBeforeFirstLine += lostEarly;
    ended.forEach(end -> outcomes.merge(end.how(), 1L, Long::sum));
    acts.forEach(act -> deeds.merge(act.deed(), 1L, Long::sum));
    journals
        .values()
        .forEach(
            lines -> begins += lines.stream().filter(l -> l.mark() == Line.Mark.BEGAN).count());
    acts.stream()
        .filter(act -> act.deed() == Deed.KILL)
        .forEach(act -> replaced(act, journals.values()));
  }

  /** From a kill to the first end of an item in a worker that had run nothing before the kill. */
  private void replaced(Act kill, Collection<List<Line>> journals) {
    journals.stream()
        .filter(lines -> !lines.isEmpty() && lines.getFirst().nanos() - kill.nanos() > 0)
        .flatMap(lines -> lines.stream().filter(l -> !l.mark().runsOn()).limit(1))
        .mapToLong(line -> line.nanos() - kill.nanos())
        .min()
        .ifPresent(replacementNanos::add);
  }

  long items() {
    return items;
  }

  void print(PrintStream out, Duration took, Duration longestPause, long workersSeen) {
    out.printf(
        Locale.ROOT,
        "%,d items in %,d rounds, %.0f s; %,d begins; %,d workers seen%n",
        items,
        rounds,
        took.toMillis() / 1e3,
        begins,
        workersSeen);
    out.println(
        "outcomes: "
            + inWords(outcomes)
            + " ("
            + lostBeforeFirstLine
            + " lost before their first line)");
    out.println("acts: " + inWords(deeds));
    out.printf(Locale.ROOT, "longest time without an outcome: %,d ms%n", longestPause.toMillis());
    replacementNanos.sort(null);
    if (!replacementNanos.isEmpty()) {
      out.printf(
          Locale.ROOT,
          "kill -9 to the first outcome of a new worker: median %.0f ms, worst %.0f ms (%d times)%n",
          replacementNanos.get(replacementNanos.size() / 2) / NANOS_PER_MILLI,
          replacementNanos.getLast() / NANOS_PER_MILLI,
          replacementNanos.size());
    }
  }

  private static String inWords(Map<? extends Enum<?>, Long> counts) {
    return counts.entrySet().stream()
        .map(e ->
            String.format(
                Locale.ROOT,
                "%s %,d",
                e.getKey().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                e.getValue()))
        .collect(Collectors.joining(", "));
  }
}
