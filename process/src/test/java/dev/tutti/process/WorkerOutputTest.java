package dev.tutti.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tutti.Pool;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("system")
@Timeout(60)
class WorkerOutputTest {
  private static Pool pool;

  private final PrintStream realOut = System.out;
  private final PrintStream realErr = System.err;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeAll
  static void open() {
    pool = Pool.open(options());
  }

  @AfterAll
  static void close() {
    pool.close();
  }

  @BeforeEach
  void exchangeStreams() {
    System.setOut(new PrintStream(out, true, UTF_8));
    System.setErr(new PrintStream(err, true, UTF_8));
  }

  @AfterEach
  void putStreamsBack() {
    System.setOut(realOut);
    System.setErr(realErr);
  }

  private static ProcessOptions options() {
    return ProcessOptions.DEFAULTS
        .withWorkers(2)
        .withJvmFlags("-XX:TieredStopAtLevel=1", "-Dstdout.encoding=UTF-8");
  }

  private void awaitOut(String text) {
    await().atMost(20, SECONDS).until(() -> out.toString(UTF_8).contains(text));
  }

  /** What tasks print goes to the streams of the same name that the program has at that time. */
  @Test
  void print_streamsExchanged_goesToTheNewOnes() throws Exception {
    pool.submit(
            () -> {
              System.out.println("to out: zwölf");
              System.err.println("to err");
            })
        .get();
    awaitOut("to out: zwölf\n");
    await().atMost(20, SECONDS).until(() -> err.toString(UTF_8).contains("to err\n"));
    assertThat(out.toString(UTF_8)).doesNotContain("to err");
    assertThat(err.toString(UTF_8)).doesNotContain("to out");
  }

  /** Megabytes from several workers arrive whole, each line unbroken and in its worker's order. */
  @Test
  void print_megabytesFromTwoWorkers_linesStayWhole() {
    int lines = 15_000;
    List<Long> pids =
        pool.map(
            List.of(1, 2),
            _ -> {
              long pid = ProcessHandle.current().pid();
              for (int i = 0; i < lines; i++) {
                System.out.println("mega " + pid + " " + i + " " + "x".repeat(60) + " end");
              }
              return pid;
            });
    await().atMost(30, SECONDS).until(() -> mega().count() == 2L * lines);
    Map<String, Integer> next = new HashMap<>();
    mega()
        .forEach(line -> {
          String[] words = line.split(" ", -1);
          assertThat(words).hasSize(5);
          assertThat(pids).contains(Long.valueOf(words[1]));
          assertThat(words[3]).hasSize(60);
          assertThat(words[4]).isEqualTo("end");
          int expected = next.merge(words[1], 1, Integer::sum) - 1;
          assertThat(Integer.parseInt(words[2]) % lines).isEqualTo(expected % lines);
        });
  }

  private java.util.stream.Stream<String> mega() {
    return out.toString(UTF_8).lines().filter(line -> line.startsWith("mega "));
  }

  /** A very long line arrives whole. */
  @Test
  void print_longLine_arrivesWhole() throws Exception {
    pool.submit(() -> System.out.println("long " + "y".repeat(300_000) + " end")).get();
    awaitOut("long " + "y".repeat(300_000) + " end\n");
  }

  /** A task that closes System.out harms nobody; later prints of that worker go nowhere. */
  @Test
  void close_ofSystemOutByTask_poolGoesOn() throws Exception {
    try (Pool one = Pool.open(options().withWorkers(1))) {
      long pid =
          one.submit(
                  () -> {
                    System.out.println("before");
                    System.out.close();
                    System.err.close();
                    return ProcessHandle.current().pid();
                  })
              .get();
      awaitOut("before\n");
      long after =
          one.submit(
                  () -> {
                    System.out.println("x".repeat(200_000));
                    return ProcessHandle.current().pid();
                  })
              .get();
      assertThat(after).isEqualTo(pid);
    }
  }

