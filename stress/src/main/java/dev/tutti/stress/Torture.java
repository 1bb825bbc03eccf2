package dev.tutti.stress;

import dev.tutti.Pool;
import dev.tutti.plan.DataSize;
import dev.tutti.process.ProcessOptions;
import dev.tutti.stress.Act.Deed;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.logging.StreamHandler;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs items on a pool of worker processes while another process kills, stops and fills its
 * workers, and tells whether the pool has kept its contract.
 *
 * <p>Its exit status is 0 if no rule was broken, 1 if one was, 2 if an option is wrong.
 */
public final class Torture {
  private static final int WARM_UP_ROUNDS = 2;
  private static final Duration SETTLING = Duration.ofSeconds(10);
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long STEADY_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
  private static final long HEAP_TOLERANCE_BYTES = 8 << 20;

  private final TortureOptions options;
  private final Path home;
  private final PrintStream out;
  private final HangWatch watch;
  private final Tally tally = new Tally();
  private final List<String> broken = new ArrayList<>();
  private final Map<Life, Set<Deed>> deeds = new HashMap<>();
  private final Act.Reader acts;
  private final long beginNanos = System.nanoTime();

  private Torture(TortureOptions options, Path home, PrintStream out) {
    this.options = options;
    this.home = home;
    this.out = out;
    this.watch = new HangWatch(options.patience(), home, out);
    this.acts = new Act.Reader(home.resolve("acts"));
  }

  /**
   * Runs the torture.
   *
   * @param args the options
   * @throws Exception if it cannot be run
   */
  public static void main(String[] args) throws Exception {
    PrintStream out = System.out;
    TortureOptions options;
    try {
      options = TortureOptions.parse(args);
    } catch (IllegalArgumentException e) {
      System.err.println("torture: " + e.getMessage());
      System.err.print(TortureOptions.USAGE);
      System.exit(2);
      return;
    }
    Path home =
        options.folder().isPresent()
            ? Files.createDirectories(Path.of(options.folder().get()).toAbsolutePath())
            : Files.createTempDirectory("torture-");
    PrintStream log =
        new PrintStream(Files.newOutputStream(home.resolve("talk")), true, StandardCharsets.UTF_8);
    redirect(log);
    List<String> broken = new Torture(options, home, out).run();
    broken.forEach(rule -> out.println("BROKEN: " + rule));
    if (broken.isEmpty()) {
      delete(home);
      out.println("no rule was broken");
    } else {
      out.println("the evidence is in " + home);
    }
    System.exit(broken.isEmpty() ? 0 : 1);
  }

  /** What workers print while they die, and what the pool logs of it, is evidence and no news. */
  private static void redirect(PrintStream log) {
    System.setOut(log);
    System.setErr(log);
    Logger ours = Logger.getLogger("dev.tutti");
    ours.setUseParentHandlers(false);
    Formatter format = new SimpleFormatter();
    Handler handler =
        new StreamHandler(log, format) {
          @Override
          public synchronized void publish(java.util.logging.LogRecord entry) {
            super.publish(entry);
            flush();
          }
        };
    ours.addHandler(handler);
    KEPT.add(ours);
  }

  /** Loggers are forgotten by the JDK when nobody keeps them. */
  private static final List<Logger> KEPT = new ArrayList<>();

  private ProcessOptions poolOptions() {
    return ProcessOptions.DEFAULTS
        .withWorkers(options.workers())
        .withHeap(DataSize.mib(64))
        .withJvmFlags("-XX:TieredStopAtLevel=1")
        .withGrace(Duration.ofMillis(100));
  }

  private Pool open() {
    return Pool.open(poolOptions());
  }

  // ---------------------------------------------------------------- the run

  private List<String> run() throws IOException, InterruptedException {
    out.printf(
        "torture: %d workers, an act every %d ms, seed %d%n",
        options.workers(), options.every().toMillis(), options.seed());
    long seen;
    try (OutsideProcess outside = OutsideProcess.start(options, home)) {
      outside.rest();
      try (Pool pool = open()) {
        torment(pool, outside);
        watch.skip();
      }
      seen = outside.workersSeen();
    }
    watch.skip();
    Holdings left = settled(Holdings.NOTHING);
    if (!left.isNoMoreThan(Holdings.NOTHING)) {
      broken.add("nothing must be left when the pool is closed: " + left);
    }
    watch.end();
    tally.print(out, Duration.ofNanos(System.nanoTime() - beginNanos), watch.longestPause(), seen);
    out.println("after the end: " + left);
    return broken;
  }

  private void torment(Pool pool, OutsideProcess outside) throws IOException, InterruptedException {
    for (int round = 0; round < WARM_UP_ROUNDS && broken.isEmpty(); round++) {
      oneRound(round, pool, outside);
    }
    Holdings first = atRest(pool, null);
    long firstHeapBytes = Holdings.heapBytes();
    tell("after the warm-up", first, firstHeapBytes);
    for (int round = WARM_UP_ROUNDS; broken.isEmpty() && goesOn(); round++) {
      oneRound(round, pool, outside);
      if (round % Style.values().length == 0) {
        ensureNoMoreThan(first, firstHeapBytes, pool, "after round " + round);
      }
    }
    if (broken.isEmpty()) {
      ensureNoMoreThan(first, firstHeapBytes, pool, "after the last round");
    }
  }

