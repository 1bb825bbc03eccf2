package dev.tutti.local;

import dev.tutti.plan.BackendOptions;
import dev.tutti.plan.ThreadOptions;
import dev.tutti.spi.Backend;
import dev.tutti.spi.GroupRequest;
import dev.tutti.spi.WorkerGroup;

/** Platform threads as workers. */
public final class ThreadsBackend implements Backend {
  /** For the service loader. */
  public ThreadsBackend() {}

  @Override
  public String name() {
    return ThreadOptions.DEFAULTS.backend();
  }

  @Override
  public BackendOptions defaults(int workers) {
    return ThreadOptions.DEFAULTS.withWorkers(workers);
  }

  @Override
  public WorkerGroup open(GroupRequest request) {
    if (!(request.options() instanceof ThreadOptions options)) {
      throw new IllegalArgumentException(
          "options of backend 'threads' must be ThreadOptions: options=" + request.options());
    }
    return new ThreadsGroup(request, options);
  }
}
