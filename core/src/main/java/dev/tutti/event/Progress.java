package dev.tutti.event;

import java.util.Objects;

/**
 * Whoever wants to know how far a bulk call has come.
 *
 * {@snippet class=dev.tutti.EventSnippets region=progress lang=java}
 *
 * <p><b>Lifetime.</b> One call tells one {@code Progress} about ten times a second, and once more
 * when it has ended; that last state is {@linkplain ProgressState#finished finished}.
 *
 * <p><b>Thread safety.</b> The states of one call arrive one after another, on a thread that no
 * task needs: a slow listener misses states in between, never the last, and slows nothing.
 *
 * <p><b>Failure.</b> What a listener throws is logged, and it is told no more.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface Progress {
  /**
   * Is told how far the call is.
   *
   * @param state the counts at this moment
   */
  void advanced(ProgressState state);

  /**
   * {@return a progress bar on standard error: one line that is drawn again and again on a
   * terminal, plain lines now and then elsewhere}
   *
   * @param title what the line begins with
   */
  static Progress bar(String title) {
    return new ProgressBar(Objects.requireNonNull(title, "title"), System.err, Terminal.stderr());
  }
}
