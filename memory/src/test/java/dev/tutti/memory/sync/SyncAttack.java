package dev.tutti.memory.sync;

import dev.tutti.memory.bell.Members;
import dev.tutti.memory.bell.Street;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Threads of several played processes that use one object, with time-outs and interrupts, while
 * processes are killed between any two accesses. What it finds is a text; none is good.
 */
final class SyncAttack {
  private static final long KEY = 7;
  private static final int PROCESSES = 3;
  private static final int PERMITS = 3;
  private static final long PACE_NANOS = 200_000;

  /** What they fight for. */
  enum Game {
    LOCK,
    FAIR_LOCK,
    SEMAPHORE,
    SEVERAL_PERMITS,
    READ_WRITE_LOCK,
    CONDITION,
    CONDITION_OF_FAIR_LOCK
  }

  private final Game game;
  private final Street street;
  private final Street other;
  private final int rounds;
  private final int kills;
  private final long patienceNanos;
  private final boolean looks;
  private final int threads;

  /** In every other attack: who gives up by itself hides that it was forgotten. */
  private final boolean nobodyGivesUp = ThreadLocalRandom.current().nextBoolean();

  private final AtomicReference<String> found = new AtomicReference<>();
  private final AtomicLong progress = new AtomicLong();
  private final List<Household> households = new CopyOnWriteArrayList<>();
  private final Prize.Scene scene =
      new Prize.Scene(
          wrong -> found.compareAndSet(null, wrong),
          () -> households.stream().map(household -> household.readers).toList());

  /** A process that is played, with its threads. */
  private final class Household {
    final Street.House house = street.newHouse();
    final Street.House condition = other.newHouse();
    final AtomicInteger readers = new AtomicInteger();
    final List<Thread> threads = new ArrayList<>();

    void start(Prize prize, long until) {
      for (int t = 0; t < SyncAttack.this.threads; t++) {
        int number = t;
        Thread.Builder builder = t == 1 ? Thread.ofVirtual() : Thread.ofPlatform();
        threads.add(builder.start(() -> fight(prize, number, until)));
      }
    }

    void kill() throws InterruptedException {
      households.remove(this);
      house.kill();
      condition.kill();
      for (Thread thread : threads) {
        while (!thread.join(Duration.ofMillis(1))) {
          LockSupport.unpark(thread); // to meet its death
        }
      }
      house.gone();
      condition.gone();
    }
  }

  private SyncAttack(
      Game game, Supplier<Street> streets, int rounds, int kills, long patienceNanos) {
    this.game = game;
    this.street = streets.get();
    this.other = streets.get();
    this.rounds = rounds;
    this.kills = kills;
    this.patienceNanos = patienceNanos;
    this.looks = kills > 0;
    this.threads = isCondition() ? 3 : 2;
  }

  static SyncAttack peaceful(Game game, Supplier<Street> streets, int rounds, long patienceNanos) {
    return new SyncAttack(game, streets, rounds, 0, patienceNanos);
  }

  static SyncAttack deadly(Game game, Supplier<Street> streets, int kills, long patienceNanos) {
    return new SyncAttack(game, streets, Integer.MAX_VALUE, kills, patienceNanos);
  }

  private boolean isCondition() {
    return game == Game.CONDITION || game == Game.CONDITION_OF_FAIR_LOCK;
  }

  int recoveries() {
    return scene.recoveries.get();
  }

  private void fight(Prize prize, int thread, long until) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    try {
      while (progress.get() < until && (found.get() == null || found.get().isEmpty())) {
        int way = nobodyGivesUp ? 0 : random.nextInt(8);
        long nanos = way > 3 ? random.nextLong(1, 30_000) : Nanos.FOREVER;
        boolean has;
        try {
          if (way == 1) {
            Thread.currentThread().interrupt();
          }
          has = prize.take(thread, nanos, true);
        } catch (InterruptedException e) {
          continue;
        }
        if (has) {
          prize.check();
          if (random.nextInt(2) == 0) {
            LockSupport.parkNanos(1);
          }
          progress.incrementAndGet();
          prize.give();
        }
      }
    } catch (Street.Killed e) {
      // as it is meant
    } catch (Throwable e) {
      found.compareAndSet(null, "thrown: " + e);
    }
  }

  /** {@return what was found; empty if nothing} */
  String run() throws InterruptedException {
    Household first = newHousehold();
    if (game == Game.SEMAPHORE || game == Game.SEVERAL_PERMITS) {
      Permits.first(first.house, permits(), permits());
    } else if (game == Game.FAIR_LOCK || game == Game.CONDITION_OF_FAIR_LOCK) {
      Ownership.first(first.house, true);
    }
    first.start(prize(first), rounds);
    while (households.size() < PROCESSES) {
      startOne();
    }
    int left = kills;
    long last = 0;
    long lastNanos = System.nanoTime();
    while (found.get() == null && (kills == 0 ? progress.get() < rounds : left > 0)) {
      LockSupport.parkNanos(PACE_NANOS);
      if (looks) {
        street.look();
        other.look();
      }
      long now = progress.get();
      if (now != last) {
        last = now;
        lastNanos = System.nanoTime();
        if (left > 0) {
          left--;
          households.get(ThreadLocalRandom.current().nextInt(PROCESSES)).kill();
          startOne();
        }
      } else if (System.nanoTime() - lastNanos > patienceNanos) {
        found.compareAndSet(null, "nobody goes on: progress=" + now);
      }
    }
    if (kills == 0 && !isCondition() && !endedAll()) {
      found.compareAndSet(null, "somebody waits for ever: progress=" + progress);
    }
    found.compareAndSet(null, "");
    for (Household process : households) {
      process.kill();
    }
    return found.get();
  }

  private int permits() {
    return game == Game.SEMAPHORE ? 1 : PERMITS;
  }

  /** Who waits at the end gets his turn, because each that leaves wakes the next. */
  private boolean endedAll() throws InterruptedException {
    for (Household process : households) {
      for (Thread thread : process.threads) {
        if (found.get() == null && !thread.join(Duration.ofNanos(patienceNanos))) {
          return false;
        }
      }
    }
    return true;
  }

  private Household newHousehold() {
    Household one = new Household();
    households.add(one);
    return one;
  }

  private void startOne() {
    Household one = newHousehold();
    one.start(prize(one), rounds);
  }

  private Prize prize(Household process) {
    Members members = new Members(process.house, process.house);
    return switch (game) {
      case LOCK, FAIR_LOCK -> new Prize.LockPrize(new Ownership(members, KEY), scene);
      case SEMAPHORE, SEVERAL_PERMITS ->
          new Prize.PermitPrize(new Permits(members, KEY), permits(), scene);
      case READ_WRITE_LOCK ->
          new Prize.ReadWritePrize(new Readership(members, KEY), scene, process.readers);
      case CONDITION, CONDITION_OF_FAIR_LOCK -> {
        Ownership lock = new Ownership(members, KEY);
        Members waiting = new Members(process.condition, process.condition);
        yield new Prize.ConditionPrize(
            lock, new Signals(waiting, KEY + 1, lock), nobodyGivesUp ? 1 : 2, scene);
      }
    };
  }
}
