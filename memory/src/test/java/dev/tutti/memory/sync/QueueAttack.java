package dev.tutti.memory.sync;

import dev.tutti.memory.bell.Members;
import dev.tutti.memory.bell.Street;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads of several played processes that put into and take from one small queue, with time-outs
 * and interrupts, while processes are killed between any two accesses. What it finds is a text;
 * none is good.
 *
 * <p>Each item tells who has put it and as which. So an item that comes twice, too early, broken or
 * not at all is found; that of all that went in, what did not come out is what the queue counts as
 * lost; and that in the end nothing is unfinished.
 */
final class QueueAttack {
  private static final long KEY = 7;
  private static final int PROCESSES = 3;
  private static final int CAPACITY = 3;
  private static final int UNITS = 16;
  private static final int LONGEST = 3 * UNITS * Long.BYTES / 2; // some go into the annex
  private static final long PACE_NANOS = 200_000;

  private final Street street;
  private final int rounds;
  private final int kills;
  private final long patienceNanos;
  private final boolean looks;
  private final HeapCells cells = new HeapCells(UNITS);
  private final AtomicReference<String> found = new AtomicReference<>();
  private final AtomicLong received = new AtomicLong();
  private final AtomicLong puts = new AtomicLong();
  private final AtomicLong producers = new AtomicLong();
  private final Set<Long> seen = ConcurrentHashMap.newKeySet();
  private volatile long lost = -1;

  private final class Household {
    final Street.House house = street.newHouse();
    final List<Thread> threads = new ArrayList<>();
    final Ring ring;
    final QueueLines lines;

    Household(boolean first) {
      if (first) {
        Ring.first(house, CAPACITY, UNITS);
      }
      Members members = new Members(house, house);
      ring = new Ring(members, cells);
      lines = new QueueLines(members, KEY, ring);
    }

    void start() {
      threads.add(Thread.ofVirtual().start(() -> run(this::putAll)));
      threads.add(Thread.ofPlatform().start(() -> run(this::takeAll)));
      threads.add(Thread.ofPlatform().start(() -> run(this::takeAll)));
    }

    private void putAll() throws InterruptedException {
      long self = producers.incrementAndGet();
      for (long number = 1; goesOn() && (kills > 0 || puts.incrementAndGet() <= rounds); number++) {
        byte[] item = item(self, number);
        boolean put = false;
        while (!put && goesOn()) {
          put = tryOften(nanos -> lines.put(item, nanos));
        }
      }
    }

