package dev.tutti.bench.backends;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Prints two tables: how long work takes on each backend, and what becomes of work that crashes,
 * hangs or leaks. Each cell is a program of its own; those of the first table are run in turn.
 */
public final class Backends {
  private static final List<String> BACKENDS =
      List.of("sequential", "threads", "virtual", "processes");
  private static final List<String> SPEED = List.of("computing", "waiting");
  private static final List<String> FAULTS = List.of("halting", "looping", "leaking");
  private static final int RUNS = 5;
  private static final long PATIENCE_SECONDS = 60;
  private static final long FAULT_PATIENCE_SECONDS = 20;

  private Backends() {}

  /**
   * Prints them.
   *
   * @param args {@code --quick} for a run whose figures mean nothing
   * @throws Exception if a cell cannot be run
   */
  public static void main(String[] args) throws Exception {
    boolean quick = args.length > 0 && args[0].equals("--quick");
    int items = quick ? 8 : 50;
    speed(items, quick ? 1 : RUNS);
    faults();
  }

  private static void speed(int items, int runs) throws Exception {
    Map<String, List<Double>> seconds = new HashMap<>();
    for (int run = 0; run < runs; run++) {
      for (String load : SPEED) {
        for (int i = 0; i < BACKENDS.size(); i++) {
          String backend = BACKENDS.get((i + run) % BACKENDS.size());
          String line = cell(load, backend, items, PATIENCE_SECONDS, List.of());
          seconds
              .computeIfAbsent(load + backend, _ -> new ArrayList<>())
              .add(Double.parseDouble(line));
        }
      }
    }
    System.out.printf(
        """
        %d tasks that compute for about 10 ms, or wait for 20 ms, on %d processors; median of %d runs

        | backend | computing | speed-up | waiting | speed-up |
        | --- | --- | --- | --- | --- |
        """,
        items, Runtime.getRuntime().availableProcessors(), runs);
    for (String backend : BACKENDS) {
      StringBuilder row = new StringBuilder("| " + backend + " |");
      for (String load : SPEED) {
        double median = median(seconds.getOrDefault(load + backend, List.of()));
        double normal = median(seconds.getOrDefault(load + BACKENDS.getFirst(), List.of()));
        row.append(String.format(Locale.ROOT, " %.2f s | %.1f |", median, normal / median));
      }
      System.out.println(row);
    }
  }

  private static void faults() throws Exception {
    System.out.printf(
        """

        %d tasks of which one ends its JVM by halt, or loops and is given a second; %d tasks that keep 8 MiB each, in heaps of 256 MiB

        | backend | one halts | one loops | all leak |
        | --- | --- | --- | --- |
        """,
        Cell.FAULTY_ITEMS, Cell.LEAKING_ITEMS);
    for (String backend : BACKENDS) {
      StringBuilder row = new StringBuilder("| " + backend + " |");
      for (String load : FAULTS) {
        boolean leaking = load.equals("leaking");
        int items = leaking ? Cell.LEAKING_ITEMS : Cell.FAULTY_ITEMS;
        List<String> flags = leaking ? List.of("-Xmx256m") : List.of();
        row.append(' ').append(cell(load, backend, items, FAULT_PATIENCE_SECONDS, flags));
        row.append(" |");
      }
      System.out.println(row);
    }
  }

  private static double median(List<Double> samples) {
    return samples.stream().sorted().toList().get(samples.size() / 2);
  }

  /** Runs a cell; returns what it printed, or how it ended without. */
  private static String cell(
      String load, String backend, int items, long patience, List<String> flags)
      throws IOException, InterruptedException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(flags);
    line.addAll(List.of("-cp", System.getProperty("java.class.path"), Cell.class.getName()));
    line.addAll(List.of(load, backend, Integer.toString(items)));
    Path out = Files.createTempFile("backends-", ".out");
    try {
      Process process =
          new ProcessBuilder(line)
              .redirectOutput(out.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!process.waitFor(patience, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
        return "the call never ends";
      }
      String printed = Files.readString(out).strip();
      if (printed.isEmpty()) {
        return "the program is gone, status " + process.exitValue();
      }
      return printed;
    } finally {
      Files.delete(out);
    }
  }
}
