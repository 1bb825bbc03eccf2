package dev.tutti.plan;

/**
 * Options of the pool that gives each task a virtual thread of its own. There are none.
 *
 * {@snippet class=dev.tutti.PlanSnippets region=withoutOptions lang=java}
 *
 * @since 0.1
 */
public record VirtualThreadOptions() implements BackendOptions {
  /** The options. */
  public static final VirtualThreadOptions DEFAULTS = new VirtualThreadOptions();

  /** Makes the options. */
  public VirtualThreadOptions {}

  @Override
  public String backend() {
    return "virtual";
  }
}
