package dev.tutti.stress.sharing;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongPredicate;

/** Finds those who could go on and do not, and those who do nothing at all. */
final class Watch {
  /*
   * A game is stuck while one of its waiters, of a process that is not stopped, was there all the time, one who waits
   * could go on, and nobody does. What the watch itself has slept too long does not count: then the machine was busy.
   */
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(30);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final List<Game> games;
  private final List<Seat> seats;
  private final EventGame event;
  private final LongPredicate isDead;
  private final Verdict verdict;
  private final long wakeNanos;
  private final AtomicLong longestNanos = new AtomicLong();
  private final Thread watching;
  private final Thread ringing;
  private volatile boolean resting;
  private volatile boolean over;

  Watch(
      List<Game> games,
      EventGame event,
      List<Seat> seats,
      LongPredicate isDead,
      Verdict verdict,
      Duration wake) {
    this.games = games;
    this.event = event;
    this.seats = seats;
    this.isDead = isDead;
    this.verdict = verdict;
    this.wakeNanos = wake.toNanos();
    this.watching = Thread.ofPlatform().daemon().name("watch").start(this::watch);
    this.ringing = Thread.ofPlatform().daemon().name("event").start(this::ring);
  }

  /** Says whether somebody rests, and so the event is not to be set or cleared. */
  void resting(boolean now) {
    resting = now;
  }

  Duration longest() {
    return Duration.ofNanos(longestNanos.get());
  }

  void end() throws InterruptedException {
    over = true;
    watching.join();
    ringing.join();
  }

  // ---------------------------------------------------------------- games

  /** What is known of one game. */
  private static final class Stuck {
    long progress;
    long sinceNanos;
    long nanos;
  }

  private void watch() {
    Stuck[] all = new Stuck[games.size()];
    for (int i = 0; i < all.length; i++) {
      all[i] = new Stuck();
    }
    Idle idle = new Idle();
    long last = System.nanoTime();
    while (!over) {
      LockSupport.parkNanos(LOOK_NANOS);
      long now = System.nanoTime();
      long passed = Math.min(now - last, STEP_NANOS);
      last = now;
      for (int i = 0; i < all.length; i++) {
        look(games.get(i), all[i], now, passed);
      }
      idle.look(passed);
    }
  }

  private void look(Game game, Stuck stuck, long now, long passed) {
    long progress = game.progress();
    if (progress != stuck.progress || !game.isOpen(isDead) || !isAwaited(game, stuck)) {
      stuck.progress = progress;
      stuck.sinceNanos = now;
      stuck.nanos = 0;
      return;
    }
    stuck.nanos += passed;
    longestNanos.accumulateAndGet(stuck.nanos, Math::max);
    if (stuck.nanos > wakeNanos) {
      verdict.complainOfWait("nobody goes on who could: " + game + waiters(game));
      stuck.nanos = 0;
    }
  }

  private boolean isAwaited(Game game, Stuck stuck) {
    return seats.stream()
        .filter(Seat::isFree)
        .flatMap(seat -> seat.rows().stream())
        .anyMatch(row -> game.isAwaitedBy(row) && row.sinceNanos() - stuck.sinceNanos <= 0);
  }

  private List<Board.Row> waiters(Game game) {
    return seats.stream().flatMap(s -> s.rows().stream()).filter(game::isAwaitedBy).toList();
  }

  /** Players that take no step at all. */
  private final class Idle {
    private final long[][] steps = new long[seats.size()][];
    private final long[][] nanos = new long[seats.size()][];

    void look(long passed) {
      for (Seat seat : seats) {
        List<Board.Row> rows = seat.rows();
        int s = seat.number();
        if (steps[s] == null) {
          steps[s] = new long[rows.size()];
          nanos[s] = new long[rows.size()];
        }
        for (Board.Row row : rows) {
          int t = row.thread();
          boolean moves = row.steps() != steps[s][t] || !seat.isFree();
          steps[s][t] = row.steps();
          nanos[s][t] = moves ? 0 : nanos[s][t] + passed;
          if (nanos[s][t] > PATIENCE.toNanos()) {
            verdict.complainOfWait("it takes no step: " + row);
            nanos[s][t] = 0;
          }
        }
      }
    }
  }

  // ---------------------------------------------------------------- the event

  private void ring() {
    for (long turn = 0; !over; turn++) {
      LockSupport.parkNanos(LOOK_NANOS);
      if (!resting) {
        boolean forAMoment = turn % 4 == 0;
        long now = System.nanoTime();
        List<Board.Row> before = listeners(now);
        event.set(forAMoment);
        if (!forAMoment) {
          awaitAll(before, now);
          event.clear();
        }
      }
    }
  }

  private List<Board.Row> listeners(long sinceNanos) {
    return seats.stream()
        .filter(Seat::isFree)
        .flatMap(seat -> seat.rows().stream())
        .filter(row -> event.isAwaitedBy(row) && row.sinceNanos() - sinceNanos < 0)
        .toList();
  }

  private void awaitAll(List<Board.Row> before, long setNanos) {
    long waited = 0;
    while (!over && listeners(setNanos).stream().anyMatch(before::contains)) {
      long last = System.nanoTime();
      LockSupport.parkNanos(LOOK_NANOS / 10);
      waited += Math.min(System.nanoTime() - last, STEP_NANOS);
      longestNanos.accumulateAndGet(waited, Math::max);
      if (waited > wakeNanos) {
        verdict.complainOfWait("who waits for the event is not woken: " + listeners(setNanos));
        return;
      }
    }
  }
}
