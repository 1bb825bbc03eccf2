package dev.tutti.plan;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * What a call is to keep to, whichever pool runs it.
 *
 * {@snippet class=dev.tutti.PlanSnippets region=callOptions lang=java}
 *
 * @param timeout how long one attempt of a task may run, counted from its start on a worker; if
 *     empty, for ever
 * @param deadline how long the whole call may take, counted from the call; if empty, for ever
 * @param retry when a task that did not succeed is attempted again
 * @since 0.1
 */
public record CallOptions(
    Optional<Duration> timeout, Optional<Duration> deadline, RetryPolicy retry) {
  /** No bounds, one attempt. */
  public static final CallOptions DEFAULTS =
      new CallOptions(Optional.empty(), Optional.empty(), RetryPolicy.NONE);

  /** Makes the options. */
  public CallOptions {
    timeout.ifPresent(
        d -> Checks.require(!d.isNegative(), "timeout must not be negative: timeout=%s", d));
    deadline.ifPresent(
        d -> Checks.require(!d.isNegative(), "deadline must not be negative: deadline=%s", d));
    Objects.requireNonNull(retry, "retry");
  }

  /**
   * {@return these options with a time-out}
   *
   * @param limit how long one attempt of a task may run, not negative
   */
  public CallOptions withTimeout(Duration limit) {
    return new CallOptions(Optional.of(limit), deadline, retry);
  }

  /**
   * {@return these options with a deadline}
   *
   * @param limit how long the whole call may take, not negative
   */
  public CallOptions withDeadline(Duration limit) {
    return new CallOptions(timeout, Optional.of(limit), retry);
  }

  /**
   * {@return these options with a rule for further attempts}
   *
   * @param policy the rule
   */
  public CallOptions withRetry(RetryPolicy policy) {
    return new CallOptions(timeout, deadline, policy);
  }
}
