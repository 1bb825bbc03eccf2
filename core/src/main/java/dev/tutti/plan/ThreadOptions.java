package dev.tutti.plan;

import dev.tutti.task.Action;
import java.util.Objects;
import java.util.Optional;

/**
 * Options of a pool of platform threads.
 *
 * {@snippet class=dev.tutti.PlanSnippets region=threadOptions lang=java}
 *
 * @param workers how many threads at most, at least 1
 * @param initialiser what each thread does once, before its first task; a thread in which it fails
 *     counts as one that cannot be started
 * @since 0.1
 */
public record ThreadOptions(int workers, Optional<Action> initialiser) implements BackendOptions {
  /** A thread for each processor. */
  public static final ThreadOptions DEFAULTS =
      new ThreadOptions(Cpus.available(), Optional.empty());

  /** Makes the options. */
  public ThreadOptions {
    Checks.require(workers >= 1, "workers must be >= 1: workers=%d", workers);
    Objects.requireNonNull(initialiser, "initialiser");
  }

  /**
   * {@return these options with another number of threads}
   *
   * @param workers how many threads at most, at least 1
   */
  public ThreadOptions withWorkers(int workers) {
    return new ThreadOptions(workers, initialiser);
  }

  /**
   * {@return these options with something that each thread does before its first task}
   *
   * @param action what to do
   */
  public ThreadOptions withInitialiser(Action action) {
    return new ThreadOptions(workers, Optional.of(action));
  }

  @Override
  public String backend() {
    return "threads";
  }
}
