package dev.tutti.engine;

import dev.tutti.plan.FailurePolicy;
import dev.tutti.spi.Body;
import dev.tutti.task.BiFn;
import dev.tutti.task.Fn;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The bulk calls of one engine. */
public final class BulkCalls {
  private final Dispatcher dispatcher;
  private final String name;

  BulkCalls(Dispatcher dispatcher, String name) {
    this.dispatcher = dispatcher;
    this.name = name;
  }

  /**
   * Runs a bulk call to its end and keeps its results.
   *
   * @param body in which way the function is called
   * @param function the function
   * @param items the input, read on the calling thread
   * @param plan how to run it
   * @return the results in input order; empty for a function without results
   */
  public List<@Nullable Object> runAll(
      Body body, Object function, Iterable<?> items, BulkPlan plan) {
    int expected = items instanceof Collection<?> all ? all.size() : 0;
    Resequencer.All results = new Resequencer.All(body.hasResult(), expected);
    boolean stops = plan.failures() == FailurePolicy.STOP_AT_FIRST;
    BulkRun run = begin(body, function, items, plan, results, stops);
    run.runAll(dispatcher.callerRuns());
    return results.values();
  }

  /**
   * Starts a bulk call whose results are taken one by one.
   *
   * @param body in which way the function is called
   * @param function the function
   * @param items the input, read on a thread of its own, or on the consumer's where that runs the
   *     work
   * @param plan how to run it
   * @param inOrder whether results come in input order, not as they end
   * @param stopsAtFailure whether the first item that fails ends the call
   * @param owner what is to stay reachable as long as the results are
   * @return the results to come
   */
  public ResultIterator iterate(
      Body body,
      Object function,
      Iterable<?> items,
      BulkPlan plan,
      boolean inOrder,
      boolean stopsAtFailure,
      Object owner) {
    Resequencer results =
        inOrder ? new Resequencer.InOrder(plan.itemWindow()) : new Resequencer.AsEnded();
    BulkRun run = begin(body, function, items, plan, results, stopsAtFailure);
    return ResultIterator.over(run, dispatcher.callerRuns(), name, owner);
  }

  /**
   * Starts a bulk call whose items are given one by one. Results come in the order of the items.
   *
   * @param function the function, of one argument
   * @param plan how to run it
   * @param owner what is to stay reachable as long as the call is
   * @return the call
   */
  public PushedRun push(Fn<?, ?> function, BulkPlan plan, Object owner) {
    PushedRun.Next next = new PushedRun.Next();
    Resequencer results = new Resequencer.InOrder(plan.itemWindow());
    BulkRun run = begin(Body.FN, function, new PushedRun.Input(next), plan, results, true);
    return PushedRun.over(run, next, owner);
  }

  /**
   * Runs a reduction to its end.
   *
   * @param fn makes a value of each item; null where the items are the values
   * @param combiner makes one value of two
   * @param items the input, read on a thread of its own, or on the caller's where that runs the
   *     work
   * @param start the value to begin with; empty if there is none, and a null in it is one
   * @param plan how to run it
   * @return the values combined; empty if there was none
   */
  @SuppressWarnings("unchecked") // the front door paired these functions with items of their types
  public List<@Nullable Object> reduce(
      @Nullable Fn<?, ?> fn,
      BiFn<?, ?, ?> combiner,
      Iterable<?> items,
      List<? extends @Nullable Object> start,
      BulkPlan plan) {
    Fold fold =
        new Fold(
            (Fn<@Nullable Object, @Nullable Object>) fn,
            (BiFn<@Nullable Object, @Nullable Object, @Nullable Object>) combiner);
    boolean callerRuns = dispatcher.callerRuns();
    Iterable<?> elements = items instanceof OwnedInput owned ? owned.elements() : items;
    Reduction reduction = new Reduction(fold, elements, plan, !callerRuns);
    start.forEach(reduction::beginWith);
    Iterable<?> input =
        items instanceof OwnedInput owned
            ? new OwnedInput(reduction.input(), owned::close)
            : reduction.input();
    BulkPlan portions = reduction.portionPlan();
    Resequencer results = new Resequencer.InOrder(portions.itemWindow());
    boolean stops = plan.failures() == FailurePolicy.STOP_AT_FIRST;
    BulkRun run = begin(Body.FN, fold, input, portions, results, stops);
    Thread feeder = null;
    try {
      feeder = callerRuns ? null : ResultIterator.feeder(run, name);
      reduction.run(run, callerRuns);
    } finally {
      run.stop(); // where the combiner has failed, the rest is in vain
      if (feeder != null) {
        feeder.interrupt();
      }
      run.explain();
    }
    return reduction.hasSum() ? Collections.singletonList(reduction.sum()) : List.of();
  }

  /** The input of a call that is refused is closed like that of any other. */
  private BulkRun begin(
      Body body,
      Object function,
      Iterable<?> items,
      BulkPlan plan,
      Resequencer results,
      boolean stopsAtFailure) {
    try {
      return new BulkRun(dispatcher, body, function, items, plan, results, stopsAtFailure);
    } catch (RuntimeException | Error e) { // the input is the user's code
      OwnedInput.closeAfter(items, e);
      throw e;
    }
  }
}
