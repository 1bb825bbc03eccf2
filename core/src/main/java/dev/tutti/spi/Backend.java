package dev.tutti.spi;

import dev.tutti.plan.BackendOptions;
import java.time.Duration;

/**
 * A kind of worker and the way to reach it. Found as a service, by name; a third party adds one by
 * providing this interface.
 *
 * <p><b>Thread safety.</b> One instance serves all pools of a JVM; any thread may call it.
 *
 * @since 0.1
 */
public interface Backend {
  /** {@return the name that {@link BackendOptions#backend} asks for} */
  String name();

  /**
   * {@return the options that a user gets who names only the number of workers}
   *
   * @param workers how many workers at most; a backend without such a bound does not look at it
   * @throws IllegalArgumentException if the backend cannot have so many
   */
  BackendOptions defaults(int workers);

  /**
   * {@return the options of the pool that a whole JVM shares: those of {@link #defaults}, with
   * workers that leave when they are not needed}
   *
   * @param workers how many workers at most
   * @param idle after how long without work one leaves, where the backend has that
   * @throws IllegalArgumentException if the backend cannot have so many
   */
  default BackendOptions shared(int workers, Duration idle) {
    return defaults(workers);
  }

  /**
   * Opens a group of workers. No worker needs to be running when this returns.
   *
   * @param request what is wanted
   * @return the group
   * @throws IllegalArgumentException if the options are not of this backend's own type
   * @throws IllegalStateException if this JVM or machine cannot run such workers
   */
  WorkerGroup open(GroupRequest request);
}
