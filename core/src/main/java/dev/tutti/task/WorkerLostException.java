package dev.tutti.task;

import java.io.Serial;
import java.util.List;
import java.util.Objects;

/**
 * A worker died while it ran a task. It carries what is known of the death, and no guess.
 *
 * @since 0.1
 */
public final class WorkerLostException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;
  private static final int FIRST_SIGNAL = 129;
  private static final int LAST_SIGNAL = 159;

  /** The process id of the worker. */
  private final long pid;

  /** Its exit status. */
  private final int exitStatus;

  /** The number of the attempt that was lost. */
  private final int attempt;

  /** How many attempts the task had at most. */
  private final int maxAttempts;

  /** What the worker could still record. */
  private final String reason;

  /** Its last lines on standard error. */
  private final String[] stderrTail;

  /** The head of its crash log. */
  private final String[] crashLogHead;

  /**
   * Makes the exception.
   *
   * @param pid the process id of the worker; 0 if it never had one
   * @param exitStatus its exit status; -1 if it is not known
   * @param reason what the worker could still record, in words; "unknown" if nothing
   * @param attempt the number of the attempt, from 1
   * @param maxAttempts how many attempts the task had at most
   * @param stderrTail the last lines that the worker wrote to its standard error
   * @param crashLogHead the head of the JVM's crash log, empty if there is none
   */
  public WorkerLostException(
      long pid,
      int exitStatus,
      String reason,
      int attempt,
      int maxAttempts,
      List<String> stderrTail,
      List<String> crashLogHead) {
    super(message(pid, exitStatus, reason, attempt, maxAttempts, stderrTail, crashLogHead));
    this.pid = pid;
    this.exitStatus = exitStatus;
    this.reason = Objects.requireNonNull(reason, "reason");
    this.attempt = attempt;
    this.maxAttempts = maxAttempts;
    this.stderrTail = stderrTail.toArray(String[]::new);
    this.crashLogHead = crashLogHead.toArray(String[]::new);
  }

  /**
   * Says an exit status in words.
   *
   * @param exitStatus the status; -1 if it is not known
   * @return the status; from 129 to 159 with the signal that such a status stands for
   */
  public static String statusInWords(int exitStatus) {
    if (exitStatus < 0) {
      return "unknown";
    }
    return exitStatus >= FIRST_SIGNAL && exitStatus <= LAST_SIGNAL
        ? exitStatus + " (as after signal " + (exitStatus - 128) + ")"
        : Integer.toString(exitStatus);
  }

  private static String message(
      long pid,
      int exitStatus,
      String reason,
      int attempt,
      int maxAttempts,
      List<String> stderrTail,
      List<String> crashLogHead) {
    StringBuilder text =
        new StringBuilder(
            "worker exited while running a task: attempt=%d/%d pid=%s exit=%s reason=%s"
                .formatted(
                    attempt,
                    maxAttempts,
                    pid == 0 ? "unknown" : pid,
                    statusInWords(exitStatus),
                    reason));
    appendLines(text, "crash log", crashLogHead);
    appendLines(text, "its last lines on standard error", stderrTail);
    return text.append(" [T017]").toString();
  }

  private static void appendLines(StringBuilder text, String title, List<String> lines) {
    if (!lines.isEmpty()) {
      text.append("\n  ").append(title).append(':');
      lines.forEach(line -> text.append("\n    ").append(line));
      text.append("\n ");
    }
  }

  /** {@return the process id of the worker; 0 if it never had one} */
  public long pid() {
    return pid;
  }

  /** {@return its exit status; -1 if it is not known} */
  public int exitStatus() {
    return exitStatus;
  }

  /** {@return what the worker could still record of its end, in words; "unknown" if nothing} */
  public String reason() {
    return reason;
  }

  /** {@return the number of the attempt that was lost, from 1} */
  public int attempt() {
    return attempt;
  }

  /** {@return how many attempts the task had at most} */
  public int maxAttempts() {
    return maxAttempts;
  }

  /** {@return the last lines, at most 20, that the worker wrote to its standard error} */
  public List<String> stderrTail() {
    return List.of(stderrTail);
  }

  /** {@return the head of the crash log of the worker's JVM; empty if it wrote none} */
  public List<String> crashLogHead() {
    return List.of(crashLogHead);
  }
}
