package dev.tutti.actors;

import java.util.ArrayDeque;

/** How many restarts an actor has left. Only the thread that leads the actor uses it. */
final class RestartBudget {
  private final RestartPolicy policy;
  private final ArrayDeque<Long> restartNanos = new ArrayDeque<>();

  RestartBudget(RestartPolicy policy) {
    this.policy = policy;
  }

  /**
   * {@return whether there is to be a restart, which counts from now on}
   *
   * @param nowNanos the time, as {@link System#nanoTime}
   */
  boolean take(long nowNanos) {
    long withinNanos = Checks.nanos(policy.within());
    restartNanos.removeIf(then -> nowNanos - then > withinNanos);
    if (restartNanos.size() >= policy.most()) {
      return false;
    }
    restartNanos.add(nowNanos);
    return true;
  }
}
