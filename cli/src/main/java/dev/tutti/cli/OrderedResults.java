package dev.tutti.cli;

import dev.tutti.task.Outcome;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Results on their way to the output, in the order of their inputs: those whose turn has not come
 * are held.
 */
final class OrderedResults {
  /*
   * They come as soon as they are there, and not in order already, so that a run that is ended early
   * still has what has ended. No input is read further ahead of what is printed than MOST_AHEAD, and fewer
   * are where the results so far are so long that they would take too much memory. Nothing is held back for
   * ever: what has been read ends, and with that the wait.
   *
   * How long the results are of what has been read nobody knows before they come, and each must be taken,
   * since the one whose turn it is may come after it. So those that memory has no room for wait on disk.
   *
   * `lock` guards all, and is held while something is printed: so that stays in order.
   */

  /** More than the window of a call, so that this one bounds where an input takes long only. */
  static final int MOST_AHEAD = 2_048;

  private static final long UNKNOWN_CHARS = 1 << 20; // before the first result has come

  private final int leastAhead;
  private final long mostChars;
  private final Consumer<Result> printer;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private final Map<Long, Result> held = new HashMap<>();
  private final LinesOnDisk onDisk = new LinesOnDisk();
  private long heldChars; // without those on disk
  private long read;
  private long next;
  private long longest;
  private boolean ended;

  /**
   * How an input has ended.
   *
   * @param index its place
   * @param input the input; empty where it did not fail
   * @param outcome how it ended
   * @param line what is to be printed; null for nothing
   */
  record Result(long index, String input, Outcome<?> outcome, @Nullable String line) {
    int chars() {
      return line == null ? 0 : line.length();
    }

    Result withLine(@Nullable String other) {
      return new Result(index, input, outcome, other);
    }
  }

  /**
   * @param leastAhead how many inputs may be read ahead however long results are
   * @param mostChars how long the lines that are held in memory may be together
   * @param printer prints a result
   */
  OrderedResults(int leastAhead, long mostChars, Consumer<Result> printer) {
    this.leastAhead = Math.min(leastAhead, MOST_AHEAD);
    this.mostChars = mostChars;
    this.printer = printer;
  }

  /** Prints a result if it is its turn, and those that have waited for it; else holds it. */
  void add(Result result) {
    lock.lock();
    try {
      if (ended) {
        return;
      }
      hold(result);
      longest = Math.max(longest, Math.max(1, result.chars()));
      for (Result due = take(next); due != null; due = take(next)) {
        next++;
        print(due);
      }
      if (read - next <= ahead() / 2) { // a wake-up for each would cost more than quick inputs
        room.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** What cannot be printed is the last: nothing is to stand behind half a line. */
  private void print(Result result) {
    boolean isPrinted = false;
    try {
      printer.accept(result);
      isPrinted = true;
    } finally {
      if (!isPrinted) {
        ended = true;
        held.clear();
      }
    }
  }

  /** Where the disk does not take it, it is held all the same, and the run ends. */
  private void hold(Result result) {
    long index = result.index();
    String line = result.line();
    boolean fits = result.chars() <= mostChars - heldChars;
    held.put(index, result);
    heldChars += result.chars();
    if (line != null && !fits && index != next) { // the next one is printed now
      onDisk.put(index, line);
      held.put(index, result.withLine(null));
      heldChars -= result.chars();
    }
  }

  private @Nullable Result take(long index) {
    Result result = held.remove(index);
    if (result == null) {
      return null;
    }
    String line = onDisk.take(index);
    if (line != null) {
      return result.withLine(line);
    }
    heldChars -= result.chars();
    return result;
  }

  /** Prints what is held, though some of what comes before it is missing. It is the end. */
  void printHeld() {
    lock.lock();
    try {
      ended = true;
      room.signalAll();
      for (long index : held.keySet().stream().sorted().toList()) {
        Result result = take(index);
        if (result != null) {
          print(result);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** {@return the same inputs, read no further ahead than what is held allows} For one reader. */
  Iterable<String> bounding(Iterable<String> inputs) {
    return () -> new Bounded(inputs.iterator());
  }

  private long ahead() {
    return Math.clamp(mostChars / (longest == 0 ? UNKNOWN_CHARS : longest), leastAhead, MOST_AHEAD);
  }

  /** Inputs that make their reader wait while too much is held. */
  private final class Bounded implements Iterator<String> {
    private final Iterator<String> inputs;

    Bounded(Iterator<String> inputs) {
      this.inputs = inputs;
    }

    @Override
    public boolean hasNext() {
      return awaitRoom() && inputs.hasNext();
    }

    @Override
    public String next() {
      String input = inputs.next();
      lock.lock();
      try {
        read++;
      } finally {
        lock.unlock();
      }
      return input;
    }

    /** {@return whether more is wanted} */
    private boolean awaitRoom() {
      lock.lock();
      try {
        while (!ended && read - next >= ahead()) {
          room.await();
        }
        return !ended;
      } catch (InterruptedException e) { // the call is over
        Thread.currentThread().interrupt();
        return false;
      } finally {
        lock.unlock();
      }
    }
  }
}
