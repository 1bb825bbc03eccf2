package dev.tutti.stress;

import dev.tutti.stress.Act.Deed;
import java.io.BufferedReader;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The process that torments the workers of another one. It kills, stops, or has their heaps filled,
 * and writes each act down before it is done.
 *
 * <p>Its input tells it what to do: {@code go FOLDER} for a round whose journals are there, {@code
 * rest}, which it answers with {@code resting} and the number of workers that it has seen. It ends
 * where its input ends.
 */
final class Outside {
  /*
   * A worker counts as in service once it has a journal in the round. Others may be at their start, where the pool gives
   * up after three deaths in a row: after an act against one of them, a new worker must have come into service before the
   * next such act.
   *
   * SIGSTOP for good is only for a worker in the midst of an item, which is told by its journal while it is stopped: the
   * time-out of an item counts from its claim, and frees the pool.
   */
  private static final String END = "end";
  private static final int KILLS = 40;
  private static final int STOPS = 35;
  private static final int ACTS = 100;
  private static final int EARLY_ACTS = 10;
  private static final Duration STOP_PATIENCE = Duration.ofMillis(200);

  /** A worker that is to go on. */
  private record Paused(Life worker, long untilNanos) {}

  private final long parent;
  private final Random random;
  private final long everyNanos;
  private final Path home;
  private final Signals signals;
  private final FileOutputStream acts;
  private final BlockingQueue<String> commands = new LinkedBlockingQueue<>();
  private final PriorityQueue<Paused> paused =
      new PriorityQueue<>(Comparator.comparingLong(Paused::untilNanos));
  private final Set<Life> halted = new HashSet<>();
  private final Set<Life> served = new HashSet<>();
  private final Set<Life> alive = new HashSet<>();
  private boolean mayActEarly = true;
  private long seen;

  private Outside(long parent, long seed, Duration every, Path home) throws IOException {
    this.parent = parent;
    this.random = new Random(seed);
    this.everyNanos = every.toNanos();
    this.home = home;
    this.signals = new Signals();
    this.acts = new FileOutputStream(home.resolve("acts").toFile(), true);
  }

  /**
   * Torments workers.
   *
   * @param args the process id of their parent, a seed, the milliseconds between two acts, the
   *     folder of the run
   * @throws Exception if it cannot
   */
  public static void main(String[] args) throws Exception {
    Outside outside =
        new Outside(
            Long.parseLong(args[0]),
            Long.parseLong(args[1]),
            Duration.ofMillis(Long.parseLong(args[2])),
            Path.of(args[3]));
    Thread.ofPlatform().daemon().name("commands").start(outside::listen);
    outside.run();
  }

  private void listen() {
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        commands.add(line);
      }
    } catch (IOException e) {
      System.err.println("outside process: its input broke: " + e);
    } finally {
      commands.add(END);
    }
  }

  private void run() throws IOException, InterruptedException {
    Path round = null;
    long next = System.nanoTime();
    try (signals;
        acts) {
      while (true) {
        String command = commands.poll(pauseNanos(round, next), TimeUnit.NANOSECONDS);
        if (END.equals(command)) {
          return;
        } else if ("rest".equals(command)) {
          round = null;
          goOn(Long.MAX_VALUE);
          System.out.println("resting " + seen);
        } else if (command != null) {
          round = Path.of(command.substring("go ".length()));
          served.clear();
          next = System.nanoTime() + everyNanos;
        }
        long now = System.nanoTime();
        goOn(now);
        if (round != null && now - next >= 0) {
          act(round);
          next = Math.max(next + everyNanos, System.nanoTime());
        }
      }
    }
  }

  private long pauseNanos(@Nullable Path round, long next) {
    long now = System.nanoTime();
    long pause = round == null ? TimeUnit.SECONDS.toNanos(1) : next - now;
    Paused first = paused.peek();
    return Math.max(0, first == null ? pause : Math.min(pause, first.untilNanos() - now));
  }

  private void goOn(long nanos) throws IOException {
    for (Paused p = paused.peek(); p != null && p.untilNanos() <= nanos; p = paused.peek()) {
      signals.send("CONT", paused.remove().worker());
    }
  }

  // ---------------------------------------------------------------- whom

  private List<Life> workers() {
    List<Life> workers =
        ProcessHandle.of(parent).stream()
            .flatMap(ProcessHandle::children)
            .map(ProcessHandle::pid)
            .filter(Outside::isWorker)
            .sorted()
            .flatMap(pid -> Life.of(pid).stream())
            .toList();
    alive.retainAll(workers);
    workers.stream().filter(alive::add).forEach(_ -> seen++);
    halted.retainAll(workers);
    return workers;
  }

  private static boolean isWorker(long pid) {
    try {
      Path file = Path.of("/proc/" + pid + "/cmdline");
      return Files.readString(file, StandardCharsets.ISO_8859_1).contains("WorkerMain");
    } catch (IOException gone) {
      return false;
    }
  }

  private void act(Path round) throws IOException {
    List<Life> workers = workers();
    for (Life worker : workers) {
      if (Journal.hasFileOf(round, worker)) {
        mayActEarly |= served.add(worker);
      }
    }
    List<Life> victims = workers.stream().filter(worker -> !halted.contains(worker)).toList();
    if (victims.isEmpty()) {
      return;
    }
    Life victim = victims.get(random.nextInt(victims.size()));
    if (served.contains(victim)) {
      torment(round, victim);
    } else if (mayActEarly && random.nextInt(ACTS) < EARLY_ACTS) {
      mayActEarly = false;
      startle(victim);
    }
  }

  // ---------------------------------------------------------------- what

  private void torment(Path round, Life victim) throws IOException {
    int choice = random.nextInt(ACTS);
    Path order = home.resolve("orders").resolve(victim.toString());
    if (choice < KILLS || Files.exists(order)) {
      write(Deed.KILL, victim);
      signals.send("KILL", victim);
    } else if (choice < KILLS + STOPS) {
      stop(round, victim);
    } else {
      write(Deed.FILL, victim);
      Files.createFile(order);
    }
  }

  private void stop(Path round, Life victim) throws IOException {
    boolean forGood = random.nextInt(3) != 0;
    if (!signals.send("STOP", victim)) {
      return;
    }
    long end = System.nanoTime() + STOP_PATIENCE.toNanos();
    while (!victim.isStopped() && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(100));
    }
    if (forGood && victim.isStopped() && isInItem(round, victim)) {
      write(Deed.HALT, victim);
      halted.add(victim);
      paused.removeIf(p -> p.worker().equals(victim));
    } else {
      write(Deed.PAUSE, victim);
      goOnLater(victim);
    }
  }

  private static boolean isInItem(Path round, Life victim) throws IOException {
    List<Line> lines = Journal.read(round.resolve(victim.fileName()));
    return !lines.isEmpty() && lines.getLast().mark().runsOn();
  }

  private void goOnLater(Life victim) {
    long millis = 5L + random.nextInt(100);
    paused.add(new Paused(victim, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis)));
  }

  private void startle(Life victim) throws IOException {
    if (random.nextBoolean()) {
      write(Deed.KILL_EARLY, victim);
      signals.send("KILL", victim);
    } else {
      write(Deed.PAUSE, victim);
      signals.send("STOP", victim);
      goOnLater(victim);
    }
  }

  private void write(Deed deed, Life victim) throws IOException {
    Act act = new Act(deed, victim, System.nanoTime());
    acts.write(act.toText().getBytes(StandardCharsets.US_ASCII));
  }
}