    private void takeAll() {
      Map<Long, Long> last = new HashMap<>();
      while (goesOn() && (kills > 0 || received.get() < rounds)) {
        Ring.Taken taken = new Ring.Taken();
        if (tryOften(nanos -> lines.take(taken, nanos))) {
          if (!ring.fits(taken.item)) {
            lines.tidy();
          }
          ring.hands().delivered();
          check(taken.item, last);
          if (!lines.done()) {
            found.compareAndSet(null, "what was taken cannot be marked done");
          }
        }
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

  private interface Wait {
    Ring.Tried run(long nanos) throws InterruptedException;
  }

  private interface Work {
    void run() throws InterruptedException;
  }

  private QueueAttack(Street street, int rounds, int kills, long patienceNanos, boolean looks) {
    this.street = street;
    this.rounds = rounds;
    this.kills = kills;
    this.patienceNanos = patienceNanos;
    this.looks = looks;
  }

  static QueueAttack peaceful(Street street, int rounds, long patienceNanos) {
    return new QueueAttack(street, rounds, 0, patienceNanos, false);
  }

  static QueueAttack deadly(Street street, int kills, long patienceNanos) {
    return new QueueAttack(street, Integer.MAX_VALUE, kills, patienceNanos, true);
  }

  long lost() {
    return lost;
  }

  private boolean goesOn() {
    return found.get() == null;
  }

  private void run(Work work) {
    try {
      work.run();
    } catch (Street.Killed e) {
      // as it is meant
    } catch (Throwable e) {
      found.compareAndSet(null, "thrown: " + e);
    }
  }

  /** Without end, with a time-out, without waiting, or interrupted. */
  private static boolean tryOften(Wait wait) {
    int way = ThreadLocalRandom.current().nextInt(8);
    long nanos = way > 4 ? ThreadLocalRandom.current().nextLong(0, 30_000) : Long.MAX_VALUE;
    if (way == 1) {
      Thread.currentThread().interrupt();
    }
    try {
      return wait.run(way == 7 ? 0 : nanos) == Ring.Tried.DONE;
    } catch (InterruptedException e) {
      return false;
    } finally {
      boolean _ = Thread.interrupted();
    }
  }

  private static byte[] item(long producer, long number) {
    int more = ThreadLocalRandom.current().nextInt(8) == 0 ? LONGEST : 30;
    int length = 2 * Long.BYTES + ThreadLocalRandom.current().nextInt(more);
    ByteBuffer item = ByteBuffer.allocate(length).putLong(producer).putLong(number);
    while (item.hasRemaining()) {
      item.put((byte) (producer + number));
    }
    return item.array();
  }

  private void check(byte[] bytes, Map<Long, Long> last) {
    ByteBuffer item = ByteBuffer.wrap(bytes);
    long producer = item.getLong();
    long number = item.getLong();
    while (item.hasRemaining()) {
      if (item.get() != (byte) (producer + number)) {
        found.compareAndSet(null, "broken: producer=%d number=%d".formatted(producer, number));
      }
    }
    if (!seen.add(producer << 32 | number)) {
      found.compareAndSet(null, "twice: producer=%d number=%d".formatted(producer, number));
    }
    if (last.getOrDefault(producer, 0L) >= number) {
      found.compareAndSet(null, "overtaken: producer=%d number=%d".formatted(producer, number));
    }
    last.put(producer, number);
    received.incrementAndGet();
  }

  /** {@return what was found; empty if nothing} */
  String run() throws InterruptedException {
    List<Household> processes = new ArrayList<>();
    // All, before the first starts: this thread waits for no turn.
    while (processes.size() < PROCESSES) {
      processes.add(new Household(processes.isEmpty()));
    }
    processes.forEach(Household::start);
    int left = kills;
    long last = 0;
    long lastNanos = System.nanoTime();
    while (goesOn() && (kills == 0 ? received.get() < rounds : left > 0)) {
      LockSupport.parkNanos(PACE_NANOS);
      if (looks) {
        street.look();
      }
      long now = received.get();
      if (now != last) {
        last = now;
        lastNanos = System.nanoTime();
        if (left > 0) {
          left--;
          processes.remove(ThreadLocalRandom.current().nextInt(PROCESSES)).kill();
          Household next = new Household(false);
          next.start();
          processes.add(next);
        }
      } else if (System.nanoTime() - lastNanos > patienceNanos) {
        found.compareAndSet(null, "nobody goes on: received=" + now);
      }
    }
    found.compareAndSet(null, "");
    for (Household process : processes) {
      process.kill();
    }
    if (found.get().isEmpty()) {
      settle();
    }
    return found.get();
  }

  /** All are dead. Somebody comes and takes what is left. */
  private void settle() throws InterruptedException {
    found.set(null);
    Household heir = new Household(false);
    Map<Long, Long> last = new HashMap<>();
    Ring.Taken taken = new Ring.Taken();
    while (heir.lines.take(taken, 0) == Ring.Tried.DONE) {
      heir.ring.hands().delivered();
      check(taken.item, last);
      heir.lines.done();
    }
    lost = heir.lines.inTakeTurn(heir.ring.hands()::lost);
    long put = (heir.house.get(QueueLayout.TAIL) >>> Integer.SIZE) - 1;
    long unfinished = heir.ring.unfinished();
    if (put != received.get() + lost || unfinished != 0) {
      found.compareAndSet(
          null,
          "not all are accounted for: put=%d received=%d lost=%d unfinished=%d"
              .formatted(put, received.get(), lost, unfinished));
    }
    found.compareAndSet(null, "");
  }
}
