package dev.tutti.plan;

/**
 * How many processors this JVM may use.
 *
 * @since 0.1
 */
public final class Cpus {
  private Cpus() {}

  /** {@return the number of processors that affinity and container quota allow, at least 1} */
  public static int available() {
    return Runtime.getRuntime().availableProcessors();
  }
}
