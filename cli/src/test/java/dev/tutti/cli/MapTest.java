package dev.tutti.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code tutti map}: inputs, results and how it ends. */
class MapTest extends CommandRun {
  @BeforeEach
  void sources() throws IOException {
    Files.writeString(
        folder.resolve("Some.java"),
        """
        import java.nio.file.Files;
        import java.nio.file.Path;

        class Some {
          public static Object any(String s) throws Exception {
            return switch (s) {
              case "null" -> null;
              case "lines" -> "a\\nb";
              case "exit" -> { System.exit(3); yield s; }
              case "throw" -> throw new java.io.IOException("no " + s);
              case "wait" -> { Thread.sleep(Long.MAX_VALUE); yield s; }
              default -> s.toUpperCase(java.util.Locale.ROOT);
            };
          }

          public static long size(Path file) throws Exception {
            return Files.size(file);
          }

          static String hidden(String s) {
            return s;
          }
        }
        """);
    Files.writeString(folder.resolve("Wrong.java"), "class Wrong { int x = \"\"; }");
    Files.writeString(
        folder.resolve("One.java"), "class One { public static int f(String s) { return 1; } }");
  }

  /** Results come in input order, one line each; nothing is left in the temporary folder. */
  @Test
  void map_processes_resultsInOrder() throws Exception {
    Ended ended = tutti("", "map", "Some.java::any", "a", "null", "lines", "ä", "--workers", "2");
    assertThat(ended).isEqualTo(new Ended(0, "A\n\na\\nb\nÄ\n", ""));
    try (Stream<Path> left = Files.list(temporary)) {
      assertThat(left.filter(file -> file.toString().contains("-map-"))).isEmpty();
    }
  }

  /** One bad input costs one line and the exit status; the others are done. */
  @Test
  void map_someFail_othersDone() throws Exception {
    Ended ended = tutti("", "map", "Some.java::any", "a", "exit", "b", "throw", "c");
    assertThat(ended.status()).isEqualTo(ExitCode.SOME_FAILED);
    assertThat(ended.out()).isEqualTo("A\nB\nC\n");
    assertThat(ended.err().lines())
        .containsExactly(
            ended
                .err()
                .lines()
                .filter(l -> l.startsWith("tutti: failed: exit: "))
                .findFirst()
                .orElse(""),
            "tutti: failed: throw: java.io.IOException: no throw",
            "tutti: 2 items failed");
    assertThat(ended.err()).contains("System.exit(3)", "exit status 3");
  }

  /** The items of standard input are ended by lines or NULs; a method may take a path. */
  @Test
  void map_stdin_linesOrNuls() throws Exception {
    assertThat(tutti("x\ny\n", "map", "One.java", "--stdin", "--backend", "threads").out())
        .isEqualTo("1\n1\n");
    Files.writeString(folder.resolve("a b\nc"), "12345");
    assertThat(tutti("a b\nc\0", "map", "Some.java::size", "--null", "--backend", "threads").out())
        .isEqualTo("5\n");
  }

  /** With --json each input is an object on its line, failed ones too. */
  @Test
  void map_json_objectEach() throws Exception {
    Ended ended =
        tutti("", "map", "Some.java::any", "a", "throw", "--json", "--backend", "sequential");
    assertThat(ended.out().lines().map(line -> line.replaceAll("\"seconds\":[^}]*", "s")))
        .containsExactly(
            "{\"input\":\"a\",\"index\":0,\"result\":\"A\",s}",
            "{\"input\":\"throw\",\"index\":1,\"error\":\"java.io.IOException: no throw\",s}");
    assertThat(ended.status()).isEqualTo(ExitCode.SOME_FAILED);
  }

