package dev.tutti.cli;

import dev.tutti.task.Cancelled;
import dev.tutti.task.Failure;
import dev.tutti.task.Outcome;
import dev.tutti.task.Success;
import dev.tutti.task.WorkerLost;
import dev.tutti.task.WorkerLostException;
import java.util.List;

/** Results and failures as text for people. */
final class Words {
  private static final String UNKNOWN = "unknown";
  private static final int CRASH_LINES = 3;

  private Words() {}

  /** Why an item has no result, on one line. */
  static String cause(Outcome<?> outcome) {
    return switch (outcome) {
      case Success<?> _ -> "";
      case Failure<?>(Throwable cause) -> of(cause);
      case WorkerLost<?>(WorkerLostException cause) -> death(cause);
      case Cancelled<?> _ -> "cancelled";
    };
  }

  /** An exception on one line. */
  static String of(Throwable failure) {
    return oneLine(failure.toString());
  }

  private static String death(WorkerLostException lost) {
    StringBuilder text =
        new StringBuilder("its worker died: ")
            .append(lost.reason().equals(UNKNOWN) ? "cause unknown" : lost.reason())
            .append(", exit status ")
            .append(WorkerLostException.statusInWords(lost.exitStatus()))
            .append(", pid ")
            .append(lost.pid());
    List<String> crash =
        lost.crashLogHead().stream()
            .map(line -> line.replaceFirst("^#\\s*", ""))
            .filter(line -> !line.isBlank())
            .limit(CRASH_LINES)
            .toList();
    if (!crash.isEmpty()) {
      text.append(", crash log: ").append(String.join(" | ", crash));
    }
    return oneLine(text.toString());
  }

  /** Text on one line: line breaks become the two characters {@code \n}. */
  static String oneLine(String text) {
    return text.indexOf('\n') < 0 && text.indexOf('\r') < 0
        ? text
        : text.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\r");
  }
}
