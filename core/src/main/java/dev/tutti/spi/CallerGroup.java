package dev.tutti.spi;

/**
 * A group whose work is run by the thread that offers it.
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
