package dev.tutti.event;

import java.io.PrintStream;
import java.time.Duration;

/** Draws states as one line on a terminal, as a line now and then elsewhere. */
final class ProgressBar implements Progress {
  private static final int WIDTH = 24;
  private static final Duration PLAIN_INTERVAL = Duration.ofSeconds(10);
  private static final String CLEAR_TO_END = "\u001b[K";

  private final String title;
  private final PrintStream out;
  private final boolean terminal;
  private Duration nextPlainLine = PLAIN_INTERVAL;

  ProgressBar(String title, PrintStream out, boolean terminal) {
    this.title = title;
    this.out = out;
    this.terminal = terminal;
  }

  @Override
  public void advanced(ProgressState state) {
    if (terminal) {
      out.print("\r" + title + " " + bar(state) + state.inWords() + CLEAR_TO_END);
      if (state.finished()) {
        out.println();
      }
      out.flush();
    } else if (state.finished() || state.elapsed().compareTo(nextPlainLine) >= 0) {
      nextPlainLine = state.elapsed().plus(PLAIN_INTERVAL);
      out.println(title + ": " + state.inWords());
    }
  }

  private static String bar(ProgressState state) {
    if (state.total().isEmpty() || state.total().getAsLong() == 0) {
      return "";
    }
    int full =
        (int)
            (WIDTH * Math.min(state.done(), state.total().getAsLong()) / state.total().getAsLong());
    return "[" + "#".repeat(full) + "-".repeat(WIDTH - full) + "] ";
  }
}
