package dev.tutti.cli;

import dev.tutti.Bulk;
import dev.tutti.plan.BackendOptions;
import dev.tutti.plan.RetryPolicy;
import dev.tutti.process.ProcessOptions;
import dev.tutti.task.Failure;
import dev.tutti.task.TimedOut;
import dev.tutti.task.WorkerLost;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options by which a run bounds its inputs and its workers. */
final class Limits {
  private static final int MOST_RETRIES = 1_000_000;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description =
          "How long one input may take, such as 30s, 500ms or 2m. What takes longer is stopped, and"
              + " fails; where there are no processes it is only interrupted, and goes on if it does"
              + " not heed that.")
  private @Nullable String timeout;

  @Option(
      names = "--retries",
      paramLabel = "N",
      description =
          "How often an input that failed is tried again (default: 0). It runs at least once, so it"
              + " must be safe to repeat.")
  private @Nullable String retries;

  @Option(
      names = "--heap",
      paramLabel = "SIZE",
      description = "The largest heap of each worker process, such as 512m or 2g.")
  private @Nullable String heap;

  @Option(
      names = "--recycle",
      paramLabel = "N",
      description = "A fresh worker process after so many inputs.")
  private @Nullable String recycle;

  /** Says what is wrong with them, before anything is compiled or started. */
  void check(BackendOptions options) {
    var _ = timeLimit();
    var _ = furtherAttempts();
    var _ = on(options);
  }

  /** {@return the same calls with these bounds} */
  Bulk on(Bulk bulk) {
    Duration limit = timeLimit();
    Bulk bounded = limit == null ? bulk : bulk.timeout(limit);
    int more = furtherAttempts();
    return more == 0
        ? bounded
        : bounded.retry( // unless told otherwise an Error, such as that of a full heap, is final
            RetryPolicy.attempts(1 + more).on(Failure.class, TimedOut.class, WorkerLost.class));
  }

  private @Nullable Duration timeLimit() {
    return timeout == null ? null : Numbers.duration("--timeout", timeout);
  }

  private int furtherAttempts() {
    return retries == null ? 0 : Numbers.upTo(MOST_RETRIES, "--retries", retries);
  }

  /** {@return the same options with these bounds; usage is wrong where there are no processes} */
  BackendOptions on(BackendOptions options) {
    if (heap == null && recycle == null) {
      return options;
    }
    if (!(options instanceof ProcessOptions processes)) {
      throw CommandException.usage(
          "--heap and --recycle are about worker processes: backend=" + options.backend());
    }
    ProcessOptions bounded = processes;
    if (heap != null) {
      bounded = bounded.withHeap(Numbers.size("--heap", heap));
    }
    if (recycle != null) {
      bounded = bounded.withRecycleAfter(Numbers.positive("--recycle", recycle));
    }
    return bounded;
  }
}
