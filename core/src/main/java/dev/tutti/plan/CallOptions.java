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
 * @param priority what waits with a higher number goes first, whoever waits for longer; 0 unless
 *     told, and negative numbers stand behind that. Where each task starts at once, on the caller's
 *     thread and on virtual threads, nothing waits and it does not matter
 * @param queue how many submitted tasks may wait, and what becomes of a further one; if empty, as
 *     many as there is memory for
 * @since 0.1
 */
public record CallOptions(
    Optional<Duration> timeout,
    Optional<Duration> deadline,
    RetryPolicy retry,
    int priority,
    Optional<SubmitQueue> queue) {
  /** No bounds, one attempt. */
  public static final CallOptions DEFAULTS =
      new CallOptions(Optional.empty(), Optional.empty(), RetryPolicy.NONE, 0, Optional.empty());

  /** Makes the options. */
  public CallOptions {
    timeout.ifPresent(
        d -> Checks.require(!d.isNegative(), "timeout must not be negative: timeout=%s", d));
    deadline.ifPresent(
        d -> Checks.require(!d.isNegative(), "deadline must not be negative: deadline=%s", d));
    Objects.requireNonNull(retry, "retry");
    Objects.requireNonNull(queue, "queue");
  }

  /**
   * {@return these options with a time-out}
   *
   * @param limit how long one attempt of a task may run, not negative
   */
  public CallOptions withTimeout(Duration limit) {
    return new CallOptions(
        Optional.of(Objects.requireNonNull(limit, "limit")), deadline, retry, priority, queue);
  }

  /**
   * {@return these options with a deadline}
   *
   * @param limit how long the whole call may take, not negative
   */
  public CallOptions withDeadline(Duration limit) {
    return new CallOptions(
        timeout, Optional.of(Objects.requireNonNull(limit, "limit")), retry, priority, queue);
  }

  /**
   * {@return these options with a rule for further attempts}
   *
   * @param policy the rule
   */
  public CallOptions withRetry(RetryPolicy policy) {
    return new CallOptions(timeout, deadline, policy, priority, queue);
  }

  /**
   * {@return these options with another priority}
   *
   * @param number higher goes first; 0 unless told
   */
  public CallOptions withPriority(int number) {
    return new CallOptions(timeout, deadline, retry, number, queue);
  }

  /**
   * {@return these options with a bound on how many submitted tasks wait}
   *
   * @param bound the bound, and what becomes of a task that finds it reached
   */
  public CallOptions withQueue(SubmitQueue bound) {
    return new CallOptions(
        timeout, deadline, retry, priority, Optional.of(Objects.requireNonNull(bound, "bound")));
  }
}
