package dev.tutti.local;

import dev.tutti.plan.BackendOptions;
import dev.tutti.plan.Defaults;
import dev.tutti.spi.Backend;
import dev.tutti.spi.GroupRequest;
import dev.tutti.spi.WorkerGroup;
import java.time.Duration;

/** The caller, threads or virtual threads, as the engine chooses for each call. */
public final class AutoBackend implements Backend {
  /** For the service loader. */
  public AutoBackend() {}

  @Override
  public String name() {
    return "auto";
  }

  @Override
  public BackendOptions defaults(int workers) {
    return shared(workers, Defaults.current().idle().orElse(Defaults.BUILT_IN_IDLE));
  }

  @Override
  public BackendOptions shared(int workers, Duration idle) {
    if (workers < 1) {
      throw new IllegalArgumentException("workers must be >= 1: workers=" + workers);
    }
    return new AutoOptions(workers, idle);
  }

  @Override
  public WorkerGroup open(GroupRequest request) {
    if (!(request.options() instanceof AutoOptions options)) {
      throw new IllegalArgumentException(
          "options of backend 'auto' must be its own: options=" + request.options());
    }
    return new AutoGroup(request, options);
  }
}
