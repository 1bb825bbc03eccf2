package dev.tutti.memory.bell;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Processes that share words, played by this JVM: so their deaths can be put between any two
 * accesses.
 */
public final class Street {
  private static final int MORE_WORDS = 1_000; // of the kinds that have some

  private final AtomicLongArray memory = new AtomicLongArray(Layout.END + MORE_WORDS);
  private final Map<String, House> houses = new ConcurrentHashMap<>();
  private final AtomicLong numbers = new AtomicLong();
  private final long lookNanos;
  private final boolean atomic;
  private final boolean ringsArrive;
  private final boolean deathsShow;
  private final Beds beds;
  private final boolean alarmChanges;
  private final List<Sleeper> sleepers = new ArrayList<>(); // guarded by itself

  /** In which houses platform threads sleep. */
  public enum Beds {
    NOWHERE,
    EVERYWHERE,
    IN_EVERY_OTHER
  }

  private Street(
      long lookNanos,
      boolean atomic,
      boolean ringsArrive,
      boolean deathsShow,
      Beds beds,
      boolean alarmChanges) {
    this.lookNanos = lookNanos;
    this.atomic = atomic;
    this.ringsArrive = ringsArrive;
    this.deathsShow = deathsShow;
    this.beds = beds;
    this.alarmChanges = alarmChanges;
  }

  /** Everything as it should be. */
  public static Street sound(long lookNanos) {
    return sound(lookNanos, Beds.NOWHERE);
  }

  /** Everything as it should be. */
  public static Street sound(long lookNanos, Beds beds) {
    return new Street(lookNanos, true, true, true, beds, true);
  }

  /** Compare-and-set is two steps. */
  public static Street withoutAtomicity(long lookNanos) {
    return new Street(lookNanos, false, true, true, Beds.NOWHERE, true);
  }

  /** Nobody hears a ring. */
  public static Street withoutRings(long lookNanos) {
    return new Street(lookNanos, true, false, true, Beds.NOWHERE, true);
  }

  /** Nobody hears a ring, and nobody who sleeps is woken. */
  public static Street withoutWaking(long lookNanos) {
    return new Street(lookNanos, true, false, true, Beds.EVERYWHERE, true);
  }

  /** Who is about to fall asleep does not see that the alarm has gone off. */
  public static Street withoutAlarm(long lookNanos) {
    return new Street(lookNanos, true, true, true, Beds.EVERYWHERE, false);
  }

  /** Who has died is taken for alive. */
  public static Street withoutDeaths(long lookNanos) {
    return new Street(lookNanos, true, true, false, Beds.NOWHERE, true);
  }

  public House newHouse() {
    House house = new House(numbers.incrementAndGet());
    houses.put(house.bell(), house);
    return house;
  }

  /** Has all processes look at their lines, as the thread at the doorbell does. */
  public void look() {
    houses.values().forEach(House::look);
  }

  /** A thread that sleeps, as the kernel knows it. */
  private static final class Sleeper {
    final Thread thread = Thread.currentThread();
    final int mark;
    volatile boolean woken;

    Sleeper(int mark) {
      this.mark = mark;
    }
  }

  /** What ends the threads of a process that is killed. */
  public static final class Killed extends Error {
    private static final long serialVersionUID = 1;

    Killed() {
      super("killed", null, false, false);
    }
  }

  /** One process. */
  public final class House implements Neighbourhood, Words {
    private final long self;
    private final List<Line> lines = new CopyOnWriteArrayList<>();
    private volatile boolean killed;
    private volatile boolean gone;
    private volatile boolean full;

    private House(long self) {
      this.self = self;
    }

    /** From now on each access of its threads ends the thread. */
    public void kill() {
      killed = true;
    }

    /** Its threads have ended: the others may find out. */
    public void gone() {
      gone = true;
    }

    void look() {
      if (!killed) {
        try {
          lines.forEach(Line::look);
        } catch (Killed meanwhile) {
          // its threads end in the same way
        }
      }
    }

