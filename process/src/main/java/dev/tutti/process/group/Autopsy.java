package dev.tutti.process.group;

import dev.tutti.process.launch.PoolFolder;
import dev.tutti.process.launch.WorkerProcess;
import dev.tutti.process.wire.Claims;
import dev.tutti.spi.Item;
import dev.tutti.task.WorkerLostException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is known of the death of a worker: facts that it has left behind, and no guess. */
public final class Autopsy {
  private static final int CRASH_LOG_LINES = 12;
  private static final String OUT_OF_MEMORY_EXIT = "Terminating due to java.lang.OutOfMemoryError";

  private static final String UNKNOWN = "unknown";

  private final long pid;
  private final int status;
  private final String reason;
  private final List<String> stderrTail;
  private final List<String> crashLog;

  /**
   * Looks at a worker that has ended.
   *
   * @param process the worker
   * @param status its exit status
   * @param claims what it has recorded
   * @param folder where its crash log would be
   * @param killedFor why it was killed, if this side did that
   */
  public Autopsy(
      WorkerProcess process,
      int status,
      Claims claims,
      PoolFolder folder,
      @Nullable String killedFor) {
    this.pid = process.pid();
    this.status = status;
    this.stderrTail = process.stderrTail();
    this.crashLog = folder.takeCrashLog(pid, CRASH_LOG_LINES);
    this.reason = reason(process, claims.cause(), killedFor);
  }

  private String reason(WorkerProcess process, Claims.Cause cause, @Nullable String killedFor) {
    if (killedFor != null) {
      return killedFor;
    }
    return switch (cause) {
      case EXIT_IN_ITEM -> "System.exit(%d) was called by the task".formatted(status);
      case EXIT_ELSEWHERE ->
          "System.exit(%d) was called by another thread of the worker".formatted(status);
      case OUT_OF_MEMORY -> "OutOfMemoryError in the task, and its report did not fit in the heap";
      case NONE -> ofJvm(process);
    };
  }

  /** {@return whether it has left a crash log} */
  boolean jvmCrashed() {
    return !crashLog.isEmpty();
  }

  /** What the JVM said before it ended itself. */
  private String ofJvm(WorkerProcess process) {
    if (!crashLog.isEmpty()) {
      String signal =
          crashLog.stream()
              .filter(line -> line.contains("SIG") || line.contains("Error"))
              .findFirst()
              .orElse(crashLog.getFirst());
      return "the JVM crashed: " + signal.replaceFirst("^#\\s*", "");
    }
    if (process.stdoutTail().stream().anyMatch(line -> line.startsWith(OUT_OF_MEMORY_EXIT))) {
      return "the JVM ended itself at an OutOfMemoryError";
    }
    return UNKNOWN;
  }

  /** {@return why the worker died, in words} */
  String words() {
    return "%s: exit=%d".formatted(reason, status);
  }

  /** {@return what is told to who waits for an item} */
  WorkerLostException report(Item item) {
    int attempt = item.attempts() + 1;
    int most = Math.max(attempt, item.call().options().retry().attempts());
    return new WorkerLostException(pid, status, reason, attempt, most, stderrTail, crashLog);
  }

  /**
   * {@return what is told to who waits for the one task of a process}
   *
   * @param otherwise the reason, if the process itself has left none
   */
  public WorkerLostException report(Optional<String> otherwise) {
    String why = reason.equals(UNKNOWN) ? otherwise.orElse(reason) : reason;
    return new WorkerLostException(pid, status, why, 1, 1, stderrTail, crashLog);
  }
}
