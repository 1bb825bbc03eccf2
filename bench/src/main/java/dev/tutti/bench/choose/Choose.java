package dev.tutti.bench.choose;

import dev.tutti.Bulk;
import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.plan.Choice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/**
 * Runs each load in each way in turn, and as it is chosen, and says whether the choice was good.
 */
public final class Choose {
  private static final double LIMIT = 1.10;
  private static final int WARM_ROUNDS = 2;

  /** A load that is over so soon is run more often, as little disturbs it much. */
  private static final double SHORT_MILLIS = 50;

  private static final int TIMES_SHORT = 3;

  /** A way that takes so many times as long as the best is not tried again and again. */
  private static final double HOPELESS = 3;

  private static final List<String> WAYS = List.of("sequential", "threads", "virtual", "chosen");
  private static final int CHOSEN = WAYS.size() - 1;

  private final int rounds;
  private final AtomicReference<Optional<Choice>> choice = new AtomicReference<>(Optional.empty());
  private final List<Bulk> bulks;
  private int missed;

  private Choose(int rounds, List<Pool> pools) {
    this.rounds = rounds;
    this.bulks = new ArrayList<>(pools.stream().map(Parallel::on).toList());
    bulks.add(Parallel.on(Pool.auto()).explain(c -> choice.set(Optional.of(c))));
  }

  /**
   * Prints a table and the explanations; ends with status 1 if a load is missed.
   *
   * @param args how many rounds are counted, then words of which a load's name has one; none for
   *     all
   */
  public static void main(String[] args) {
    List<String> words = List.of(args).subList(1, args.length);
    int missed;
    try (Pool sequential = Pool.sequential();
        Pool threads = Pool.threads();
        Pool virtual = Pool.virtualThreads()) {
      Choose choose = new Choose(Integer.parseInt(args[0]), List.of(sequential, threads, virtual));
      missed = choose.all(words);
    }
    System.exit(missed == 0 ? 0 : 1);
  }

  private int all(List<String> words) {
    System.out.println(
        """
        | load | items | sequential, ms | threads, ms | virtual, ms | chosen, ms | chosen / best |
        | --- | ---: | ---: | ---: | ---: | ---: | ---: |\
        """);
    StringBuilder explanations = new StringBuilder();
    for (Load load : Load.all()) {
      if (words.isEmpty() || words.stream().anyMatch(load.name()::contains)) {
        run(load);
        explanations.append("\n\n").append(load.name()).append("\n\n");
        choice.get().ifPresent(c -> explanations.append(c.toString().indent(2).stripTrailing()));
      }
    }
    System.out.println(explanations);
    System.out.printf(
        "%n%s: limit %.2f%n", missed == 0 ? "no load is missed" : missed + " missed", LIMIT);
    return missed;
  }

  private void run(Load load) {
    double[] least = new double[WAYS.size()]; // of the rounds so far
    Arrays.fill(least, Double.POSITIVE_INFINITY);
    for (int round = 0; round < WARM_ROUNDS; round++) {
      for (int way = 0; way < WAYS.size(); way++) {
        least[way] = Math.min(least[way], millis(load, bulks.get(way)));
      }
    }
    double quickest = Arrays.stream(least).min().orElseThrow();
    int counted = quickest < SHORT_MILLIS ? TIMES_SHORT * rounds : rounds;
    double[][] millis = new double[WAYS.size()][counted];
    for (int round = 0; round < counted; round++) {
      for (int i = 0; i < WAYS.size(); i++) {
        int way = (i + round) % WAYS.size();
        boolean isHopeless = way != CHOSEN && least[way] > HOPELESS * quickest;
        millis[way][round] = isHopeless ? least[way] : millis(load, bulks.get(way));
        least[way] = Math.min(least[way], millis[way][round]);
        quickest = Math.min(quickest, least[way]);
      }
    }
    int best = 0;
    for (int way = 1; way < CHOSEN; way++) {
      best = median(millis[way]) < median(millis[best]) ? way : best;
    }
    double[] ratios = new double[counted]; // of one round each: what disturbs it disturbs both
    for (int round = 0; round < counted; round++) {
      ratios[round] = millis[CHOSEN][round] / millis[best][round];
    }
    double ratio = median(ratios);
    if (ratio > LIMIT) {
      missed++;
    }
    System.out.printf(
        "| %s | %,d | %.2f | %.2f | %.2f | %.2f | %.2f (%s)%s |%n",
        load.name(),
        load.items(),
        median(millis[0]),
        median(millis[1]),
        median(millis[2]),
        median(millis[CHOSEN]),
        ratio,
        WAYS.get(best),
        ratio > LIMIT ? " MISSED" : "");
  }

  private static double millis(Load load, Bulk bulk) {
    List<Integer> items = IntStream.range(0, load.items()).boxed().toList();
    long begin = System.nanoTime();
    for (int call = 0; call < load.calls(); call++) {
      if (bulk.map(items, load.fn()).size() != items.size()) {
        throw new IllegalStateException("results are missing");
      }
    }
    return (System.nanoTime() - begin) / 1e6 / load.calls();
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
