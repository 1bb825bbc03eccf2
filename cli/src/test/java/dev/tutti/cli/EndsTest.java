package dev.tutti.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How the command ends when somebody ends it, or its output does. */
@Tag("system")
@Timeout(120)
class EndsTest {
  private static final long LOOK_MILLIS = 10;
  private static final int NEARLY_A_PIPE_BYTES = 60_000;

  @TempDir Path folder;
  @TempDir Path temporary;

  @BeforeEach
  void source() throws IOException {
    Files.writeString(
        folder.resolve("Some.java"),
        """
        class Some {
          public static String f(String s) throws Exception {
            if (s.equals("mark")) {
              java.nio.file.Files.createFile(java.nio.file.Path.of(s));
            }
            if (s.equals("mark") || s.equals("wait")) {
              Thread.sleep(Long.MAX_VALUE);
            }
            if (s.equals("bad")) {
              throw new IllegalArgumentException("a long explanation of what is wrong with it");
            }
            while (s.equals("loop")) {
              Thread.onSpinWait();
            }
            return s.toUpperCase(java.util.Locale.ROOT);
          }
        }
        """);
  }

  private Process start(Path out, String... args) throws IOException {
    return command(args)
        .redirectInput(Path.of("/dev/null").toFile())
        .redirectOutput(out.toFile())
        .redirectError(err().toFile())
        .start();
  }

  private ProcessBuilder command(String... args) {
    List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-Djava.io.tmpdir=" + temporary);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.tutti.cli.Main"));
    command.addAll(List.of(args));
    return new ProcessBuilder(command).directory(folder.toFile());
  }

  private Path err() {
    return folder.resolve("stderr");
  }

  private static void assertEnds(Process process, int status) throws InterruptedException {
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("it ends by itself").isTrue();
    assertThat(process.exitValue()).isEqualTo(status);
  }

  /** Presses Ctrl-C, and waits for the end of the command and of its workers. */
  private static void interrupt(Process process) throws Exception {
    List<ProcessHandle> family = process.descendants().toList();
    assertThat(family).isNotEmpty();
    new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
    assertEnds(process, 130);
    for (ProcessHandle member : family) {
      member.onExit().get(30, TimeUnit.SECONDS);
    }
  }

  /** Ctrl-C: what is done is reported, what runs is stopped, nothing is left. */
  @Test
  void map_interrupted_reportsAndLeavesNothing() throws Exception {
    Path out = folder.resolve("stdout");
    Process process = start(out, "map", "Some.java", "a", "loop", "b", "--workers", "2");
    while (Files.readString(out).isEmpty()) {
      assertThat(process.isAlive()).as("it runs").isTrue();
      assertThat(process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)).isFalse();
    }
    interrupt(process);
    assertThat(Files.readString(out)).startsWith("A\n");
    assertThat(Files.readString(err()))
        .containsPattern("tutti: interrupted: [12] of 3 items done\n$");
    try (Stream<Path> left = Files.list(temporary)) {
      assertThat(left).isEmpty();
    }
  }

  /** A command that is killed leaves a folder, which the next one removes. */
  @Test
  void map_killed_nextRemovesItsFolders() throws Exception {
    Path out = folder.resolve("stdout");
    Process process = start(out, "map", "Some.java", "a", "wait", "--workers", "1");
    while (Files.readString(out).isEmpty()) {
      assertThat(process.isAlive()).as("it runs").isTrue();
      assertThat(process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)).isFalse();
    }
    List<ProcessHandle> family = process.descendants().toList();
    process.destroyForcibly().waitFor();
    for (ProcessHandle member : family) {
      member.onExit().get(30, TimeUnit.SECONDS);
    }
    assertThat(temporary).isNotEmptyDirectory();
    assertEnds(start(out, "map", "Some.java", "b", "--workers", "1"), 0);
    assertThat(temporary).isEmptyDirectory();
  }

  /** Ctrl-C: what has ended is printed, also where an input before it has not. */
  @Test
  void map_interruptedWhileFirstRuns_printsWhatHasEnded() throws Exception {
    Path out = folder.resolve("stdout");
    // Two at once: the last input begins when the main thread has got both before it.
    Process process =
        start(
            out,
            "map",
            "Some.java",
            "wait",
            "a",
            "bad",
            "b",
            "mark",
            "--backend=virtual",
            "--workers=2");
    while (Files.notExists(folder.resolve("mark"))) {
      assertThat(process.isAlive()).as("it runs").isTrue();
      assertThat(process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)).isFalse();
    }
    assertThat(Files.readString(out)).isEmpty();
    new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
    assertEnds(process, 130);
    assertThat(Files.readString(out)).startsWith("A\n");
    assertThat(Files.readString(err()))
        .contains("tutti: failed: bad: ")
        .containsPattern("tutti: interrupted: [23] of 5 items done, 1 of them failed\n$");
  }

  /** Nobody reads what it says: it ends all the same, and its workers with it. */
  @Test
  void map_interruptedWhileStderrIsFull_ends() throws Exception {
    Path in = Files.writeString(folder.resolve("stdin"), "bad\n".repeat(20_000));
    Process process =
        command("map", "Some.java", "--stdin", "--workers", "1")
            .redirectInput(in.toFile())
            .redirectOutput(folder.resolve("stdout").toFile())
            .start();
    while (process.getErrorStream().available() < NEARLY_A_PIPE_BYTES) {
      assertThat(process.isAlive()).as("it runs").isTrue();
      assertThat(process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)).isFalse();
    }
    interrupt(process);
  }

  /** A disk that is full is said once, and is no success. */
  @Test
  void map_outputIsFull_saysSo() throws Exception {
    Process process = start(Path.of("/dev/full"), "map", "Some.java", "a", "b");
    assertEnds(process, 1);
    assertThat(Files.readString(err()))
        .isEqualTo(
            "tutti: cannot write to standard output: java.io.IOException: No space left on device\n");
  }

  /** A wrong option is refused before anything is compiled or started. */
  @Test
  void map_wrongOptions_status2() throws Exception {
    String[][] wrong = { // what is said, and the options
      {"timeout=30", "--timeout", "30"},
      {"timeout=0s", "--timeout", "0s"},
      {"retries=-1", "--retries", "-1"},
      {"retries=2147483647", "--retries", "2147483647"},
      {"heap=512", "--heap", "512"},
      {"heap=1m", "--heap", "1m"},
      {"recycle=0", "--recycle", "0"},
      {"chunk=0", "--chunk", "0"},
      {"workers=0", "--workers", "0"},
      {"backend=cluster", "--backend", "cluster"},
      {"backend=threads", "--backend", "threads", "--heap", "64m"},
      {"mutually exclusive", "--keep-going", "--stop-at-first"}
    };
    for (String[] options : wrong) {
      List<String> args = new ArrayList<>(List.of(options));
      args.set(0, "map");
      args.addAll(1, List.of("Missing.java", "a"));
      assertEnds(start(folder.resolve("stdout"), args.toArray(String[]::new)), ExitCode.USAGE);
      assertThat(Files.readString(err()))
          .startsWith("tutti: ")
          .contains(options[0])
          .doesNotContain("Error", "\tat ");
    }
  }
}
