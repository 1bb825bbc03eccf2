package dev.tutti.process;

/**
 * Where the things go that tasks print in worker processes.
 *
 * @since 0.1
 */
public enum WorkerOutput {
  /** Each stream to the parent's stream of the same name. */
  INHERIT,
  /** Both streams to the parent's standard error. */
  STDERR,
  /** Nowhere; the last lines of standard error are still kept for the report of a death. */
  DISCARD
}
