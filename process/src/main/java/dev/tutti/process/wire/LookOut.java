package dev.tutti.process.wire;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A short look-out before a thread goes to sleep: what comes within it costs no wake-up. For one
 * thread.
 */
final class LookOut {
  /*
   * A look-out lasts as long as waking a sleeping core takes, so at its worst it doubles the cost of a wake-up. It learns: each
   * one that was in vain takes a credit, each hit gives some back, and without credit only one of many waits is tried. It
   * is off where more threads want to run than there are cores: the time would be taken from one that has work.
   *
   * It yields all the while, so that a thread that was just woken gets the core.
   */
  private static final Path RUNNABLE = Path.of("/proc/loadavg");
  private static final long WAKE_UP_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
  private static final long CROWDED_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final int MOST_CREDIT = 16;
  private static final int HIT_CREDIT = 2;
  private static final int TRY_ONE_IN = 64;

  private final int cores;
  private final long mostNanos;
  private int credit = MOST_CREDIT / 2;
  private int passedOver;
  private boolean crowded;
  private long nextCrowdedNanos = System.nanoTime();

  /**
   * @param cores how many cores this process and its relatives may use
   * @param wakeUps how many wake-ups it saves
   */
  LookOut(int cores, int wakeUps) {
    this.cores = cores;
    this.mostNanos = wakeUps * WAKE_UP_NANOS;
  }

  /**
   * Looks out for something for a short time.
   *
   * @return whether it is so
   */
  @SuppressWarnings("ThreadPriorityCheck") // it is not relied on
  boolean await(BooleanSupplier ready) {
    if (ready.getAsBoolean()) {
      return true;
    }
    if (!isWorthwhile()) {
      return false;
    }
    long start = System.nanoTime();
    do {
      if (ready.getAsBoolean()) {
        credit = Math.min(MOST_CREDIT, credit + HIT_CREDIT);
        return true;
      }
      Thread.yield();
    } while (System.nanoTime() - start < mostNanos);
    credit = Math.max(0, credit - 1);
    return false;
  }

  private boolean isWorthwhile() {
    if (cores < 2 || (credit == 0 && ++passedOver % TRY_ONE_IN != 0)) {
      return false;
    }
    long now = System.nanoTime();
    if (now - nextCrowdedNanos >= 0) {
      nextCrowdedNanos = now + CROWDED_NANOS;
      crowded = runnable() > cores;
    }
    return !crowded;
  }

  /** The fourth field of the file is "runnable/all". */
  private static int runnable() {
    try {
      String loads = Files.readString(RUNNABLE);
      int slash = loads.indexOf('/');
      return Integer.parseInt(loads, loads.lastIndexOf(' ', slash) + 1, slash, 10);
    } catch (IOException | RuntimeException unknown) {
      return Integer.MAX_VALUE; // another system: no look-out there
    }
  }
}
