package dev.tutti.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The command, but for {@code map}, whose tests are its own. */
class CommandTest extends CommandRun {
  @BeforeEach
  void sources() throws IOException {
    Files.writeString(
        folder.resolve("Some.java"),
        """
        class Some {
          public static String any(String s) {
            return s.toUpperCase(java.util.Locale.ROOT);
          }
        }
        """);
    Files.writeString(
        folder.resolve("One.java"), "class One { public static int f(String s) { return 1; } }");
  }

  /** Wrong usage says what is wrong and where to read on. */
  @Test
  void anyCommand_wrongUsage_status2() throws Exception {
    assertThat(tutti("").err()).contains("a command is missing", "try 'tutti --help'");
    assertThat(tutti("", "map", "One.java").err()).contains("no inputs");
    assertThat(tutti("", "map", "One.java", "a", "--stdin").err()).contains("not from both");
    Ended unknown = tutti("", "map", "One.java", "--nope");
    assertThat(unknown.status()).isEqualTo(ExitCode.USAGE);
    assertThat(unknown.err()).contains("--nope", "write --");
  }

  /** The demo makes its files, prints a line for each and the table, and keeps valid files. */
  @Test
  void demo_sequentialAndThreads_filesAndTable() throws Exception {
    Ended ended =
        tutti(
            "",
            "demo",
            "etl",
            "--dir",
            "d",
            "--files",
            "2",
            "--seconds",
            "0.1",
            "--backend",
            "sequential,threads",
            "--workers",
            "2");
    assertThat(ended.status()).isZero();
    assertThat(
            ended
                .out()
                .lines()
                .filter(line -> line.matches("tone-0[01]\\.wav completed in \\d+\\.\\d\\d s")))
        .hasSize(4);
    assertThat(ended.out()).contains("backend", "per file", "speed-up", "sequential", "threads");
    Path made = folder.resolve("d").resolve("tone-00.wav");
    var before = Files.getLastModifiedTime(made);
    tutti(
        "",
        "demo",
        "etl",
        "--dir",
        "d",
        "--files",
        "2",
        "--seconds",
        "0.1",
        "--backend",
        "threads");
    assertThat(Files.getLastModifiedTime(made)).isEqualTo(before);
    try (Stream<Path> files = Files.list(folder.resolve("d"))) {
      assertThat(files).hasSize(4);
    }
  }

  /** With --json there is one object on standard output, and the rest is talk. */
  @Test
  void demo_json_oneObject() throws Exception {
    Ended ended =
        tutti(
            "",
            "demo",
            "etl",
            "--dir",
            "d",
            "--files",
            "2",
            "--seconds",
            "0.1",
            "--backend",
            "virtual",
            "--json");
    assertThat(ended.out())
        .hasLineCount(1)
        .startsWith("{\"files\":2,\"seconds\":0.1,\"runs\":[{\"backend\":\"virtual\",")
        .contains(
            "\"chunk\":\"adaptive\",\"total_s\":", "\"speedup\":null", "\"items\":[{\"input\":");
    assertThat(ended.err()).contains("tutti: tone-00.wav completed in ");
  }

  /** A folder that cannot be, and numbers without sense, are refused before anything is done. */
  @Test
  void demo_wrongOptions_refused() throws Exception {
    Ended file = tutti("", "demo", "etl", "--dir", "One.java", "--files", "1");
    assertThat(file.status()).isEqualTo(ExitCode.NOT_STARTED);
    assertThat(file.err()).contains("cannot use --dir", "One.java");
    assertThat(tutti("", "demo", "etl", "--files", "0").status()).isEqualTo(ExitCode.USAGE);
    assertThat(tutti("", "demo", "etl", "--seconds", "-1").status()).isEqualTo(ExitCode.USAGE);
    assertThat(tutti("", "demo", "etl", "--backend", "x").status()).isEqualTo(ExitCode.USAGE);
    Ended large = tutti("", "demo", "etl", "--dir", "d", "--files", "90000", "--seconds", "24000");
    assertThat(large.status()).isEqualTo(ExitCode.NOT_STARTED);
    assertThat(large.err()).contains("not enough room");
  }

  /** The comparison has the normal run, and a row for each number of workers and chunk size. */
  @Test
  void compare_workersAndChunks_table() throws Exception {
    Ended ended =
        tutti(
            "",
            "compare",
            "Some.java::any",
            "a",
            "b",
            "--backend",
            "threads",
            "--workers",
            "1,2",
            "--chunk",
            "1,adaptive");
    assertThat(ended.status()).isZero();
    assertThat(ended.out().lines().map(line -> line.replaceFirst(" .*", "")))
        .startsWith("backend", "normal", "threads", "threads", "threads", "threads");
  }

  @Test
  void version_asked_printed() throws Exception {
    assertThat(tutti("", "--version").out()).startsWith("tutti ").contains("JDK 25");
    assertThat(tutti("", "map", "--help").out()).contains("Usage: tutti map", "Exit codes:");
  }

  /** The doctor starts a worker, and lists where each default comes from. */
  @Test
  void doctor_here_looksAtMachineAndDefaults() throws Exception {
    Ended ended = tutti("", List.of("-Dtutti.workers=-2"), "doctor");
    assertThat(ended.status()).as(ended.out() + ended.err()).isZero();
    assertThat(ended.out())
        .containsPattern("JDK +ok +25")
        .containsPattern("a worker +ok +starts in \\d+ ms")
        .containsPattern("tutti.workers +ok +\\d+ \\(system property\\)")
        .containsPattern("tutti.backend +ok +threads \\(built in\\)");
    assertThat(ended.err()).isEmpty();
  }

  /** The backend that chooses is one for pools, and none for a run of the command. */
  @Test
  void auto_byProperty_isADefaultAndNotForMap() throws Exception {
    Ended looked = tutti("", List.of("-Dtutti.backend=auto"), "doctor");
    assertThat(looked.out()).containsPattern("tutti.backend +ok +auto \\(system property\\)");
    Ended ran = tutti("", List.of("-Dtutti.backend=auto"), "map", "Some.java::any", "a");
    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.err())
        .contains("property tutti.backend must be one of sequential, threads, virtual, processes")
        .contains("tutti.backend=auto; or name one by --backend");
  }

  /** A default that makes no sense is found, by its name. */
  @Test
  void doctor_senselessProperty_isNamed() throws Exception {
    Ended ended = tutti("", List.of("-Dtutti.workers=many"), "doctor", "--json");
    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.out().lines()).hasSize(1);
    assertThat(ended.out()).contains("\"state\":\"bad\"").contains("tutti.workers=many");
  }
}