  private boolean goesOn() {
    return System.nanoTime() - beginNanos < options.time().toNanos()
        || tally.items() < options.items();
  }

  private void oneRound(int number, Pool pool, OutsideProcess outside)
      throws IOException, InterruptedException {
    Path folder = home.resolve("round-" + number);
    Journal.prepare(folder);
    Round round =
        new Round(
            Style.of(number),
            options.roundItems(),
            Mix.of(options.seed(), number),
            folder,
            home.resolve("orders"));
    if (!Style.isCalm(number)) {
      outside.torment(folder);
    }
    watch.skip();
    List<Ended> ended = round.run(pool, this::open, watch);
    watch.skip();
    outside.rest();
    List<String> found = check(round, ended);
    if (found.isEmpty()) {
      delete(folder);
    } else {
      Files.write(folder.resolve("ended"), ended.stream().map(Ended::toString).toList());
      found.forEach(rule -> broken.add("round %d (%s): %s".formatted(number, round.style(), rule)));
    }
  }

  private List<String> check(Round round, List<Ended> ended) throws IOException {
    List<String> found = new ArrayList<>();
    if (!becomesQuiet(round.folder())) {
      found.add("an item must not run for ever when its call is over");
    }
    List<Act> done = acts.next();
    done.forEach(act ->
        deeds.computeIfAbsent(act.victim(), _ -> EnumSet.noneOf(Deed.class)).add(act.deed()));
    Map<Life, List<Line>> journals = Journal.readAll(round.folder());
    RoundCheck check = new RoundCheck(round.terms(), ended, journals, deeds);
    found.addAll(check.brokenRules());
    tally.add(ended, done, journals, check.lostBeforeFirstLine());
    for (Life over : deeds.keySet().stream().filter(Life::isOver).toList()) {
      deeds.remove(over);
      Files.deleteIfExists(round.orders().resolve(over.toString()));
    }
    return found;
  }

  /** What was timed out or cancelled may go on for as long as its grace time. */
  private static boolean becomesQuiet(Path folder) throws IOException {
    long end = System.nanoTime() + SETTLING.toNanos();
    while (!Journal.isQuiet(folder)) {
      if (System.nanoTime() - end > 0) {
        return false;
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
    return true;
  }

  // ---------------------------------------------------------------- what is left

  /** {@return what is there with all workers alive and idle, no more than before if that comes} */
  private Holdings atRest(Pool pool, @Nullable Holdings before) throws IOException {
    long end = System.nanoTime() + SETTLING.toNanos();
    Holdings now;
    do {
      warm(pool); // again: one that was killed a moment ago may still count as ready
      now = steady();
      watch.skip();
    } while ((now.children() != children() || (before != null && !now.isNoMoreThan(before)))
        && System.nanoTime() - end < 0);
    if (now.children() != children()) {
      broken.add("a warm pool must have all its workers, and no more: " + now);
    }
    return now;
  }

  private void warm(Pool pool) {
    try {
      pool.warm();
    } catch (IllegalStateException e) { // it may have been killed a moment ago, as it started
      out.println("a worker has not started: " + e.getMessage());
    }
  }

  /** The workers and the outside process. */
  private long children() {
    return options.workers() + 1L;
  }

  /** {@return what is there once it does not change any more} */
  private static Holdings steady() throws IOException {
    long end = System.nanoTime() + SETTLING.toNanos();
    Holdings before = Holdings.now();
    while (System.nanoTime() - end < 0) {
      LockSupport.parkNanos(STEADY_NANOS);
      Holdings now = Holdings.now();
      if (now.isNoMoreThan(before) && before.isNoMoreThan(now)) {
        return now;
      }
      before = now;
    }
    return before;
  }

  private static Holdings settled(Holdings aim) throws IOException {
    long end = System.nanoTime() + SETTLING.toNanos();
    Holdings now = Holdings.now();
    while (!now.isNoMoreThan(aim) && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(LOOK_NANOS);
      now = Holdings.now();
    }
    return now;
  }

  private void ensureNoMoreThan(Holdings first, long firstHeapBytes, Pool pool, String when)
      throws IOException {
    Holdings now = atRest(pool, first);
    long heapBytes = Holdings.heapBytes();
    watch.skip();
    tell(when, now, heapBytes);
    if (!now.isNoMoreThan(first)) {
      broken.add("nothing must pile up in the pool: first=%s now=%s".formatted(first, now));
    }
    if (heapBytes > firstHeapBytes + HEAP_TOLERANCE_BYTES) {
      broken.add(
          "the heap must stay flat: firstBytes=%d nowBytes=%d"
              .formatted(firstHeapBytes, heapBytes));
    }
  }

  private void tell(String when, Holdings now, long heapBytes) {
    out.printf(
        Locale.ROOT,
        "at rest %s: %s heap=%.1f MiB%n",
        when,
        now,
        heapBytes / (double) DataSize.mib(1).bytes());
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      all.sorted(Comparator.reverseOrder()).forEach(Torture::deleteOne);
    }
  }

  private static void deleteOne(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