  /** An input that takes too long costs one line; one that fails at first is tried again. */
  @Test
  void map_timeoutAndRetries_areTaken() throws Exception {
    Files.writeString(
        folder.resolve("Slow.java"),
        """
        import java.nio.file.*;

        class Slow {
          public static String f(String s) throws Exception {
            if (s.equals("loop")) {
              while (true) {
                Thread.onSpinWait();
              }
            }
            if (s.equals("twice") && Files.notExists(Path.of("tried"))) {
              Files.createFile(Path.of("tried"));
              throw new IllegalStateException("once");
            }
            if (s.equals("error") && Files.notExists(Path.of("failed"))) {
              Files.createFile(Path.of("failed"));
              throw new OutOfMemoryError("once");
            }
            return s + (Runtime.getRuntime().maxMemory() <= 96 << 20);
          }
        }
        """);
    Ended ended =
        tutti(
            "",
            "map",
            "Slow.java",
            "a",
            "loop",
            "twice",
            "error",
            "--timeout",
            "700ms",
            "--retries",
            "1",
            "--heap",
            "96m",
            "--recycle",
            "2",
            "--unordered",
            "--chunk",
            "1");
    assertThat(ended.status()).as(ended.err()).isEqualTo(1);
    assertThat(ended.out().lines()).containsExactlyInAnyOrder("atrue", "twicetrue", "errortrue");
    assertThat(ended.err()).contains("loop").contains("0.7");
  }

