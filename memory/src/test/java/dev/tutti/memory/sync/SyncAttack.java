package dev.tutti.memory.sync;

import dev.tutti.memory.bell.Members;
import dev.tutti.memory.bell.Street;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads of several played processes that use one lock or semaphore, with time-outs and
 * interrupts, while processes are killed between any two accesses. What it finds is a text; none is
 * good.
 */
final class SyncAttack {
  private static final long KEY = 7;
  private static final int PROCESSES = 3;
  private static final int THREADS = 2;
  private static final int PERMITS = 1;
  private static final long PACE_NANOS = 200_000;

  private final Street street;
  private final int rounds;
  private final int kills;
  private final long patienceNanos;
  private final boolean looks;
  private final AtomicReference<String> found = new AtomicReference<>();
  private final AtomicLong progress = new AtomicLong();
  private final AtomicInteger inside = new AtomicInteger();
  private final AtomicInteger recoveries = new AtomicInteger();

  /** What the threads fight for. */
  private interface Prize {
    boolean take(long nanos, boolean interruptibly) throws InterruptedException;

    void check(AtomicInteger inside);

    void give();
  }

  /** A process that is played, with its threads. */
  private final class Household {
    final Street.House house = street.newHouse();
    final List<Thread> threads = new ArrayList<>();

    void start(Prize prize, long until) {
      for (int t = 0; t < THREADS; t++) {
        Thread.Builder builder = t == 0 ? Thread.ofVirtual() : Thread.ofPlatform();
        threads.add(builder.start(() -> fight(prize, until)));
      }
    }

    void kill() throws InterruptedException {
      house.kill();
      for (Thread thread : threads) {
        while (!thread.join(Duration.ofMillis(1))) {
          LockSupport.unpark(thread); // to meet its death
        }
      }
      house.gone();
    }
  }

  private SyncAttack(Street street, int rounds, int kills, long patienceNanos, boolean looks) {
    this.street = street;
    this.rounds = rounds;
    this.kills = kills;
    this.patienceNanos = patienceNanos;
    this.looks = looks;
  }

  static SyncAttack peaceful(Street street, int rounds, long patienceNanos) {
    return new SyncAttack(street, rounds, 0, patienceNanos, false);
  }

  static SyncAttack deadly(Street street, int kills, long patienceNanos) {
    return new SyncAttack(street, Integer.MAX_VALUE, kills, patienceNanos, true);
  }

  int recoveries() {
    return recoveries.get();
  }

  private void fight(Prize prize, long until) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    boolean has = false;
    try {
      while (progress.get() < until && (found.get() == null || found.get().isEmpty())) {
        int way = random.nextInt(8);
        long nanos = way > 3 ? random.nextLong(1, 30_000) : Long.MAX_VALUE;
        try {
          if (way == 1) {
            Thread.currentThread().interrupt();
          }
          has = prize.take(nanos, true);
        } catch (InterruptedException e) {
          continue;
        }
        if (has) {
          prize.check(inside);
          if (random.nextInt(4) == 0) {
            LockSupport.parkNanos(1);
          }
          progress.incrementAndGet();
          prize.give();
          has = false;
        }
      }
    } catch (Street.Killed e) {
      // as it is meant
    } catch (Throwable e) {
      found.compareAndSet(null, "thrown: " + e);
    }
  }

  /** {@return what was found; empty if nothing} */
  String run(boolean lock) throws InterruptedException {
    Household first = new Household();
    if (!lock) {
      Permits.first(first.house, PERMITS, PERMITS);
    }
    List<Household> processes = new ArrayList<>(List.of(first));
    first.start(prize(first, lock), rounds);
    while (processes.size() < PROCESSES) {
      processes.add(startOne(lock));
    }
    int left = kills;
    long last = 0;
    long lastNanos = System.nanoTime();
    while (found.get() == null && (kills == 0 ? progress.get() < rounds : left > 0)) {
      LockSupport.parkNanos(PACE_NANOS);
      if (looks) {
        street.look();
      }
      long now = progress.get();
      if (now != last) {
        last = now;
        lastNanos = System.nanoTime();
        if (left > 0) {
          left--;
          Household victim = processes.remove(ThreadLocalRandom.current().nextInt(PROCESSES));
          victim.kill();
          processes.add(startOne(lock));
        }
      } else if (System.nanoTime() - lastNanos > patienceNanos) {
        found.compareAndSet(null, "nobody goes on: progress=" + now);
      }
    }
    if (kills == 0 && !endedAll(processes)) {
      found.compareAndSet(null, "somebody waits for ever: progress=" + progress);
    }
    found.compareAndSet(null, "");
    for (Household process : processes) {
      process.kill();
    }
    return found.get();
  }

  /** Who waits at the end gets his turn, because each that leaves wakes the next. */
  private boolean endedAll(List<Household> processes) throws InterruptedException {
    for (Household process : processes) {
      for (Thread thread : process.threads) {
        if (found.get() == null && !thread.join(Duration.ofNanos(patienceNanos))) {
          return false;
        }
      }
    }
    return true;
  }

  private Household startOne(boolean lock) {
    Household one = new Household();
    one.start(prize(one, lock), rounds);
    return one;
  }

  private Prize prize(Household process, boolean lock) {
    Members members = new Members(process.house, process.house);
    return lock
        ? new LockPrize(new Ownership(members, KEY))
        : new PermitPrize(new Permits(members, KEY));
  }

  private void enter(int who, boolean recovered) {
    int before = inside.getAndSet(who);
    if (before != 0 && !recovered) {
      found.compareAndSet(null, "two at once: " + before + " and " + who);
    }
  }

  private void leave(int who) {
    if (!inside.compareAndSet(who, 0)) {
      found.compareAndSet(null, "somebody else came in: " + inside.get() + " beside " + who);
    }
  }

  private final class LockPrize implements Prize {
    private final Ownership ownership;

    LockPrize(Ownership ownership) {
      this.ownership = ownership;
    }

    @Override
    public boolean take(long nanos, boolean interruptibly) throws InterruptedException {
      return ownership.take(nanos, interruptibly);
    }

    @Override
    public void check(AtomicInteger all) {
      boolean recovered = ownership.lost().isPresent();
      if (recovered) {
        recoveries.incrementAndGet();
      }
      enter((int) Thread.currentThread().threadId(), recovered);
      if (recovered) {
        ownership.forget();
      }
    }

    @Override
    public void give() {
      leave((int) Thread.currentThread().threadId());
      ownership.give();
    }
  }

  private final class PermitPrize implements Prize {
    private final Permits permits;

    PermitPrize(Permits permits) {
      this.permits = permits;
    }

    @Override
    public boolean take(long nanos, boolean interruptibly) throws InterruptedException {
      return permits.take(nanos, interruptibly);
    }

    @Override
    public void check(AtomicInteger all) {
      if (all.incrementAndGet() > PERMITS) {
        found.compareAndSet(null, "more inside than permits: " + all);
      }
    }

    @Override
    public void give() {
      inside.decrementAndGet();
      permits.give(1);
    }
  }
}
