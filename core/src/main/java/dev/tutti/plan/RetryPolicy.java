package dev.tutti.plan;

import dev.tutti.task.Failure;
import dev.tutti.task.Outcome;
import dev.tutti.task.SubstituteException;
import dev.tutti.task.TimedOut;
import dev.tutti.task.WorkerLost;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * When a task that did not succeed is attempted again.
 *
 * {@snippet class=dev.tutti.PlanSnippets region=retryPolicy lang=java}
 *
 * <p>A further attempt runs what has run before, at least in part: the task happens at least once,
 * not exactly once. A task is safe to repeat if it writes to a temporary name and moves the file
 * when it is whole. A further attempt never begins before the last one is known to have stopped.
 *
 * @param attempts how often a task is started at most, at least 1
 * @param backOff the pause before the second attempt; it doubles with each further one, up to
 *     {@code longestBackOff}, and is varied by up to a half at random, so that many do not come
 *     back at once
 * @param longestBackOff the longest pause
 * @param on the outcomes and exceptions after which there is a further attempt; empty stands for
 *     {@link WorkerLost} and {@link TimedOut} and every {@link Exception} of the task. An exception
 *     that could not cross to this process counts as what it was, by the names of its superclasses
 * @since 0.1
 */
public record RetryPolicy(
    int attempts, Duration backOff, Duration longestBackOff, List<Class<?>> on) {
  /** One attempt. */
  public static final RetryPolicy NONE =
      new RetryPolicy(1, Duration.ZERO, Duration.ofSeconds(30), List.of());

  /** Makes the rule. */
  public RetryPolicy {
    Objects.requireNonNull(backOff, "backOff");
    Objects.requireNonNull(longestBackOff, "longestBackOff");
    Objects.requireNonNull(on, "on");
    Checks.require(attempts >= 1, "attempts must be >= 1: attempts=%d", attempts);
    Checks.require(!backOff.isNegative(), "backOff must not be negative: backOff=%s", backOff);
    Checks.require(
        !longestBackOff.isNegative(),
        "longestBackOff must not be negative: longestBackOff=%s",
        longestBackOff);
    on = List.copyOf(on);
    for (Class<?> type : on) {
      Checks.require(
          Outcome.class.isAssignableFrom(type) || Throwable.class.isAssignableFrom(type),
          "on must name outcomes or exceptions: on=%s",
          type.getName());
    }
  }

  /**
   * {@return a rule with this many attempts, without a pause, after everything but success, a
   * cancel and an {@code Error} of the task}
   *
   * @param attempts how often a task is started at most, at least 1
   */
  public static RetryPolicy attempts(int attempts) {
    return new RetryPolicy(attempts, NONE.backOff, NONE.longestBackOff, List.of());
  }

  /**
   * {@return this rule, only after these}
   *
   * @param types classes of outcomes, such as {@code WorkerLost.class}, or of exceptions of the
   *     task
   */
  public RetryPolicy on(Class<?>... types) {
    return new RetryPolicy(attempts, backOff, longestBackOff, List.of(types));
  }

  /**
   * {@return this rule with a pause before further attempts}
   *
   * @param first the pause before the second attempt
   */
  public RetryPolicy withBackOff(Duration first) {
    return new RetryPolicy(attempts, first, longestBackOff, on);
  }

  /**
   * {@return this rule with another bound on the pause}
   *
   * @param longest the longest pause
   */
  public RetryPolicy withLongestBackOff(Duration longest) {
    return new RetryPolicy(attempts, backOff, longest, on);
  }

  /**
   * {@return whether there is a further attempt after this outcome}
   *
   * @param outcome how the last attempt ended
   * @param made how many attempts have been made
   */
  public boolean retries(Outcome<?> outcome, int made) {
    Objects.requireNonNull(outcome, "outcome");
    return made < attempts && matches(outcome);
  }

  private boolean matches(Outcome<?> outcome) {
    if (on.isEmpty()) {
      return outcome instanceof WorkerLost
          || outcome instanceof TimedOut
          || (outcome instanceof Failure<?>(Throwable cause) && isA(Exception.class, cause));
    }
    return on.stream()
        .anyMatch(type ->
            type.isInstance(outcome)
                || (outcome instanceof Failure<?>(Throwable cause) && isA(type, cause)));
  }

  /** One that did not cross is what it stands for. */
  private static boolean isA(Class<?> type, Throwable cause) {
    return cause instanceof SubstituteException stand
        ? stand.standsFor(type) || type == SubstituteException.class
        : type.isInstance(cause);
  }

  /**
   * {@return the pause before the next attempt, varied at random}
   *
   * @param made how many attempts have been made, at least 1
   * @param random a number from 0 to 1
   */
  public Duration pauseAfter(int made, double random) {
    long nanos = TimeUnit.NANOSECONDS.convert(backOff);
    long most = TimeUnit.NANOSECONDS.convert(longestBackOff);
    for (int i = 1; i < made && nanos < most; i++) {
      nanos = nanos > most / 2 ? most : 2 * nanos;
    }
    return Duration.ofNanos((long) (Math.min(nanos, most) * (0.5 + random / 2)));
  }
}
