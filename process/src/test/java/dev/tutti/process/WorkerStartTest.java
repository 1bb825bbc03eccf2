package dev.tutti.process;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.plan.Batching;
import dev.tutti.task.TaskFailedException;
import dev.tutti.task.TaskFuture;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("system")
@Timeout(60)
class WorkerStartTest {
  private static final ProcessOptions ONE =
      ProcessOptions.DEFAULTS.withWorkers(1).withJvmFlags("-XX:TieredStopAtLevel=1");

  @TempDir private Path folder;

  @AfterEach
  void nothingIsLeft() {
    assertThat(Os.workers()).isEmpty();
    assertThat(Os.leftOvers()).isEmpty();
  }

  // ---------------------------------------------------------------- failures

  /** A flag that the JVM does not know fails what was submitted, with the JVM's own words. */
  @Test
  void submit_badJvmFlag_failsWithTheJvmsWords() throws Exception {
    assertFails(ONE.withJvmFlags("-XX:NoSuchFlag"), "NoSuchFlag", "exit=1");
  }

  /** A java command that is not there is named. */
  @Test
  void submit_missingJava_namesIt() throws Exception {
    assertFails(ONE.withJava(folder.resolve("no-java")), "no-java", "exit=127");
  }

  /** A directory that is not there is named. */
  @Test
  void submit_missingDirectory_namesIt() throws Exception {
    assertFails(ONE.withDirectory(folder.resolve("no-folder")), "no-folder");
  }

  /** A JDK that is too old is refused by what it says itself. */
  @Test
  void submit_oldJdk_isRefusedClearly() throws Exception {
    assertFails(ONE.withJava(oldJava()), "UnsupportedClassVersionError", "class file version");
  }

  private Path oldJava() throws IOException {
    try (Stream<Path> homes = Files.list(Path.of("/usr/lib/jvm"))) {
      return homes
          .filter(home -> home.getFileName().toString().matches(".*\\b(17|21)\\b.*"))
          .map(home -> home.resolve("bin/java"))
          .filter(Files::isExecutable)
          .findFirst()
          .orElseGet(this::wordsOfOldJava);
    } catch (IOException noSuchFolder) {
      return wordsOfOldJava();
    }
  }

  /** Where no old JDK is installed: a command that says what one says. */
  private Path wordsOfOldJava() {
    return script(
        "echo 'java.lang.UnsupportedClassVersionError: this version of the Java Runtime only"
            + " recognizes class file versions up to 61.0' >&2",
        "exit 1");
  }

  private static void assertFails(ProcessOptions options, String... words) throws Exception {
    try (Pool pool = Pool.open(options)) {
      TaskFuture<Integer> first = pool.submit(() -> 1);
      TaskFuture<Integer> second = pool.submit(() -> 2);
      ExecutionException e =
          catchThrowableOfType(ExecutionException.class, () -> first.get(20, SECONDS));
      assertThat(e.getCause())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContainingAll(words);
      assertThatThrownBy(() -> second.get(20, SECONDS)).isInstanceOf(ExecutionException.class);
      TaskFuture<Integer> later = pool.submit(() -> 3);
      assertThatThrownBy(() -> later.get(20, SECONDS))
          .isInstanceOf(ExecutionException.class)
          .cause()
          .hasMessageContainingAll(words);
    }
  }

  /** warm tells at once that no worker can be started; a bulk call does so too. */
  @Test
  void warm_badJvmFlag_throwsTheCause() {
    try (Pool pool = Pool.open(ONE.withJvmFlags("-XX:NoSuchFlag"))) {
      assertThatThrownBy(pool::warm)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("NoSuchFlag");
      assertThatThrownBy(() -> pool.map(List.of(1, 2, 3), i -> i))
          .isInstanceOf(TaskFailedException.class)
          .hasStackTraceContaining("NoSuchFlag");
    }
  }

  /** warm has a worker that dies while it waits for another one replaced. */
  @Test
  void warm_workerDiesMeanwhile_endsWithAllWorkers() throws Exception {
    Path go = folder.resolve("go");
    try (Pool pool = Pool.open(ONE.withWorkers(2).withJava(slowFromTheSecondOn(go)))) {
      Thread warming = Thread.ofPlatform().daemon().start(pool::warm);
      long dies = pool.submit(() -> ProcessHandle.current().pid()).get(30, SECONDS);
      await().until(() -> Os.workers().size() == 2);
      Os.signal("KILL", dies);
      await().until(() -> !Os.workers().contains(dies));
      Files.createFile(go);

      assertThat(warming.join(Duration.ofSeconds(30))).isTrue();
      assertThat(Os.workers()).hasSize(2).doesNotContain(dies);
    }
  }

