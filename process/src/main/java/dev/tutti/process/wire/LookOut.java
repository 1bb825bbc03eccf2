package dev.tutti.process.wire;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/**
 * A short look-out before a thread goes to sleep: what comes within it costs no wake-up. For one
 * thread.
 */
final class LookOut {
  /*
   * A look-out lasts as long as waking a sleeping core takes, so at its worst it doubles the cost of a wake-up. It learns: each
   * one that was in vain takes a credit, each hit gives some back, and without credit only one of many waits is tried. It
   * is off where more threads want to run than there are cores, or, for an answer, than the two sides: the time would be taken from one that has work.
   *
   * It yields all the while, so that a thread that was just woken gets the core. On one core that is the other side's only
   * chance, and all it needs where nobody else is there to yield to; so a look-out that somebody else has held up counts as
   * one in vain, even if what it was for was there then.
   */
  static final long WAKE_UP_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
  private static final int MOST_CREDIT = 16;
  private static final int HIT_CREDIT = 2;
  private static final int TRY_ONE_IN = 64;

  private final int mostRunnable;
  private final IntSupplier runnable;
  private final long mostNanos;
  private int credit = MOST_CREDIT / 2;
  private int passedOver;

  private LookOut(int mostRunnable, IntSupplier runnable, int wakeUps) {
    this.mostRunnable = mostRunnable;
    this.runnable = runnable;
    this.mostNanos = wakeUps * WAKE_UP_NANOS;
  }

  /**
   * {@return that of who waits for the other side to begin something; it saves a wake-up}
   *
   * @param cores how many this process and its relatives may use
   * @param runnable how many threads run or want to
   */
  static LookOut forNews(int cores, IntSupplier runnable) {
    return new LookOut(cores < 2 ? 0 : cores, runnable, 1);
  }

  /**
   * {@return that of who has just woken the other side, and waits for its answer; it saves two}
   *
   * @param cores how many this process and its relatives may use
   * @param runnable how many threads run or want to
   */
  static LookOut forAnswer(int cores, IntSupplier runnable) {
    return new LookOut(
        Math.max(cores, 2), runnable, 2); // both sides run; the reader and the sender are woken
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
    boolean isSo;
    boolean inTime;
    do {
      Thread.yield();
      isSo = ready.getAsBoolean();
      inTime = System.nanoTime() - start < mostNanos;
    } while (!isSo && inTime);
    credit = isSo && inTime ? Math.min(MOST_CREDIT, credit + HIT_CREDIT) : Math.max(0, credit - 1);
    return isSo;
  }

  private boolean isWorthwhile() {
    if (mostRunnable == 0 || (credit == 0 && ++passedOver % TRY_ONE_IN != 0)) {
      return false;
    }
    return runnable.getAsInt() <= mostRunnable;
  }
}
