package dev.tutti.process;

/**
 * Where the things go that tasks print in worker processes.
 *
 * {@snippet class=dev.tutti.process.ProcessSnippets region=options lang=java}
 *
 * @since 0.1
 */
public enum WorkerOutput {
  /** Each stream to the parent's stream of the same name. */
  INHERIT,
  /**
   * As {@link #INHERIT}, each line with the name of its worker in front: {@code
   * [tutti-p1-worker-0]}.
   */
  NAMED,
  /** Both streams to the parent's standard error. */
  STDERR,
  /** Nowhere; the last lines of standard error are still kept for the report of a death. */
  DISCARD
}
