package dev.tutti.cli;

import dev.tutti.event.Progress;
import dev.tutti.event.ProgressState;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What the command says on standard error: lines, and on a terminal one line of progress below
 * them.
 */
final class Talk implements Progress {
  private static final String PREFIX = "tutti: ";
  private static final String TO_LINE_START = "\r";
  private static final String CLEAR_TO_END = "\u001b[K";
  private static final int BAR_WIDTH = 24;
  private static final Duration PLAIN_INTERVAL = Duration.ofSeconds(10);

  private final PrintStream out;
  private final boolean terminal;
  private final ReentrantLock lock =
      new ReentrantLock(); // guards all below, and the order on screen
  private String title = "";
  private boolean drawn;
  private boolean muted;
  private Duration nextPlainLine = PLAIN_INTERVAL;

  Talk(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  static Talk onStderr() {
    return new Talk(System.err, Terminals.isTerminal(Terminals.STDERR));
  }

  /** Says a line. */
  void say(String line) {
    besideProgress(() -> out.println(PREFIX + line));
  }

  /** Prints text of others, such as a compiler's, as it is. */
  void quote(String text) {
    besideProgress(() -> out.print(text));
  }

  /** What the progress is of. */
  void title(String what) {
    lock.lock();
    try {
      title = what + ": ";
      nextPlainLine = PLAIN_INTERVAL;
    } finally {
      lock.unlock();
    }
  }

  /** Shows no more progress. */
  void mute() {
    besideProgress(() -> muted = true);
  }

  /** Does something to the screen while no progress is on it. */
  void besideProgress(Runnable action) {
    lock.lock();
    try {
      clear();
      action.run();
      out.flush();
    } finally {
      lock.unlock();
    }
  }

  private void clear() {
    if (drawn) {
      out.print(TO_LINE_START + CLEAR_TO_END);
      out.flush();
      drawn = false;
    }
  }

  private static String bar(ProgressState state) {
    long total = state.total().orElse(0);
    if (total == 0) {
      return "";
    }
    int full = (int) (BAR_WIDTH * Math.min(state.done(), total) / total);
    return "[" + "#".repeat(full) + "-".repeat(BAR_WIDTH - full) + "] ";
  }

  @Override
  public void advanced(ProgressState state) {
    lock.lock();
    try {
      if (muted) {
        return;
      }
      if (terminal && !state.finished()) {
        out.print(TO_LINE_START + PREFIX + title + bar(state) + state.inWords() + CLEAR_TO_END);
        out.flush();
        drawn = true;
      } else if (terminal) {
        clear();
      } else if (state.elapsed().compareTo(nextPlainLine) >= 0) {
        nextPlainLine = state.elapsed().plus(PLAIN_INTERVAL);
        out.println(PREFIX + title + state.inWords());
      }
    } finally {
      lock.unlock();
    }
  }
}
