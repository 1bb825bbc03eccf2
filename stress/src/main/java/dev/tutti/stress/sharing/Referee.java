package dev.tutti.stress.sharing;

import dev.tutti.memory.sync.ProcessLatch;
import dev.tutti.stress.Signals;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Starts those who play, torments them, lets them rest, and judges. */
final class Referee {
  /*
   * A rest is where a wake-up that was lost shows: nobody begins anything new, so who waits must be woken by those who
   * were there, or by nobody. It comes after each few acts.
   */
  private static final int LOCKS = 2;
  private static final int PERMITS = 2;
  private static final int ACTS_BETWEEN_RESTS = 4;
  private static final int LATCHES = 16;
  private static final int ACTS = 100;
  private static final int KILLS = 75;
  private static final int STOPS = 15;
  private static final long LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(500);
  private static final long MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(30);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final SharingOptions options;
  private final Random random;
  private final List<Seat> seats = new ArrayList<>();
  private final Set<Long> dead = ConcurrentHashMap.newKeySet();
  private final Set<Long> played = new HashSet<>();
  private final Map<String, Long> acts = new TreeMap<>();
  private final Map<Integer, Long> goOnNanos = new TreeMap<>();
  private final List<Game> games = new ArrayList<>();

  /** The last ones: a process may be slow to fetch its own. */
  private final Deque<ProcessLatch> latches = new ArrayDeque<>();

  private final Board board;
  private final String kit;
  private final Verdict verdict;
  private final Watch watch;
  private long starts;
  private long rests;

  Referee(SharingOptions options, Path folder) throws IOException {
    this.options = options;
    this.random = new Random(options.seed());
    this.board = Board.create(options.seats(), options.threads());
    for (int i = 0; i < options.seats(); i++) {
      seats.add(new Seat(i, board, folder, options.cheat()));
    }
    for (int i = 0; i < LOCKS; i++) {
      games.add(LockGame.create(i));
    }
    EventGame event = EventGame.create();
    games.add(PermitGame.create(PERMITS));
    games.add(BarrierGame.create(board));
    games.addAll(QueueGame.create());
    games.addAll(ReadWriteGame.create());
    games.add(event);
    this.kit = Child.encode(new Child.Kit(board, games));
    this.verdict = new Verdict(folder, seats);
    this.watch = new Watch(games, event, seats, dead::contains, verdict, options.wake());
  }

  /** {@return what was found} */
  List<String> run(Path folder) throws IOException, InterruptedException {
    try (Signals signals = new Signals()) {
      for (Seat seat : seats) {
        start(seat);
      }
      awaitAll("all begin", PATIENCE, () -> seats.stream().allMatch(Seat::isUp));
      long begin = System.nanoTime();
      long untilRest = ACTS_BETWEEN_RESTS;
      while (System.nanoTime() - begin < options.time().toNanos() && verdict.isClean()) {
        pause(signals);
        act(signals);
        if (--untilRest == 0) {
          rest(signals);
          untilRest = 1L + random.nextInt(2 * ACTS_BETWEEN_RESTS);
        }
      }
      if (verdict.isClean()) {
        rest(signals);
      }
    } finally {
      watch.end();
      for (Seat seat : seats) {
        seat.kill();
      }
    }
    for (int i = 0; i < LOCKS; i++) {
      verdict.complain(Notes.check(folder, i));
    }
    return verdict.all();
  }

  private void start(Seat seat) throws IOException {
    seat.start(kit, random.nextLong());
    dead.remove(seat.pid());
    played.add(seat.pid());
    starts++;
  }

  // ---------------------------------------------------------------- acts

  private void pause(Signals signals) throws IOException {
    long end = System.nanoTime() + random.nextLong(2 * options.every().toNanos());
    while (System.nanoTime() - end < 0) {
      LockSupport.parkNanos(LOOK_NANOS);
      goOn(signals, System.nanoTime());
      for (Seat seat : seats) {
        if (seat.isOver()) {
          verdict.complain("a process ended that nobody killed: pid=" + seat.pid());
          return;
        }
      }
    }
  }

  private void goOn(Signals signals, long now) throws IOException {
    for (Map.Entry<Integer, Long> next : List.copyOf(goOnNanos.entrySet())) {
      if (next.getValue() - now <= 0) {
        goOnNanos.remove(next.getKey());
        seats.get(next.getKey()).signal(false, signals);
      }
    }
  }