  /** A program that has closed its System.out, or whose stream throws, keeps its workers. */
  @Test
  void print_parentsStreamIsBroken_tasksGoOn() throws Exception {
    System.out.close();
    assertThat(printsMuch()).isEqualTo(1);
    System.setOut(
        new PrintStream(OutputStream.nullOutputStream(), false, UTF_8) {
          @Override
          public void write(byte[] bytes, int from, int length) {
            throw new IllegalStateException("broken on purpose");
          }
        });
    assertThat(printsMuch()).isEqualTo(1);
    System.setOut(new PrintStream(out, true, UTF_8));
    pool.map(IntStream.range(0, 10).boxed().toList(), WorkerOutputTest::says);
    awaitOut("says 9\n");
  }

  private static int says(int i) {
    System.out.println("says " + i);
    return i;
  }

  private static int printsMuch() throws Exception {
    return pool.submit(
            () -> {
              for (int i = 0; i < 5_000; i++) {
                System.out.println("much " + i + "x".repeat(60));
              }
              return 1;
            })
        .get(20, SECONDS);
  }

  /** What a program prints that a task has started comes out as well. */
  @Test
  void print_byProgramOfTask_arrives() throws Exception {
    pool.submit(() -> new ProcessBuilder("echo", "from a program").inheritIO().start().waitFor())
        .get();
    awaitOut("from a program\n");
  }

  /** A last line without its end arrives when the worker leaves, before close returns. */
  @Test
  void print_noNewlineBeforeClose_arrives() throws Exception {
    try (Pool one = Pool.open(options().withWorkers(1))) {
      one.submit(
              () -> {
                System.out.print("no newline");
                System.out.flush();
              })
          .get();
    }
    assertThat(out.toString(UTF_8)).contains("no newline\n");
  }

  /** In the place where both streams go to standard error, nothing is on standard output. */
  @Test
  void withOutput_otherPlaces_goThere() throws Exception {
    List<WorkerOutput> places =
        new ArrayList<>(List.of(WorkerOutput.STDERR, WorkerOutput.NAMED, WorkerOutput.DISCARD));
    for (WorkerOutput place : places) {
      try (Pool one = Pool.open(options().withWorkers(1).withOutput(place))) {
        one.submit(
                () -> {
                  System.out.println("out " + place);
                  System.err.println("err " + place);
                })
            .get();
      }
    }
    assertThat(out.toString(UTF_8))
        .containsPattern("\\[tutti-p\\d+-worker-0\\] out NAMED\n")
        .doesNotContain("STDERR", "DISCARD");
    assertThat(err.toString(UTF_8))
        .contains("out STDERR\n", "err STDERR\n")
        .containsPattern("\\[tutti-p\\d+-worker-0\\] err NAMED\n")
        .doesNotContain("DISCARD");
  }

  /** A task that reads its standard input finds it empty, not the pool's own lines. */
  @Test
  void read_ofSystemIn_isAtItsEnd() throws Exception {
    assertThat(pool.submit(() -> System.in.read()).get()).isEqualTo(-1);
  }

  /** What was printed before close is there when the program ends right after it. */
  @Test
  void print_thenCloseAndExit_nothingIsLost() throws Exception {
    int lines = 30_000;
    try (ParentJvm parent = ParentJvm.start(Program.class, List.of(), Integer.toString(lines))) {
      parent.awaitSuccess();
      assertThat(parent.out())
          .isEqualTo(IntStream.range(0, lines).mapToObj(i -> "line " + i).toList());
    }
  }

  /** Who is slow to read what was printed gets it all the same: the program waits for him. */
  @Test
  void print_thenCloseAndSlowReader_nothingIsLost() throws Exception {
    int lines = 12_000; // what two pipes hold, so that the worker can end
    Process parent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Program.class.getName(),
                Integer.toString(lines))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(parent.waitFor(4, SECONDS)).as("it ends unread").isFalse();
    assertThat(parent.inputReader().lines().toList())
        .isEqualTo(IntStream.range(0, lines).mapToObj(i -> "line " + i).toList());
    assertThat(parent.waitFor()).isZero();
  }

  /** The parent. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) throws Exception {
      int lines = Integer.parseInt(args[0]);
      try (Pool pool = Pool.processes(1)) {
        pool.submit(
                () -> {
                  StringBuilder text = new StringBuilder();
                  for (int i = 0; i < lines; i++) {
                    text.append("line ").append(i).append('\n');
                  }
                  System.out.print(text);
                })
            .get();
      }
    }
  }
}
