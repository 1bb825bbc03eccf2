package dev.tutti.engine;

import dev.tutti.codec.ElementFailure;
import dev.tutti.plan.Batching;
import dev.tutti.plan.CallOptions;
import dev.tutti.plan.FailurePolicy;
import dev.tutti.task.Done;
import dev.tutti.task.Failure;
import dev.tutti.task.Outcome;
import dev.tutti.task.SubstituteException;
import dev.tutti.task.Success;
import dev.tutti.task.TaskFailedException;
import dev.tutti.task.TimedOut;
import dev.tutti.task.WorkerLost;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** One reduction: a bulk call over portions of the input, whose results are made one value. */
final class Reduction {
  /*
   * One thread, the caller's, takes the results in their order and combines them. All fields are its own.
   *
   * A portion is an item of the engine. So what is decided about an item while it runs, or after it has failed, would be
   * decided about all elements of a portion; calls that ask for that have portions of one element.
   */
  private final Fold fold;
  private final Portions portions;
  private final BulkPlan plan;
  private final boolean stopsAtFailure;
  private final OptionalLong total;
  private @Nullable ProgressMeter meter;
  private final List<Done<?, ?>> failures = new ArrayList<>();
  private boolean hasSum;
  private @Nullable Object sum;
  private long first;

  /**
   * @param waits whether another thread than the caller's reads the input
   */
  Reduction(Fold fold, Iterable<?> items, BulkPlan plan, boolean waits) {
    this.fold = fold;
    this.plan = plan;
    this.stopsAtFailure = plan.failures() == FailurePolicy.STOP_AT_FIRST;
    int batch = plan.batching() instanceof Batching.Fixed(int n) ? n : 0;
    this.portions = new Portions(items, hasSingles(plan) ? 1 : batch, plan.window(), waits);
    this.total = InputSize.of(items);
  }

  private static boolean hasSingles(BulkPlan plan) {
    CallOptions options = plan.options();
    return options.timeout().isPresent()
        || options.retry().attempts() > 1
        || plan.failures() != FailurePolicy.STOP_AT_FIRST;
  }

  /** Begins with a value, to which all others are added. */
  void beginWith(@Nullable Object value) {
    hasSum = true;
    sum = value;
  }

  /** {@return the input as the engine reads it} */
  Iterable<Object> input() {
    return new Input(portions, total);
  }

  /**
   * The portions.
   *
   * @param total how many elements they have together, if that is known
   */
  record Input(Portions portions, OptionalLong total) implements Iterable<Object> {
    @Override
    public Iterator<Object> iterator() {
      return portions.begin();
    }
  }

  /** {@return how the engine is to run the portions} */
  BulkPlan portionPlan() {
    return new BulkPlan(
        0,
        plan.windowBytes(),
        Batching.adaptive(),
        plan.options(),
        plan.failures(),
        null,
        plan.explain());
  }

  /**
   * Takes all results.
   *
   * @param runsWork whether this thread also runs the work
   */
  void run(BulkRun run, boolean runsWork) {
    if (plan.progress() != null) {
      meter = new ProgressMeter(plan.progress(), total);
    }
    try {
      Done<?, ?> done = run.nextEnded(runsWork);
      while (done != null) {
        Object portion = portions.first();
        if (done.outcome() instanceof Success<?>(Object value)) {
          count(Fold.count(portion), 0);
          add(portion, value);
        } else {
          count(1, 1);
          fail(done, portion);
        }
        first += Fold.count(portion);
        portions.ended(done.elapsed().toNanos());
        done = run.nextEnded(runsWork);
      }
    } catch (CancellationException poolFailure) {
      throw poolFailure;
    } catch (RuntimeException | Error e) { // of the input, or of the only item that is told
      if (failures.isEmpty()) {
        throw e;
      }
      RuntimeException all = ItemFailure.ofAll(failures);
      all.addSuppressed(e);
      throw all;
    } finally {
      if (meter != null) {
        meter.finish();
      }
    }
    if (!failures.isEmpty()) {
      throw ItemFailure.ofAll(failures);
    }
  }

  private void count(int ended, int failed) {
    if (meter != null) {
      meter.count(ended, failed);
    }
  }

  private void add(Object portion, @Nullable Object value) {
    if (!failures.isEmpty()) {
      return; // nobody will see the sum
    }
    try {
      sum = hasSum ? fold.combiner().apply(sum, value) : value;
      hasSum = true;
    } catch (Exception | Error e) {
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      throw failureOf(portion, 0, 1, e);
    }
  }

  private void fail(Done<?, ?> done, Object portion) {
    if (!stopsAtFailure) { // each has one element
      failures.add(single(done, Fold.element(portion, 0)));
      return;
    }
    throw switch (done.outcome()) {
      case Failure<?>(Throwable cause) -> failureOf(portion, done.attempts(), cause);
      case TimedOut<?>(Throwable cause) -> failureOf(portion, done.attempts(), cause);
      case WorkerLost<?>(Throwable cause) -> failureOf(portion, done.attempts(), cause);
      default -> ItemFailure.of(single(done, Fold.element(portion, 0)));
    };
  }

  private <R extends @Nullable Object> Done<?, R> single(
      Done<?, R> done, @Nullable Object element) {
    Outcome<R> outcome = done.outcome();
    return new Done<@Nullable Object, R>(first, element, outcome, done.elapsed(), done.attempts());
  }

  private TaskFailedException failureOf(Object portion, int attempts, Throwable cause) {
    int attempt = Math.max(1, attempts);
    if (cause instanceof ElementFailure one
        && one.getCause() != null
        && one.element() < Fold.count(portion)) {
      return failureOf(portion, one.element(), attempt, one.getCause());
    }
    Throwable known = cause;
    if (cause instanceof SubstituteException stand
        && stand.originalClass().equals(ElementFailure.class.getName())
        && stand.getCause() != null) {
      known = stand.getCause(); // what it threw cannot be read here
    }
    int count = Fold.count(portion);
    return count == 1
        ? failureOf(portion, 0, attempt, known)
        : TaskFailedException.ofItems(first, first + count - 1, attempt, known);
  }

  private TaskFailedException failureOf(Object portion, int element, int attempt, Throwable cause) {
    String text = ItemFailure.textOf(Fold.element(portion, element));
    return new TaskFailedException(first + element, text, attempt, cause);
  }

  /** {@return whether there was any value} */
  boolean hasSum() {
    return hasSum;
  }

  /** {@return all values combined, from the first to the last} */
  @Nullable Object sum() {
    return sum;
  }
}
