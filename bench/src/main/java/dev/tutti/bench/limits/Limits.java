package dev.tutti.bench.limits;

/** One program, one promise: each is run in a JVM of its own, and exits with 1 if it is broken. */
public final class Limits {
  private static final int RUNS = 5;
  private static final int BATCH_RUNS = 3; // of each of some loads

  private Limits() {}

  /**
   * Prints figures, and whether they are within their limits.
   *
   * @param args {@code numbers}, {@code large}, {@code slow}, {@code batches} or {@code left}; and
   *     {@code quick} for a run whose figures mean nothing
   * @throws Exception if it cannot be measured
   */
  public static void main(String[] args) throws Exception {
    boolean quick = args.length > 1 && args[1].equals("quick");
    int runs = quick ? 1 : RUNS;
    Verdict verdict = new Verdict();
    switch (args[0]) {
      case "numbers" -> FlatMemory.numbers(verdict, quick ? 100_000 : 10_000_000);
      case "large" -> FlatMemory.large(verdict, quick ? 16 : 256);
      case "slow" -> SlowItem.run(verdict, runs);
      case "batches" -> BestBatch.run(verdict, quick ? 50 : 1_000, quick ? 1 : BATCH_RUNS);
      case "left" -> TimeLeft.run(verdict, quick ? 50 : 1_000, runs);
      default -> throw new IllegalArgumentException("unknown measurement: " + args[0]);
    }
    if (!quick && !verdict.kept()) {
      System.exit(1);
    }
  }
}