  /** What waits is done by the worker that is ready, however long another one takes to start. */
  @Test
  void map_otherWorkerIsNotReady_firstOneDoesAll() throws Exception {
    Path go = folder.resolve("go");
    try (Pool pool = Pool.open(ONE.withWorkers(2).withJava(slowFromTheSecondOn(go)))) {
      List<Long> pids =
          Parallel.on(pool)
              .batch(Batching.fixed(1))
              .map(List.of(1, 2, 3, 4), _ -> ProcessHandle.current().pid());
      assertThat(pids).hasSize(4).containsOnly(pids.getFirst());
      await().until(() -> Os.workers().size() == 2);
      Files.createFile(go);
      pool.warm();
    }
  }

  /** A java command that waits for a file, but for the first time that it is called. */
  private Path slowFromTheSecondOn(Path go) {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Path first = folder.resolve("first");
    return script(
        "mkdir '" + first + "' 2> /dev/null || until [ -e '" + go + "' ]; do sleep 0.01; done",
        "exec '" + java + "' \"$@\"");
  }

  /** A start that fails now and then is tried again; nobody who waits sees it. */
  @Test
  void submit_startFailsOnce_isTriedAgain() throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Path once = folder.resolve("tried");
    Path flaky =
        script(
            "if [ ! -e '" + once + "' ]; then touch '" + once + "'; echo not yet >&2; exit 9; fi",
            "exec '" + java + "' \"$@\"");
    try (Pool pool = Pool.open(ONE.withJava(flaky))) {
      assertThat(pool.submit(() -> 7).get(30, SECONDS)).isEqualTo(7);
      assertThat(once).exists();
    }
  }

  /** A worker that never reports does not hold back closeNow. */
  @Test
  void closeNow_workerNeverReports_isKilled() {
    Pool pool = Pool.open(ONE.withJava(script("exec sleep 600")));
    TaskFuture<Integer> never = pool.submit(() -> 1);
    await().atMost(20, SECONDS).until(() -> !Os.files(folder, "java").isEmpty() && sleeps());
    long before = System.nanoTime();
    pool.closeNow();
    assertThat(System.nanoTime() - before).isLessThan(SECONDS.toNanos(10));
    assertThat(never.isCancelled()).isTrue();
    assertThat(sleeps()).isFalse();
  }

  private static boolean sleeps() {
    return ProcessHandle.current()
        .descendants()
        .map(ProcessHandle::pid)
        .anyMatch(pid -> Os.text(pid, "cmdline").startsWith("sleep") && !Os.isGone(pid));
  }

  private Path script(String... lines) {
    Path file = folder.resolve("java");
    try {
      Files.writeString(file, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
      return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** A JVM that prints when it starts, to either stream, garbles nothing. */
  @Test
  void submit_jvmPrintsAtStart_protocolIsNotGarbled() throws Exception {
    ProcessOptions talks =
        ONE.withJvmFlags("-showversion", "-XX:+PrintCommandLineFlags", "-Xlog:gc")
            .withOutput(WorkerOutput.DISCARD);
    try (Pool pool = Pool.open(talks)) {
      assertThat(pool.map(List.of(1, 2, 3), i -> i * 2)).containsExactly(2, 4, 6);
    }
  }

  // ---------------------------------------------------------------- SIGINT

  /** A terminal's Ctrl-C reaches a worker while it starts and while it runs, and does nothing. */
  @Test
  void sigint_fromFirstInstructionOn_isIgnored() throws Exception {
    Process killer =
        new ProcessBuilder("/bin/sh", "-c", "while read p; do kill -INT $p 2>/dev/null; done")
            .start();
    try (OutputStream pids = killer.getOutputStream();
        Pool pool = Pool.open(ONE)) {
      TaskFuture<Long> task = pool.submit(() -> ProcessHandle.current().pid());
      long first =
          await()
              .pollInterval(java.time.Duration.ofMillis(1))
              .until(Os::workers, seen -> !seen.isEmpty())
              .getFirst();
      int sent = 0;
      while (!task.isDone()) {
        pids.write((first + "\n").getBytes(US_ASCII));
        pids.flush();
        sent++;
        Thread.onSpinWait();
      }
      assertThat(task.get()).as("the worker that was started first").isEqualTo(first);
      assertThat(sent).isPositive();
      for (int i = 0; i < 20; i++) {
        Os.signal("INT", first);
      }
      assertThat(pool.submit(() -> ProcessHandle.current().pid()).get()).isEqualTo(first);
    } finally {
      killer.destroyForcibly();
    }
  }
}
