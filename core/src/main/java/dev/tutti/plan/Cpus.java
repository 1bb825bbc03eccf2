package dev.tutti.plan;

/**
 * How many processors this JVM may use, and numbers of workers that follow from it.
 *
 * {@snippet class=dev.tutti.PlanSnippets region=cpus lang=java}
 *
 * @since 0.1
 */
public final class Cpus {
  private Cpus() {}

  /** {@return the number of processors that affinity and container quota allow, at least 1} */
  public static int available() {
    return Runtime.getRuntime().availableProcessors();
  }

  /** {@return a worker for each processor; the same as {@link #available}} */
  public static int all() {
    return available();
  }

  /**
   * {@return a worker for each processor but some, and at least one worker}
   *
   * @param spared how many processors are left alone, not negative
   * @throws IllegalArgumentException if it is negative
   */
  public static int allBut(int spared) {
    Checks.require(spared >= 0, "spared must be >= 0: spared=%d", spared);
    return Math.max(1, available() - spared);
  }

  /**
   * {@return a number of workers as joblib's {@code n_jobs}, the property {@code tutti.workers} and
   * the command line count it} A positive number is itself; -1 is all processors, -2 all but one,
   * and so on, at least one worker.
   *
   * @param count the number, not 0
   * @throws IllegalArgumentException if it is 0
   */
  public static int counted(int count) {
    Checks.require(count != 0, "workers must not be 0: workers=%d; -1 is all processors", count);
    return count > 0 ? count : (int) Math.max(1, available() + 1L + count);
  }
}
