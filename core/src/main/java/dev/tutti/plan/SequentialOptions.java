package dev.tutti.plan;

/**
 * Options of the pool that runs everything on the caller's thread. There are none.
 *
 * {@snippet class=dev.tutti.PlanSnippets region=withoutOptions lang=java}
 *
 * @since 0.1
 */
public record SequentialOptions() implements BackendOptions {
  /** The options. */
  public static final SequentialOptions DEFAULTS = new SequentialOptions();

  /** Makes the options. */
  public SequentialOptions {}

  @Override
  public String backend() {
    return "sequential";
  }
}