  private void act(Signals signals) throws IOException, InterruptedException {
    Seat seat = seats.get(random.nextInt(seats.size()));
    int choice = random.nextInt(ACTS);
    if (!seat.isUp()) {
      if (choice < ACTS / 16) {
        kill(seat, "kill at the start");
      }
    } else if (seat.isStopped()) {
      if (choice < ACTS / 2) {
        kill(seat, "kill while stopped");
      }
    } else if (choice < KILLS) {
      kill(seat, "kill");
    } else if (choice < KILLS + STOPS) {
      count("stop");
      seat.signal(true, signals);
      long millis = 2L + random.nextInt(80);
      goOnNanos.put(seat.number(), System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis));
    }
  }

  private void count(String act) {
    acts.merge(act, 1L, Long::sum);
  }

  private void kill(Seat seat, String how) throws IOException, InterruptedException {
    killOnly(seat, how);
    start(seat);
  }

  private void killOnly(Seat seat, String how) throws IOException, InterruptedException {
    count(how);
    goOnNanos.remove(seat.number());
    dead.add(seat.pid());
    seat.kill();
    List<Board.Row> rows = seat.rows();
    rows.forEach(row -> acts.merge("  while it " + row.doing(), 1L, Long::sum));
    for (Game game : games) {
      game.died(rows);
    }
    rows.forEach(Board.Row::clear);
    board.latched(seat.number(), 0);
  }

  // ---------------------------------------------------------------- rests

  private void rest(Signals signals) throws IOException, InterruptedException {
    goOn(signals, Long.MAX_VALUE);
    long number = ++rests;
    ProcessLatch latch = ProcessLatch.create(1);
    String line = number + " " + Child.encode(latch);
    latches.add(latch);
    if (latches.size() > LATCHES) {
      latches.removeFirst();
    }
    seats.stream().filter(Seat::isUp).forEach(seat -> seat.tell(line));
    watch.resting(true);
    board.rest(number);
    boolean rested = awaitAll("all come to rest", PATIENCE, this::isResting);
    Seat victim = seats.get(random.nextInt(seats.size()));
    boolean kills = rested && random.nextInt(3) == 0 && victim.isUp();
    if (kills) {
      killOnly(victim, "kill");
    }
    if (rested) {
      for (Game game : games) {
        verdict.complain(game.atRest());
      }
    }
    board.rest(0);
    watch.resting(false);
    long begin = System.nanoTime();
    latch.countDown();
    awaitAll(
        "all go on after the latch",
        options.wake(),
        () ->
            board
                .rows()
                .noneMatch(row -> row.doing() == Doing.RESTS && row.sinceNanos() - begin < 0));
    if (kills) {
      start(victim);
    }
  }

  private boolean isResting() {
    boolean all =
        board.rows().allMatch(row -> row.doing() == Doing.RESTS || row.doing() == Doing.NOTHING);
    if (!all) {
      games.forEach(Game::calm);
    }
    return all;
  }

  /** What this thread has slept too long does not count: then the machine was busy. */
  private boolean awaitAll(String what, Duration limit, BooleanSupplier condition) {
    long left = limit.toNanos();
    while (!condition.getAsBoolean()) {
      long before = System.nanoTime();
      LockSupport.parkNanos(LOOK_NANOS);
      left -= Math.min(System.nanoTime() - before, MOST_NANOS);
      if (left < 0) {
        verdict.complainOfWait(what + ": not within " + limit + ": " + board.rows().toList());
        return false;
      }
      if (!verdict.isClean()) {
        return false;
      }
    }
    return true;
  }

  /** {@return the figures of the run} */
  List<String> summary() {
    List<String> lines = new ArrayList<>();
    lines.add("%,d processes, %,d rests; %s".formatted(starts, rests, acts));
    games.forEach(game -> lines.add(game.summary()));
    lines.add(
        "longest time that one who could go on waited: %,d ms"
            .formatted(watch.longest().toMillis()));
    return lines;
  }

  /** {@return the process ids of all that have played} */
  Set<Long> played() {
    return played;
  }

  long kills() {
    return acts.entrySet().stream()
        .filter(act -> act.getKey().startsWith("kill"))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }
}
