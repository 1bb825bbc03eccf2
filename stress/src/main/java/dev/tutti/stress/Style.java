package dev.tutti.stress;

import dev.tutti.plan.Batching;
import dev.tutti.plan.RetryPolicy;
import java.time.Duration;

/** How a round gives its items to the pool. */
@SuppressWarnings("ImmutableEnumChecker") // rules and policies are values
enum Style {
  /** As a bulk call comes. */
  BULK(Batching.adaptive(), 1_024, RetryPolicy.NONE),
  /** As submitted tasks, a third of them cancelled. */
  SUBMITS(Batching.adaptive(), 1, RetryPolicy.NONE),
  /** One item a message, up to three attempts. */
  SINGLY(Batching.fixed(1), 64, RetryPolicy.attempts(3)),
  /** Large batches. */
  BATCHES(Batching.fixed(100), 1_024, RetryPolicy.NONE),
  /** A pool that is stopped in the midst of its work. */
  STOPPED_POOL(Batching.adaptive(), 1, RetryPolicy.NONE),
  /** Large batches in a small window, up to three attempts with a pause. */
  PAUSES(Batching.fixed(100), 128, RetryPolicy.attempts(3).withBackOff(Duration.ofMillis(20))),
  /** As submitted tasks with up to four attempts, a third of them cancelled. */
  STUBBORN_SUBMITS(Batching.adaptive(), 1, RetryPolicy.attempts(4)),
  /** Adaptive batches in a large window, two attempts. */
  AHEAD(Batching.adaptive(), 4_096, RetryPolicy.attempts(2)),
  /** One item a message, and one attempt. */
  ONCE(Batching.fixed(1), 16, RetryPolicy.NONE);

  private static final int CALM = 4;

  private final Batching batching;
  private final int window;
  private final RetryPolicy retry;

  Style(Batching batching, int window, RetryPolicy retry) {
    this.batching = batching;
    this.window = window;
    this.retry = retry;
  }

  static Style of(int round) {
    return values()[round % values().length];
  }

  /**
   * {@return whether nothing is done to the workers in a round} Then only the pool kills them, for
   * what timed out or was cancelled, and no item may be lost.
   */
  static boolean isCalm(int round) {
    return (round / values().length + round) % CALM == 1;
  }

  boolean submits() {
    return this == SUBMITS || this == STUBBORN_SUBMITS || this == STOPPED_POOL;
  }

  Batching batching() {
    return batching;
  }

  int window() {
    return window;
  }

  RetryPolicy retry() {
    return retry;
  }
}
