package dev.tutti.plan;

/**
 * What an item that fails does to the others of its bulk call, where all results are waited for.
 *
 * {@snippet class=dev.tutti.PlanSnippets region=failurePolicy lang=java}
 *
 * @since 0.1
 */
public enum FailurePolicy {
  /** The first failure ends the call: what waits never starts, what runs is stopped. */
  STOP_AT_FIRST,
  /** All items run; then the call throws the first failure, with the others as suppressed. */
  FINISH_ALL;

  /** {@return the policy by which the first failure ends the call} */
  public static FailurePolicy stopAtFirst() {
    return STOP_AT_FIRST;
  }

  /** {@return the policy by which all items run, whichever fails} */
  public static FailurePolicy finishAll() {
    return FINISH_ALL;
  }
}
