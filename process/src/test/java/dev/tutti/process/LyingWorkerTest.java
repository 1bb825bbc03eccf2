package dev.tutti.process;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.tutti.Pool;
import dev.tutti.task.TaskFuture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Workers that lie: the pool says what came, and goes on or ends. */
@Tag("system")
@Timeout(60)
class LyingWorkerTest {
  @TempDir private Path folder;

  @AfterEach
  void nothingIsLeft() {
    await().until(() -> ProcessHandle.current().descendants().findAny().isEmpty());
    assertThat(Os.leftOvers()).isEmpty();
  }

  /** The first process lies, all later ones are honest workers. */
  private ProcessOptions firstLies(String lie) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Path once = folder.resolve("lied");
    return options(
        "if [ ! -e '" + once + "' ]; then touch '" + once + "'; " + liar(lie) + "; fi",
        "exec '" + java + "' \"$@\"");
  }

  private static String liar(String lie) {
    return "exec '%s' -XX:TieredStopAtLevel=1 -cp '%s' %s %s"
        .formatted(
            Path.of(System.getProperty("java.home"), "bin", "java"),
            System.getProperty("java.class.path"),
            LyingWorker.class.getName(),
            lie);
  }

  private ProcessOptions options(String... lines) throws IOException {
    Path file = folder.resolve("java");
    Files.writeString(file, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return ProcessOptions.DEFAULTS
        .withWorkers(1)
        .withGrace(Duration.ofMillis(50))
        .withJvmFlags("-XX:TieredStopAtLevel=1")
        .withJava(file);
  }

  private void assertGoesOn(String lie) throws Exception {
    try (Pool pool = Pool.open(firstLies(lie))) {
      assertThat(pool.submit(() -> 7).get(30, SECONDS)).isEqualTo(7);
      assertThat(folder.resolve("lied")).exists();
    }
  }

  /** Bytes that are no frame end that worker; its item, never begun, runs elsewhere. */
  @Test
  void submit_workerSpeaksNonsense_itemRunsElsewhere() throws Exception {
    assertGoesOn("nonsense");
  }

  /** A channel that ends within a frame is the end of that worker. */
  @Test
  void submit_workerEndsWithinAFrame_itemRunsElsewhere() throws Exception {
    assertGoesOn("half");
  }

  /** A ring that cannot be as it says it is, or that is left without a word, costs that worker. */
  @Test
  void submit_workerDamagesItsRing_itemRunsElsewhere() throws Exception {
    assertGoesOn("ring");
    assertGoesOn("both");
  }

  /** A second outcome of the same item is not told: that worker is ended, and another goes on. */
  @Test
  void submit_workerAnswersTwice_firstAnswerCounts() throws Exception {
    try (Pool pool = Pool.open(firstLies("twice"))) {
      assertThat(pool.submit(() -> 1).get(30, SECONDS)).isEqualTo(7);
      assertThat(pool.submit(() -> 2).get(30, SECONDS)).isEqualTo(2);
    }
  }

  /** A worker with another version, or another secret, is sent away, and the pool says why. */
  @Test
  void submit_workerIsNotOurs_poolSaysWhatCame() throws Exception {
    for (String lie : new String[] {"version", "secret"}) {
      try (Pool pool = Pool.open(options(liar(lie)))) {
        TaskFuture<Integer> task = pool.submit(() -> 1);
        ExecutionException e =
            catchThrowableOfType(ExecutionException.class, () -> task.get(30, SECONDS));
        assertThat(e.getCause())
            .hasMessageContaining("what came instead")
            .hasMessageContaining(
                lie.equals("version")
                    ? "worker speaks another version: version=99 expected="
                    : "greeting has a wrong secret: pid=");
      }
    }
  }

  /** A worker that takes nothing does not hold back closeNow. */
  @Test
  void closeNow_workerStopsReading_isKilled() throws Exception {
    Pool pool = Pool.open(options(liar("deaf")));
    TaskFuture<Integer> never = pool.submit(new byte[8 << 20]::hashCode);
    pool.warm();
    assertThat(never.isDone()).isFalse();
    long before = System.nanoTime();
    pool.closeNow();
    assertThat(System.nanoTime() - before).isLessThan(SECONDS.toNanos(10));
    assertThat(never.isCancelled()).isTrue();
    assertThat(pool.isTerminated()).isTrue();
  }
}
