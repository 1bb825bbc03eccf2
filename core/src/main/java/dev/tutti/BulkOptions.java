package dev.tutti;

import dev.tutti.engine.BulkPlan;
import dev.tutti.event.Progress;
import dev.tutti.plan.Batching;
import dev.tutti.plan.Choice;
import dev.tutti.plan.DataSize;
import dev.tutti.plan.FailurePolicy;
import dev.tutti.plan.RetryPolicy;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;

/** What can be said about all calls of a {@link Bulk}; each option gives a new one. */
abstract sealed class BulkOptions permits Bulk {
  final BulkPlan plan;

  BulkOptions(BulkPlan plan) {
    this.plan = plan;
  }

  abstract Bulk with(BulkPlan other);

  /**
   * Bounds how much of the input is taken ahead of the consumer. The default is 1,024 items; of
   * items that take microseconds, on worker processes and without time-out, deadline or retries,
   * {@code map}, {@code forEach} and {@code reduce} read up to 32,768 ahead.
   *
   * @param items how many items may have been read and not yet delivered, at least 1
   * @return bulk calls with this window
   * @throws IllegalArgumentException if the window is less than 1
   */
  public Bulk window(int items) {
    if (items < 1) {
      throw new IllegalArgumentException("window must be >= 1 item: window=" + items);
    }
    return with(plan.withWindow(items));
  }

  /**
   * Bounds how much memory the items take that have been read and have not ended, in the form in
   * which they cross to a worker process. The default is an eighth of the largest heap. An item is
   * read while the others take less, so the last one may go beyond it. Items do not cross to
   * threads, so for them this bounds nothing. It holds together with the {@linkplain #window(int)
   * bound on their number}.
   *
   * <p>The same bound holds, by itself, for large results (64 KiB and more) of streams from worker
   * processes: while those that nobody has taken are more, no further item begins. What runs
   * already still ends. Results that go into a list, as those of {@code map}, are not bounded.
   *
   * @param bytes how much, at least 1 byte
   * @return bulk calls with this window
   * @throws IllegalArgumentException if it is less than 1 byte
   */
  public Bulk window(DataSize bytes) {
    Objects.requireNonNull(bytes, "bytes");
    if (bytes.bytes() < 1) {
      throw new IllegalArgumentException("window must be >= 1 byte: window=" + bytes);
    }
    return with(plan.withWindowBytes(bytes));
  }

  /**
   * Says how many items go to a worker together. The default is {@link Batching#adaptive}.
   *
   * @param batching the rule
   * @return bulk calls with this rule
   */
  public Bulk batch(Batching batching) {
    Objects.requireNonNull(batching, "batching");
    return with(plan.withBatching(batching));
  }

  /**
   * Bounds how long one attempt of an item may run, counted from its start on a worker. An item
   * that runs for longer ends as {@link dev.tutti.task.TimedOut} and is stopped: in a worker
   * process whatever it does, on a thread as far as it heeds its interrupt.
   *
   * @param limit how long, not negative
   * @return bulk calls with this time-out
   * @throws IllegalArgumentException if it is negative
   */
  public Bulk timeout(Duration limit) {
    return with(plan.withOptions(plan.options().withTimeout(limit)));
  }

  /**
   * Bounds how long a whole call may take, counted from the call. Items that have been read and
   * have not ended by then end as {@link dev.tutti.task.TimedOut} and are stopped; the input is
   * read no further. If it had not ended, who takes results gets a {@link
   * dev.tutti.task.TaskTimeoutException} behind those of the items that had been read.
   *
   * @param limit how long, not negative
   * @return bulk calls with this deadline
   * @throws IllegalArgumentException if it is negative
   */
  public Bulk deadline(Duration limit) {
    return with(plan.withOptions(plan.options().withDeadline(limit)));
  }

  /**
   * Says when an item that did not succeed is attempted again. The default is never.
   *
   * @param policy the rule
   * @return bulk calls with this rule
   */
  public Bulk retry(RetryPolicy policy) {
    return with(plan.withOptions(plan.options().withRetry(policy)));
  }

  /**
   * Says which calls go before this one where both wait for workers: those with a higher number.
   *
   * @param number the priority; 0 unless told
   * @return bulk calls with this priority
   */
  public Bulk priority(int number) {
    return with(plan.withOptions(plan.options().withPriority(number)));
  }

  /**
   * Says what an item that fails does to the others, for the calls that wait for all: {@link
   * Bulk#map}, {@link Bulk#mapAsync}, {@link Bulk#reduce} and {@link Bulk#forEach}. The default is
   * {@link FailurePolicy#stopAtFirst}; a stream of results throws where a failed item is.
   *
   * @param policy the rule
   * @return bulk calls with this rule
   */
  public Bulk onFailure(FailurePolicy policy) {
    Objects.requireNonNull(policy, "policy");
    return with(plan.withFailures(policy));
  }

  /**
   * Names a listener that is told how far each call is.
   *
   * @param progress the listener
   * @return bulk calls that tell it
   */
  public Bulk progress(Progress progress) {
    Objects.requireNonNull(progress, "progress");
    return with(plan.withProgress(progress));
  }

  /**
   * Names somebody who is told where each call has run, by which figures, and what would have
   * changed it: when all results have been taken or nobody wants more, on that thread. Where the
   * pool was named, and not {@link Pool#auto}, nothing is measured, and that is what is told.
   *
   * {@snippet class=dev.tutti.ChoiceSnippets region=explain lang=java}
   *
   * @param listener is told; what it throws is logged
   * @return bulk calls that tell it
   */
  public Bulk explain(Consumer<? super Choice> listener) {
    Objects.requireNonNull(listener, "listener");
    return with(plan.withExplain(listener));
  }
}
