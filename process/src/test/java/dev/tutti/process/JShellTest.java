package dev.tutti.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tutti.Pool;
import dev.tutti.testkit.LeakCheck;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is typed in JShell runs in worker processes. */
@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class JShellTest {
  private static final String PROMPT = "jshell> ";

  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  @AfterEach
  void nothingIsLeft() {
    assertThat(Os.workers()).isEmpty();
  }

  private JShell open(String engine) {
    String classPath = MemoryLoader.classPath();
    PrintStream talk = new PrintStream(said, true);
    JShell.Builder builder =
        JShell.builder()
            .out(talk)
            .err(talk)
            .compilerOptions("-classpath", classPath)
            .remoteVMOptions("-classpath", classPath, "-Dtutti.aot=off");
    if (!engine.isEmpty()) {
      builder.executionEngine(engine);
    }
    return builder.build();
  }

  /** {@return the value of the last of some snippets} */
  private String type(JShell shell, String... snippets) {
    String value = "";
    for (String snippet : snippets) {
      for (SnippetEvent event : shell.eval(snippet)) {
        assertThat(event.exception()).as("%s: %s", snippet, said).isNull();
        if (event.causeSnippet() == null) {
          List<String> problems =
              shell.diagnostics(event.snippet()).map(problem -> problem.getMessage(null)).toList();
          assertThat(event.status())
              .as("%s: %s %s", snippet, problems, said)
              .isEqualTo(Snippet.Status.VALID);
          value = event.value() == null ? "" : event.value();
        }
      }
    }
    return value;
  }

  /**
   * Functions, items, results and exceptions of typed classes, in the shell's own process and in
   * another.
   */
  @ParameterizedTest
  @ValueSource(strings = {"", "local"})
  void map_typedInJShell_runsInWorkers(String engine) {
    try (JShell shell = open(engine)) {
      type(
          shell,
          "import dev.tutti.*;",
          "import java.util.*;",
          "int twice(int n) { return 2 * n; }",
          "record Point(int x, int y) implements java.io.Serializable {}",
          "class Stumble extends RuntimeException { Stumble(String text) { super(text); } }",
          "var pool = Pool.processes(1);");
      assertThat(type(shell, "pool.map(List.of(1, 2, 3), n -> twice(n))")).isEqualTo("[2, 4, 6]");
      assertThat(type(shell, "pool.map(List.of(new Point(3, 4)), p -> new Point(p.y(), p.x()))"))
          .isEqualTo("[Point[x=4, y=3]]");
      assertThat(
              type(
                  shell,
                  """
                  String caught(int n) {
                    try {
                      return pool.submit(() -> { if (n > 0) throw new Stumble("over " + n); return "none"; }).get();
                    } catch (Exception e) {
                      return (e.getCause() instanceof Stumble) + " " + e.getCause().getMessage();
                    }
                  }
                  """,
                  "caught(7)"))
          .isEqualTo("\"true over 7\"");
      assertThat(
              type(
                  shell,
                  "int twice(int n) { return 20 * n; }",
                  "pool.map(List.of(1, 2, 3), n -> twice(n))"))
          .isEqualTo("[20, 40, 60]");
      type(shell, "pool.close()");
    }
  }

  /**
   * The engine "local" runs each snippet in a thread group, and goes on when the threads that it
   * finds there have ended.
   */
  @ParameterizedTest
  @ValueSource(strings = {"processes", "threads"})
  void open_inAThreadGroup_noThreadOfThePoolStaysInIt(String backend) throws Exception {
    ThreadGroup group = new ThreadGroup("snippet");
    FutureTask<Pool> opened =
        new FutureTask<>(() -> {
          Pool pool = backend.equals("threads") ? Pool.threads(2) : Pool.processes(2);
          pool.map(List.of(1, 2), n -> n);
          assertThat(pool.stream(List.of(1, 2, 3), n -> n).findFirst()).hasValue(1);
          return pool;
        });
    Thread snippet = new Thread(group, opened);
    snippet.start();
    snippet.join();
    try (Pool pool = opened.get()) {
      assertThat(pool.submit(() -> 1).get()).isEqualTo(1);
      // The keeper, which is in it while work is open and a moment longer, ends.
      await().untilAsserted(() -> assertThat(threadsOf(group)).isEmpty());
    }
  }

  private static Thread[] threadsOf(ThreadGroup group) {
    Thread[] threads = new Thread[8];
    return Arrays.copyOf(threads, group.enumerate(threads));
  }

  /** The session in the guide does what it shows. */
  @Test
  void session_ofTheGuide_isAsShown() throws IOException {
    List<String> lines =
        Files.readString(Path.of("../docs/guide/classes.md"))
            .lines()
            .dropWhile(line -> !line.equals("```jshell"))
            .skip(1)
            .takeWhile(line -> !line.equals("```"))
            .toList();
    assertThat(lines).hasSizeGreaterThan(10);
    String value = "";
    try (JShell shell = open("local")) {
      type(
          shell,
          "import java.io.*;", // as the tool does
          "import java.util.*;",
          "import java.util.stream.*;");
      for (String line : lines) {
        if (line.startsWith(PROMPT)) {
          value = type(shell, line.substring(PROMPT.length()) + ";");
        } else {
          assertThat("==> " + value).isEqualTo(line);
        }
      }
    }
  }
}
