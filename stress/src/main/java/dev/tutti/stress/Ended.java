package dev.tutti.stress;

import dev.tutti.task.Cancelled;
import dev.tutti.task.Done;
import dev.tutti.task.Failure;
import dev.tutti.task.Success;
import dev.tutti.task.TaskTimeoutException;
import dev.tutti.task.TimedOut;
import dev.tutti.task.WorkerLost;
import dev.tutti.task.WorkerLostException;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;

/**
 * How an item ended, as the pool tells it.
 *
 * @param item the item
 * @param how how
 * @param value its result, or the worker that was lost, else 0
 * @param attempts how often it was started; 0 if that is not told
 * @param text what there is to say
 * @param overNanos from when on it must not run any more; {@link Long#MAX_VALUE} if that is not
 *     known
 */
record Ended(long item, How how, long value, int attempts, String text, long overNanos) {
  /** How an item can end. */
  enum How {
    /** It returned. */
    SUCCEEDED,
    /** It threw what it was made to throw. */
    THREW,
    /** The heap of its worker was full. */
    OUT_OF_MEMORY,
    /** It had had its time. */
    TIMED_OUT,
    /** Its worker died. */
    LOST,
    /** It was cancelled, or its pool was stopped. */
    CANCELLED,
    /** Anything else. */
    OTHERWISE
  }

  static Ended of(Done<Long, Long> done) {
    long now = System.nanoTime();
    Ended ended =
        switch (done.outcome()) {
          case Success<Long>(Long value) -> succeeded(done.item(), value);
          case Failure<Long>(Throwable cause) -> failed(done.item(), cause);
          case TimedOut<Long>(TaskTimeoutException cause) -> failed(done.item(), cause);
          case WorkerLost<Long>(WorkerLostException cause) -> failed(done.item(), cause);
          case Cancelled<Long> _ -> failed(done.item(), new CancellationException());
        };
    boolean over = ended.how != How.TIMED_OUT && ended.how != How.CANCELLED;
    return new Ended(
        ended.item,
        done.index() == done.item() ? ended.how : How.OTHERWISE,
        ended.value,
        done.attempts(),
        ended.text,
        over ? now : Long.MAX_VALUE);
  }

  static Ended of(long item, Future<Long> future, long overNanos) {
    Ended ended =
        switch (future.state()) {
          case SUCCESS -> succeeded(item, future.resultNow());
          case FAILED -> failed(item, future.exceptionNow());
          case CANCELLED -> failed(item, new CancellationException());
          case RUNNING ->
              new Ended(item, How.OTHERWISE, 0, 0, "the future is open", Long.MAX_VALUE);
        };
    return new Ended(item, ended.how, ended.value, ended.attempts, ended.text, overNanos);
  }

  private static Ended succeeded(long item, Long value) {
    return new Ended(item, How.SUCCEEDED, value, 0, "", 0);
  }

  private static Ended failed(long item, Throwable cause) {
    return switch (cause) {
      case WorkerLostException lost ->
          new Ended(item, How.LOST, lost.pid(), lost.attempt(), lost.toString(), 0);
      case TaskTimeoutException _ -> new Ended(item, How.TIMED_OUT, 0, 0, "", 0);
      case CancellationException _ -> new Ended(item, How.CANCELLED, 0, 0, "", 0);
      case OutOfMemoryError _ -> new Ended(item, How.OUT_OF_MEMORY, 0, 0, "", 0);
      case CompletionException wrapper when wrapper.getCause() != null ->
          failed(item, wrapper.getCause());
      case IllegalStateException thrown
          when Objects.equals(thrown.getMessage(), Work.complaint(item)) ->
          new Ended(item, How.THREW, 0, 0, "", 0);
      default -> new Ended(item, How.OTHERWISE, 0, 0, cause.toString(), 0);
    };
  }
}
