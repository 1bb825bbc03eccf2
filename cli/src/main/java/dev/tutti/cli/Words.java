package dev.tutti.cli;

import dev.tutti.task.Cancelled;
import dev.tutti.task.Failure;
import dev.tutti.task.Outcome;
import dev.tutti.task.Success;
import dev.tutti.task.TimedOut;
import dev.tutti.task.WorkerLost;
import dev.tutti.task.WorkerLostException;
import java.util.List;
import java.util.Optional;

/** Results and failures as text for people. */
final class Words {
  private static final String UNKNOWN = "unknown";
  private static final String FRAME_TITLE = "Problematic frame:";

  private Words() {}

  /** Why an item has no result, on one line. */
  static String cause(Outcome<?> outcome) {
    return switch (outcome) {
      case Success<?> _ -> "";
      case Failure<?>(Throwable cause) -> of(cause);
      case TimedOut<?>(Throwable cause) -> of(cause);
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
    crashFrame(lost.crashLogHead()).ifPresent(frame -> text.append(", in ").append(frame));
    return oneLine(text.toString());
  }

  /** What ran when the JVM crashed; the reason names the signal already. */
  private static Optional<String> crashFrame(List<String> crashLog) {
    return crashLog.stream()
        .dropWhile(line -> !line.contains(FRAME_TITLE))
        .skip(1)
        .findFirst()
        .map(line -> line.replaceFirst("^#\\s*", "").replaceAll("\\s+", " "));
  }

  /** Text on one line: line breaks become the two characters {@code \n}. */
  static String oneLine(String text) {
    return text.indexOf('\n') < 0 && text.indexOf('\r') < 0
        ? text
        : text.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\r");
  }
}
