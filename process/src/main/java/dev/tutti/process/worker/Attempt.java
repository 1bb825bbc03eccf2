package dev.tutti.process.worker;

import dev.tutti.codec.Filters;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** The item that runs now, as something that can be interrupted. */
final class Attempt {
  /*
   * `current` is the number of the item that runs, or NONE. Only the runner writes another number. Who interrupts an item marks
   * it in `current` by compare-and-set, interrupts, and takes the mark away; the runner ends an item by compare-and-set too, and so
   * waits for the mark to go. So an interrupt comes while its item runs, or not at all. The flag is cleared when the item has
   * ended, so neither the next item nor the worker's own code sees it.
   *
   * An interrupt may come between the claim of an item and its begin(): it is kept in `wanted` for that item. begin() writes
   * `current` and reads `wanted`, interrupt() writes `wanted` and reads `current`: all four are volatile, so one of them sees the other.
   */
  static final long NONE = -1;

  private static final long MARK = Long.MIN_VALUE;
  private static final VarHandle CURRENT;

  static {
    try {
      CURRENT = MethodHandles.lookup().findVarHandle(Attempt.class, "current", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Thread runner;
  private volatile long current = NONE;
  private volatile long wanted = NONE;
  private @Nullable Control control; // the runner's
  private volatile boolean cannotBeReached;

  Attempt(Thread runner) {
    this.runner = runner;
  }

  Thread runner() {
    return runner;
  }

  /** {@return the number of the item that runs, or {@link #NONE}} */
  long current() {
    long now = current;
    return now == NONE ? now : now & ~MARK;
  }

  /** {@return whether an item is to stop} */
  boolean isToStop(long item) {
    return wanted == item;
  }

  /**
   * What is to begin to listen when the first code of a user runs.
   *
   * @param late which has not begun
   */
  void control(Control late) {
    control = late;
  }

  /** Code of a user is about to run. */
  void userCodeBegins() {
    Filters.programMayHaveOne();
    beReachable();
  }

  /**
   * A value is about to be read: code of its class may take long, or its failure not fit in a ring.
   */
  void beReachable() {
    Control late = control;
    if (late != null) {
      control = null;
      late.beginSoon();
    }
  }

  /** There will be no way to tell this worker to stop something: it is to leave. */
  void cannotBeReached() {
    cannotBeReached = true;
  }

  boolean isToLeave() {
    return cannotBeReached;
  }

  /**
   * On the runner.
   *
   * @param item its number, not negative
   */
  void begin(long item) {
    userCodeBegins();
    current = item;
    if (wanted == item) {
      runner.interrupt();
    }
  }

  /**
   * The first half of {@link #begin}, before the item is claimed: it may run from now on. Between
   * the halves the caller compares and sets something, which keeps them in their order. On the
   * runner.
   *
   * @param item its number, not negative
   */
  void announce(long item) {
    CURRENT.setRelease(this, item);
  }

  /** The other half of it, when the item is claimed. Code of a user has run here before. */
  void begun(long item) {
    if (wanted == item) {
      runner.interrupt();
    }
  }

  /** The item's own code has ended; what follows is the worker's. On the runner. */
  void end() {
    long item = current();
    while (!CURRENT.compareAndSet(this, item, NONE)) {
      Thread.onSpinWait(); // while it is interrupted
    }
    boolean _ = Thread.interrupted();
  }

  /** From any thread. */
  void interrupt(long item) {
    wanted = item;
    if (CURRENT.compareAndSet(this, item, item | MARK)) {
      runner.interrupt();
      current = item;
    }
  }
}