  /** The first failure ends the run, where that is asked for. */
  @Test
  void map_stopAtFirst_restIsNotDone() throws Exception {
    Ended ended =
        tutti(
            "",
            "map",
            "Some.java::any",
            "a",
            "throw",
            "b",
            "--stop-at-first",
            "--chunk",
            "1",
            "--workers",
            "1");
    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.out()).isEqualTo("A\n");
    assertThat(ended.err()).contains("no throw");
  }

  /** An input that fails ends the run at once, also where one before it would run for ever. */
  @Test
  void map_stopAtFirstBehindSlowInput_endsAtOnce() throws Exception {
    Ended ended =
        tutti(
            "",
            "map",
            "Some.java::any",
            "wait",
            "a",
            "throw",
            "b",
            "--stop-at-first",
            "--chunk",
            "1",
            "--workers",
            "2");
    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.out()).isEqualTo("A\n");
    assertThat(ended.err())
        .contains("tutti: failed: throw: java.io.IOException: no throw", "1 item failed");
  }

  /** So many virtual threads as workers are asked for, and no more. */
  @Test
  void map_virtualWithWorkers_soManyAtOnce() throws Exception {
    Files.writeString(
        folder.resolve("Count.java"),
        """
        import java.util.concurrent.atomic.AtomicInteger;

        class Count {
          private static final AtomicInteger RUNNING = new AtomicInteger();

          public static boolean f(String s) throws Exception {
            int now = RUNNING.incrementAndGet();
            Thread.sleep(5);
            RUNNING.decrementAndGet();
            return now <= 2;
          }
        }
        """);
    Ended ended =
        tutti("x\n".repeat(40), "map", "Count.java", "--stdin", "--backend=virtual", "--workers=2");
    assertThat(ended).isEqualTo(new Ended(0, "true\n".repeat(40), ""));
  }

  /** Where no worker can be started any more, the rest has failed; what was done is done. */
  @Test
  void map_noFurtherWorker_restFails() throws Exception {
    Files.writeString(
        folder.resolve("Last.java"),
        """
        import java.nio.file.*;

        class Last {
          public static String f(String s) throws Exception {
            if (s.equals("last")) { // takes away what the next worker needs
              Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
              try (var pools = Files.newDirectoryStream(temporary, "tutti-[0-9]*")) {
                for (Path pool : pools) {
                  if (pool.toString().contains("-map-")) {
                    continue; // its classes
                  }
                  try (var all = Files.walk(pool)) {
                    for (Path path : all.toList().reversed()) {
                      Files.delete(path);
                    }
                  }
                  Files.createFile(pool); // else the folder is made again
                }
              }
              Runtime.getRuntime().halt(1);
            }
            return s;
          }
        }
        """);
    Ended ended =
        tutti("", "map", "Last.java", "a", "last", "b", "c", "--workers", "1", "--chunk", "1");
    assertThat(ended.status()).as(ended.err()).isEqualTo(ExitCode.SOME_FAILED);
    assertThat(ended.out()).isEqualTo("a\n");
    assertThat(ended.err())
        .contains("failed: last: ", "failed: b: ", "failed: c: ", "tutti: 3 items failed");
  }

  /** Results that are together longer than memory wait for the first one, and come in order. */
  @Test
  void map_longResultsWaitForFirst_allInOrder() throws Exception {
    Files.writeString(
        folder.resolve("Long.java"),
        """
        import java.nio.file.*;

        class Long {
          public static String f(String s) throws Exception {
            if (s.equals("199")) {
              Files.createFile(Path.of("mark"));
            }
            while (s.equals("0") && Files.notExists(Path.of("mark"))) {
              Thread.sleep(10);
            }
            return s + ":" + "x".repeat(s.length() < 3 ? 0 : 500_000);
          }
        }
        """);
    List<String> inputs = IntStream.range(0, 200).mapToObj(Integer::toString).toList();
    // A worker gets the first hundred, of which one waits for the last of the other hundred.
    Ended ended =
        tutti(
            String.join("\n", inputs),
            List.of("-Xmx40m"),
            "map",
            "Long.java",
            "--stdin",
            "--workers=2",
            "--chunk=100");
    assertThat(ended.err()).isEmpty();
    assertThat(ended.status()).isZero();
    assertThat(ended.out().lines().map(line -> line.substring(0, line.indexOf(':'))))
        .isEqualTo(inputs);
    assertThat(ended.out().chars().filter(c -> c == 'x').count()).isEqualTo(50_000_000);
  }

  /** A thread that dies for want of memory may leave others waiting for ever: the command ends. */
  @Test
  void map_threadDiesOfMemory_brokenOff() throws Exception {
    Files.writeString(
        folder.resolve("Full.java"),
        """
        class Full {
          public static String f(String s) throws Exception {
            Thread.ofPlatform().start(() -> { throw new OutOfMemoryError("Java heap space"); });
            Thread.sleep(Long.MAX_VALUE);
            return s;
          }
        }
        """);
    Ended ended = tutti("", "map", "Full.java", "a", "--backend=threads");
    assertThat(ended.status()).isEqualTo(ExitCode.SOME_FAILED);
    assertThat(ended.err()).matches("tutti: out of memory: heap=[0-9]+m; give .*\n");
  }

  /** An input that is not UTF-8 ends the run, after those before it; nothing is made of it. */
  @Test
  void map_stdinNotUtf8_brokenOff() throws Exception {
    Ended ended =
        Ended.after(
            folder,
            temporary,
            new byte[] {'a', '\n', (byte) 0xe4, '\n', 'b', '\n'},
            List.of(),
            "map",
            "Some.java::any",
            "--stdin",
            "--backend",
            "threads");
    assertThat(ended.status()).isEqualTo(ExitCode.SOME_FAILED);
    assertThat(ended.out()).isEqualTo("A\n");
    assertThat(ended.err()).startsWith("tutti: input 2 is not UTF-8: \ufffd; convert ");
  }

  /** Compile errors are shown as the compiler shows them. */
  @Test
  void map_doesNotCompile_usage() throws Exception {
    Ended ended = tutti("", "map", "Wrong.java", "a");
    assertThat(ended.status()).isEqualTo(ExitCode.USAGE);
    assertThat(ended.err())
        .contains("Wrong.java:1: error: incompatible types", "1 error", "tutti: Wrong.java does");
    assertThat(ended.out()).isEmpty();
  }

  /** Which method is meant must be clear, or all that could be are listed. */
  @Test
  void map_methodUnclear_listed() throws Exception {
    Ended several = tutti("", "map", "Some.java", "a");
    assertThat(several.status()).isEqualTo(ExitCode.USAGE);
    assertThat(several.err())
        .contains("any(String) of class Some", "size(Path) of class Some")
        .doesNotContain("hidden");
    assertThat(tutti("", "map", "Some.java::hidden", "a").err())
        .contains("no method 'hidden'", "public static", "any(String)");
  }

  /** Workers are counted as joblib does, on the command line and by the property. */
  @Test
  void map_negativeWorkers_areProcessorsLess() throws Exception {
    Ended ended = tutti("", "map", "Some.java::any", "a", "--workers", "-2");
    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(ended.out()).isEqualTo("A\n");
    Ended wrong = tutti("", "map", "Some.java::any", "a", "--workers", "0");
    assertThat(wrong.status()).isEqualTo(2);
    assertThat(wrong.err()).contains("workers=0");
  }
}
