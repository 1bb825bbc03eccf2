package dev.tutti.engine;

import dev.tutti.task.Cancelled;
import dev.tutti.task.Outcome;
import dev.tutti.task.TaskTimeoutException;
import dev.tutti.task.TimedOut;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** Whether a bulk call is over, and why. Guarded by the lock of the call. */
final class CallEnd {
  /*
   *   inputEnded   nothing further is read: it has ended, has failed, is not wanted, or the deadline has come
   *   failedFrom   the first item that has failed, where a failure ends the call
   *   stopped      by the consumer (closed, interrupted, or a failure that it does not go on after) or by the pool;
   *                the input has ended then, and outcomes are counted and dropped
   *   left         the consumer has what it wanted, and the call is not the pool's any more
   *
   * None of them is taken back; failedFrom only goes down. The first reason counts. What says that a result was lost is made
   * where it is thrown: there may be no memory for it where that happens.
   */
  private boolean inputEnded;
  private long failedFrom = Long.MAX_VALUE;
  private boolean stopped;
  private boolean left;
  private @Nullable Throwable inputFailure;
  private @Nullable RuntimeException poolFailure;
  private @Nullable Throwable lost;
  private @Nullable Duration expired;

  /** No further item will be read. */
  void endInput(@Nullable Throwable failure) {
    if (!inputEnded) {
      inputEnded = true;
      inputFailure = failure;
    }
  }

  /** An item has failed, with which the call ends. */
  void fail(long index) {
    failedFrom = Math.min(failedFrom, index);
  }

  /** Nobody wants anything any more. */
  void stop() {
    inputEnded = true;
    stopped = true;
  }

  /** The pool is being stopped. */
  void abandon() {
    if (poolFailure == null && lost == null) {
      poolFailure = new CancellationException("pool was closed before the call had ended");
    }
    stop();
  }

  /** A result could not be kept. */
  void lose(Throwable cause) {
    stop();
    if (poolFailure == null && lost == null) {
      lost = cause;
    }
  }

  /** Who waits for results was interrupted. */
  void interrupt() {
    if (poolFailure == null && !stopped) {
      poolFailure = new CancellationException("interrupted while waiting for results");
    }
  }

  /**
   * The deadline has come.
   *
   * @return whether it has met a call that is not over
   */
  boolean expire(Duration limit) {
    if (left || stopped) {
      return false;
    }
    expired = limit;
    if (!inputEnded) {
      endInput(new TaskTimeoutException(limit, true)); // there was more
    }
    return true;
  }

  /**
   * {@return whether it is the caller who has to see to what follows from the consumer's leaving}
   */
  boolean leave() {
    boolean first = !left;
    left = true;
    return first;
  }

  boolean hasInputEnded() {
    return inputEnded;
  }

  boolean hasFailed() {
    return failedFrom != Long.MAX_VALUE;
  }

  boolean isStopped() {
    return stopped;
  }

  boolean hasLeft() {
    return left;
  }

  /** {@return whether no more input is wanted} */
  boolean isInputOver() {
    return stopped || inputEnded || hasFailed();
  }

  /** {@return the index of the first item that has failed; the largest number if there is none} */
  long failedFrom() {
    return failedFrom;
  }

  /** {@return how an item has ended that comes back as cancelled: the deadline may have met it} */
  Outcome<?> ofCancelled() {
    return expired == null
        ? new Cancelled<>()
        : new TimedOut<>(new TaskTimeoutException(expired, true));
  }

  /** {@return what to throw if the pool was stopped, the caller interrupted or a result lost} */
  @Nullable RuntimeException poolFailure() {
    if (poolFailure == null && lost != null) {
      poolFailure =
          new IllegalStateException(
              "results of the call cannot be kept: %s; use stream() or a smaller input"
                  .formatted(lost),
              lost);
    }
    return poolFailure;
  }

  /** {@return how the input failed} Told once; a stream that is asked again has simply ended. */
  @Nullable Throwable takeInputFailure() {
    Throwable failure = inputFailure;
    inputFailure = null;
    return failure;
  }
}