    private void live() {
      if (killed) {
        throw new Killed();
      }
      if (ThreadLocalRandom.current().nextInt(16) == 0) {
        linger();
      }
    }

    /** Long enough for others to do much; without parking, which would take a wake-up. */
    @SuppressWarnings("ThreadPriorityCheck") // it is not relied on
    private void linger() {
      if (ThreadLocalRandom.current().nextInt(8) == 0) {
        Thread.yield();
      }
      for (int i = ThreadLocalRandom.current().nextInt(300); i > 0; i--) {
        Thread.onSpinWait();
      }
    }

    @Override
    public long get(int word) {
      live();
      return memory.get(word);
    }

    @Override
    public void set(int word, long value) {
      live();
      memory.set(word, value);
    }

    @Override
    public void put(int word, long value) {
      live();
      memory.setOpaque(word, value);
    }

    @Override
    public boolean compareAndSet(int word, long expected, long value) {
      live();
      if (word == Layout.ALARM && !alarmChanges) {
        return true;
      }
      if (atomic) {
        return memory.compareAndSet(word, expected, value);
      }
      boolean same = memory.get(word) == expected;
      if (same) {
        linger();
        memory.set(word, value);
      }
      return same;
    }

    @Override
    public boolean isBed() {
      return switch (beds) {
        case NOWHERE -> false;
        case EVERYWHERE -> true;
        case IN_EVERY_OTHER -> self % 2 == 0;
      };
    }

    @Override
    public void sleep(int word, int value, int mark, long nanos) {
      live();
      if (!alarmChanges) {
        linger(); // so that the attack need not wait for its luck
      }
      Sleeper sleeper = new Sleeper(mark);
      synchronized (sleepers) {
        if ((int) memory.get(word) != value) {
          return;
        }
        sleepers.add(sleeper);
      }
      boolean interrupted = false;
      long end = System.nanoTime() + nanos;
      while (!sleeper.woken
          && !killed
          && (nanos == Long.MAX_VALUE || end - System.nanoTime() > 0)) {
        LockSupport.parkNanos(this, nanos == Long.MAX_VALUE ? nanos : end - System.nanoTime());
        interrupted |= Thread.interrupted(); // of which a system call knows nothing
      }
      synchronized (sleepers) {
        sleepers.remove(sleeper);
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      live();
    }

    @Override
    public int wake(int word, int marks, int count) {
      live();
      if (!ringsArrive) {
        return 0;
      }
      int woken = 0;
      synchronized (sleepers) {
        for (Iterator<Sleeper> all = sleepers.iterator(); all.hasNext() && woken < count; ) {
          Sleeper sleeper = all.next();
          if ((sleeper.mark & marks) != 0) {
            all.remove();
            sleeper.woken = true;
            LockSupport.unpark(sleeper.thread);
            woken++;
          }
        }
      }
      return woken;
    }

    @Override
    public long self() {
      return self;
    }

    @Override
    public boolean isAlive(long process) {
      House house = houses.get(Long.toString(process));
      return house != null && (!house.gone || !deathsShow);
    }

    @Override
    public long lookNanos() {
      return lookNanos;
    }

    @Override
    public String bell() {
      return Long.toString(self);
    }

    @Override
    public boolean ring(long process, String bell, long key) {
      live();
      House house = houses.get(bell);
      if (house == null || house.killed) {
        return false;
      }
      if (ringsArrive) {
        try {
          house.lines.stream().filter(line -> line.key() == key).forEach(Line::rung);
        } catch (Killed meanwhile) {
          return true; // it is written, and nobody reads it
        }
      }
      return true;
    }

    @Override
    public void add(Line line) {
      lines.add(line);
    }

    /** The next line with waiters finds that this process has no room for more. */
    public void fill() {
      full = true;
    }

    @Override
    public void watch(Line line) {
      if (full) {
        full = false;
        throw new OutOfMemoryError("not really");
      }
    }

    @Override
    public void unwatch(Line line) {}
  }
}
