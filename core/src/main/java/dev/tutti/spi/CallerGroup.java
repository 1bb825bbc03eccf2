package dev.tutti.spi;

/**
 * A group whose work can be run by the thread that offers it: always, if its {@linkplain
 * Capabilities#callerRuns capabilities} say so, else where the engine asks for it.
 *
 * @since 0.1
 */
public interface CallerGroup extends WorkerGroup {
  /**
   * Runs a batch on the calling thread. Returns when all its items have ended or been returned.
   *
   * @param batch the batch
   */
  void run(Batch batch);
}
