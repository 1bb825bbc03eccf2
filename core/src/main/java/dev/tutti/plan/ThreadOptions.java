package dev.tutti.plan;

/**
 * Options of a pool of platform threads.
 *
 * {@snippet class=dev.tutti.PlanSnippets region=threadOptions lang=java}
 *
 * @param workers how many threads at most, at least 1
 * @since 0.1
 */
public record ThreadOptions(int workers) implements BackendOptions {
  /** A thread for each processor. */
  public static final ThreadOptions DEFAULTS = new ThreadOptions(Cpus.available());

  /** Makes the options. */
  public ThreadOptions {
    Checks.require(workers >= 1, "workers must be >= 1: workers=%d", workers);
  }

  /**
   * {@return these options with another number of threads}
   *
   * @param workers how many threads at most, at least 1
   */
  public ThreadOptions withWorkers(int workers) {
    return new ThreadOptions(workers);
  }

  @Override
  public String backend() {
    return "threads";
  }
}
