package dev.tutti.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.task.Cancelled;
import dev.tutti.task.Failure;
import dev.tutti.task.WorkerLost;
import dev.tutti.task.WorkerLostException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Why an item failed, on one line. */
@Tag("unit")
class WordsTest {

  private static String lost(int status, String reason, List<String> crashLog) {
    return Words.cause(
        new WorkerLost<>(new WorkerLostException(7, status, reason, 1, 1, List.of("x"), crashLog)));
  }

  @Test
  void cause_exception_onOneLine() {
    assertThat(Words.cause(new Failure<>(new IllegalStateException("a\r\nb\nc\rd"))))
        .isEqualTo("java.lang.IllegalStateException: a\\nb\\nc\\rd");
    assertThat(Words.cause(new Cancelled<>())).isEqualTo("cancelled");
  }

  /** What is not known of a death is not guessed; the exit status is always there. */
  @Test
  void cause_workerLost_reasonAndStatus() {
    assertThat(lost(137, "unknown", List.of()))
        .isEqualTo("its worker died: cause unknown, exit status 137 (as after signal 9), pid 7");
    assertThat(lost(3, "System.exit(3) was called by the task", List.of()))
        .contains("System.exit(3) was called by the task, exit status 3");
  }

  /** Of a crash the frame is told in which it happened. */
  @Test
  void cause_crash_namesFrame() {
    assertThat(
            lost(
                134,
                "the JVM crashed: SIGSEGV",
                List.of("#", "# SIGSEGV", "# Problematic frame:", "# V  [libjvm.so+0x1]  Put")))
        .endsWith("pid 7, in V [libjvm.so+0x1] Put");
  }
}
