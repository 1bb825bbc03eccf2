package dev.tutti.task;

/**
 * Where a node of a graph of tasks stands in one computation of it.
 *
 * {@snippet class=dev.tutti.GraphSnippets region=state lang=java}
 *
 * @since 0.1
 */
public enum NodeState {
  /** It has not begun: it waits for its inputs, or for a worker. */
  WAITING,
  /** It has been handed to a worker. */
  RUNNING,
  /** It has returned. */
  DONE,
  /** It has failed. */
  FAILED,
  /** It never runs, because something that it needs has failed. */
  SKIPPED,
  /** It was stopped, or never started, because the computation has ended without it. */
  CANCELLED
}
