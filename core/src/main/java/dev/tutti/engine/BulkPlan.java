package dev.tutti.engine;

import dev.tutti.event.Progress;
import dev.tutti.plan.Batching;
import dev.tutti.plan.CallOptions;
import dev.tutti.plan.Choice;
import dev.tutti.plan.DataSize;
import dev.tutti.plan.FailurePolicy;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How a bulk call is to be run.
 *
 * @param window how many items may be on their way at once; 0 where nobody has chosen it
 * @param windowBytes how many bytes the items may have together that wait or run, as they cross;
 *     and how many the large results that wait for their consumer
 * @param batching how many items go to a worker together
 * @param options what the call is to keep to
 * @param failures what a failed item does to the others, where all are waited for
 * @param progress who is told how far it is, if anybody
 * @param explain who is told where it has run and why, if anybody
 */
public record BulkPlan(
    int window,
    DataSize windowBytes,
    Batching batching,
    CallOptions options,
    FailurePolicy failures,
    @Nullable Progress progress,
    @Nullable Consumer<? super Choice> explain) {
  /**
   * Makes a plan of which nobody wants an explanation.
   *
   * @param window how many items may be on their way at once; 0 where nobody has chosen it
   * @param windowBytes how many bytes
   * @param batching how many items go to a worker together
   * @param options what the call is to keep to
   * @param failures what a failed item does to the others
   * @param progress who is told how far it is, if anybody
   */
  public BulkPlan(
      int window,
      DataSize windowBytes,
      Batching batching,
      CallOptions options,
      FailurePolicy failures,
      @Nullable Progress progress) {
    this(window, windowBytes, batching, options, failures, progress, null);
  }

  /** The window where nobody has chosen one. */
  public static final int DEFAULT_WINDOW = 1_024;

  /** The same, for packs whose results are all kept: they take microseconds, and little memory. */
  private static final int PACK_WINDOW = 1 << 15;

  /** {@return how many items may be on their way at once} */
  public int itemWindow() {
    return window == 0 ? DEFAULT_WINDOW : window;
  }

  /**
   * {@return how many items may be on their way at once while they go in packs}
   *
   * @param keepsAll whether results take memory in any case
   */
  int packWindow(boolean keepsAll) {
    return window == 0 && keepsAll ? PACK_WINDOW : itemWindow();
  }

  /** {@return this plan with another window} */
  public BulkPlan withWindow(int items) {
    return new BulkPlan(items, windowBytes, batching, options, failures, progress, explain);
  }

  /** {@return this plan with another window, in bytes} */
  public BulkPlan withWindowBytes(DataSize bytes) {
    return new BulkPlan(window, bytes, batching, options, failures, progress, explain);
  }

  /** {@return this plan with another rule for batches} */
  public BulkPlan withBatching(Batching rule) {
    return new BulkPlan(window, windowBytes, rule, options, failures, progress, explain);
  }

  /** {@return this plan with other options} */
  public BulkPlan withOptions(CallOptions other) {
    return new BulkPlan(window, windowBytes, batching, other, failures, progress, explain);
  }

  /** {@return this plan with a listener} */
  public BulkPlan withProgress(Progress listener) {
    return new BulkPlan(window, windowBytes, batching, options, failures, listener, explain);
  }

  /** {@return this plan with another policy for failures} */
  public BulkPlan withFailures(FailurePolicy policy) {
    return new BulkPlan(window, windowBytes, batching, options, policy, progress, explain);
  }

  /** {@return this plan with somebody who is told where the call has run and why} */
  public BulkPlan withExplain(Consumer<? super Choice> listener) {
    return new BulkPlan(window, windowBytes, batching, options, failures, progress, listener);
  }
}
