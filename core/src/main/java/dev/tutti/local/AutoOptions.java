package dev.tutti.local;

import dev.tutti.plan.BackendOptions;
import java.time.Duration;

/**
 * Options of a pool that chooses.
 *
 * @param workers how many threads at most
 * @param idle after how long without work a thread leaves
 */
record AutoOptions(int workers, Duration idle) implements BackendOptions {
  @Override
  public String backend() {
    return "auto";
  }
}
