package dev.tutti.process;

import static dev.tutti.process.OwnJvms.OPTIONS;
import static dev.tutti.process.OwnJvms.QUICK;
import static dev.tutti.process.OwnJvms.failureOf;
import static dev.tutti.process.OwnJvms.lossOf;
import static dev.tutti.process.OwnJvms.waiting;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.plan.DataSize;
import dev.tutti.task.NotSendableException;
import dev.tutti.task.Task;
import dev.tutti.task.WorkerLostException;
import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class JvmProcessTest {
  @TempDir private Path folder;
  private Marks marks;

  @BeforeEach
  void mark() {
    marks = new Marks(folder);
  }

  // ---------------------------------------------------------------- life

  /** A process is alive from its start to the end of its task, and knows who it is. */
  @Test
  void start_task_isAliveThenHasResultAndStatus() throws Exception {
    Marks m = marks;
    String captured = "captured";
    Task<List<Object>> task =
        () -> {
          m.await("go");
          return List.of(
              captured,
              JvmProcess.current().orElseThrow().name(),
              ProcessHandle.current().pid(),
              JvmProcess.parent().orElseThrow().pid(),
              JvmProcess.parent().orElseThrow().isAlive(),
              Thread.currentThread().getName());
        };
    try (JvmProcess<List<Object>> process = JvmProcess.start(task, OPTIONS.withName("my name"))) {
      assertThat(process.isAlive()).isTrue();
      assertThat(process.exitStatus()).isEmpty();
      assertThat(process.result()).isNotDone();
      assertThat(process.onExit()).isNotDone();
      assertThat(process.name()).isEqualTo("my name");
      assertThat(process.isDaemon()).isFalse();
      assertThat(JvmProcess.children()).containsExactly(process);
      assertThat(ProcessHandle.current().children().map(ProcessHandle::pid))
          .contains(process.pid());
      assertThat(process).hasToString("JvmProcess[name=my name, pid=%d, alive]", process.pid());
      CompletableFuture<JvmProcess<List<Object>>> exit = process.onExit();
      CompletableFuture<List<Object>> cancelled = process.result();
      cancelled.cancel(true);
      marks.leave("go");

      long own = ProcessHandle.current().pid();
      assertThat(Await.result(process.result()))
          .containsExactly("captured", "my name", process.pid(), own, true, "my name");
      assertThat(Await.result(exit)).isSameAs(process);
      assertThat(process.isAlive()).isFalse();
      assertThat(process.exitStatus()).hasValue(0);
      assertThat(JvmProcess.children()).isEmpty();
      assertThat(process).hasToString("JvmProcess[name=my name, pid=%d, exit=0]", process.pid());
    }
    assertThat(JvmProcess.current()).isEmpty();
    assertThat(JvmProcess.parent()).isEmpty();
  }

  /** It lives on after its task while a thread runs that is no daemon, as any JVM does. */
  @Test
  void join_taskLeavesThread_waitsForIt() throws Exception {
    Marks m = marks;
    try (JvmProcess<String> process =
        JvmProcess.start(
            () -> {
              Thread.ofPlatform().start(() -> m.await("go"));
              Thread.ofPlatform().daemon().start(() -> m.await("never"));
              return "result";
            },
            OPTIONS)) {
      assertThat(Await.result(process.result())).isEqualTo("result");
      assertThat(process.join(Duration.ofMillis(50))).isFalse();
      assertThat(process.isAlive()).isTrue();
      process.interrupt(); // the task is past that
      marks.leave("go");
      process.join();
      assertThat(process.exitStatus()).hasValue(0);
    }
  }

  /** A wait of no time or of less is over at once. */
  @Test
  void join_zeroOrNegative_returnsAtOnce() throws Exception {
    try (JvmProcess<Void> process = waiting(marks, "waits")) {
      long start = System.nanoTime();
      assertThat(process.join(Duration.ZERO)).isFalse();
      assertThat(process.join(Duration.ofSeconds(-1))).isFalse();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
      assertThat(process.isAlive()).isTrue();
      process.kill();
      assertThat(process.join(Duration.ofSeconds(Long.MAX_VALUE))).isTrue();
      assertThat(process.join(Duration.ZERO)).isTrue();
    }
  }

  /** A result far larger than the channel holds does not keep the process from ending. */
  @Test
  void join_beforeLargeResult_ends() throws Exception {
    int size = 64 << 20;
    try (JvmProcess<byte[]> process =
        JvmProcess.start(
            () -> new byte[size], OPTIONS.withJvm(QUICK.withHeap(DataSize.mib(512))))) {
      process.join();
      assertThat(process.exitStatus()).hasValue(0);
      assertThat(process.result()).isDone();
      assertThat(process.result().join()).hasSize(size);
    }
  }

  /** What a user hangs on a future may wait for the same process. */
  @Test
  void result_dependentJoinsProcess_bothEnd() throws Exception {
    Marks m = marks;
    try (JvmProcess<Integer> process =
        JvmProcess.start(
            () -> {
              m.await("go");
              return 7;
            },
            OPTIONS)) {
      CompletableFuture<Boolean> after =
          process
              .result()
              .thenApply(_ -> {
                try {
                  return process.join(Await.PATIENCE);
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      marks.leave("go");
      assertThat(Await.result(after)).isTrue();
    }
  }

  /** Processes start processes, two deep and two wide. */
  @Test
  void start_insideProcess_familyComesBackInOrder() throws Exception {
    try (JvmProcess<List<String>> process = JvmProcess.start(() -> family(List.of()), OPTIONS)) {
      assertThat(Await.result(process.result()))
          .containsExactly("[]", "[0]", "[0, 0]", "[0, 1]", "[1]", "[1, 0]", "[1, 1]");
    }
  }

  private static List<String> family(List<Integer> id) throws Exception {
    List<String> ids = new ArrayList<>(List.of(id.toString()));
    if (id.size() < 2) {
      for (int i = 0; i < 2; i++) {
        List<Integer> child = new ArrayList<>(id);
        child.add(i);
        try (JvmProcess<List<String>> process = JvmProcess.start(() -> family(child), OPTIONS)) {
          assertThat(JvmProcess.children()).containsExactly(process);
          ids.addAll(process.result().get());
        }
      }
    }
    return ids;
  }

  /** Many processes at once end well; many at once are terminated. */
  @Test
  void start_manyAtOnce_allEndAsTheyShould() throws Exception {
    Marks m = marks;
    List<JvmProcess<Integer>> good =
        IntStream.range(0, 8).mapToObj(i -> JvmProcess.start(() -> i * i, OPTIONS)).toList();
    for (int i = 0; i < good.size(); i++) {
      good.get(i).close();
      assertThat(good.get(i).exitStatus()).hasValue(0);
      assertThat(good.get(i).result().join()).isEqualTo(i * i);
    }
    List<JvmProcess<Void>> ended =
        IntStream.range(0, 8).mapToObj(i -> waiting(m, "waits" + i)).toList();
    ended.forEach(JvmProcess::terminate); // some of them before their JVM has begun
    for (JvmProcess<Void> process : ended) {
      process.close();
      assertThat(process.exitStatus()).hasValue(143);
      assertThat(lossOf(process).reason()).isEqualTo("terminate() was called");
    }
  }

  // ---------------------------------------------------------------- failure

  /** What the task throws comes back, and is printed in the process with type and line. */
  @Test
  void result_taskThrows_causeComesBackAndIsPrinted() throws Exception {
    try (JvmProcess<Void> process = JvmProcess.start(JvmProcessTest::throwsUp, OPTIONS)) {
      Throwable failure = failureOf(process);
      process.join();
      assertThat(failure).isInstanceOf(IllegalStateException.class).hasMessage("broken on purpose");
      StackTraceElement top = failure.getStackTrace()[0];
      assertThat(top.getMethodName()).isEqualTo("throwsUp");
      assertThat(process.exitStatus()).hasValue(1);
      assertThat(process.stdout()).isEmpty();
      assertThat(String.join("\n", process.stderr()))
          .contains("java.lang.IllegalStateException: broken on purpose")
          .contains("JvmProcessTest.throwsUp(JvmProcessTest.java:" + top.getLineNumber() + ")")
          .contains("Caused by: java.io.IOException: beneath");
    }
  }

  private static void throwsUp() {
    throw new IllegalStateException("broken on purpose", new java.io.IOException("beneath"));
  }

  /** A process that ends before its task has ended tells how. */
  @Test
  void result_processEndsItself_reasonIsTold() throws Exception {
    try (JvmProcess<Integer> exits =
            JvmProcess.start(
                () -> {
                  System.err.println("last words");
                  return Deaths.exits(0);
                },
                OPTIONS);
        JvmProcess<Integer> halts = JvmProcess.start(() -> Deaths.halts(7), OPTIONS);
        JvmProcess<Integer> crashes = JvmProcess.start(Deaths::crashes, OPTIONS)) {
      WorkerLostException exit = lossOf(exits);
      assertThat(exit.reason()).isEqualTo("System.exit(0) was called by the task");
      assertThat(exit.exitStatus()).isZero();
      assertThat(exit.stderrTail()).contains("last words");
      assertThat(lossOf(halts).exitStatus()).isEqualTo(7);
      assertThat(lossOf(halts).reason()).isEqualTo("unknown");
      assertThat(lossOf(crashes).reason()).contains("JVM crashed").contains("SIGSEGV");
      assertThat(lossOf(crashes).crashLogHead()).isNotEmpty();
    }
  }

  /** A full heap is the task's failure; what cannot be sent back is one as well. */
  @Test
  void result_heapFullOrNotSendable_isFailureWithStatus1() throws Exception {
    try (JvmProcess<Integer> full =
            JvmProcess.start(Deaths::fillsHeap, OPTIONS.withJvm(QUICK.withHeap(DataSize.mib(32))));
        JvmProcess<Object> unsendable = JvmProcess.start(() -> new Object(), OPTIONS)) {
      assertThat(failureOf(full)).isInstanceOf(OutOfMemoryError.class);
      assertThat(failureOf(unsendable))
          .isInstanceOf(NotSendableException.class)
          .hasMessageContaining("java.lang.Object");
      full.join();
      unsendable.join();
      assertThat(full.exitStatus()).hasValue(1);
      assertThat(unsendable.exitStatus()).hasValue(1);
    }
  }

  /** A task that cannot travel is refused before there is a process. */
  @Test
  void start_taskCapturesWhatCannotTravel_isRefused() {
    Object lock = new Object();
    assertThatThrownBy(() -> JvmProcess.start(() -> lock.hashCode(), OPTIONS))
        .isInstanceOf(NotSendableException.class);
    assertThat(JvmProcess.children()).isEmpty();
  }

  /** A JVM that does not come up says why; what the system cannot start is told at once. */
  @Test
  void start_jvmCannotRun_causeIsTold() throws Exception {
    try (JvmProcess<Integer> badFlag =
            JvmProcess.start(
                () -> 1, OPTIONS.withJvm(WorkerJvm.DEFAULTS.withFlags("-XX:+Nonsense")));
        JvmProcess<Integer> badHeap =
            JvmProcess.start(
                () -> 1, OPTIONS.withJvm(WorkerJvm.DEFAULTS.withFlags("-Xms9m", "-Xmx8m")));
        JvmProcess<Integer> badJava =
            JvmProcess.start(
                () -> 1, OPTIONS.withJvm(WorkerJvm.DEFAULTS.withJava(Path.of("/no/such/java"))))) {
      assertThat(lossOf(badFlag))
          .hasMessageContaining("before the task had begun")
          .hasMessageContaining("Nonsense");
      assertThat(lossOf(badHeap)).hasMessageContaining("heap size");
      assertThat(lossOf(badJava)).hasMessageContaining("/no/such/java");
      assertThat(lossOf(badJava).exitStatus()).isEqualTo(127);
    }
    JvmOptions nowhere = OPTIONS.withJvm(WorkerJvm.DEFAULTS.withDirectory(folder.resolve("none")));
    assertThatThrownBy(() -> JvmProcess.start(() -> 1, nowhere))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith("cannot start process process-");
    assertThat(JvmProcess.children()).isEmpty();
  }

  // ---------------------------------------------------------------- streams

  /** What a process prints goes where it was told to go, and its input is empty. */
  @Test
  void streams_threePlaces_textIsThere() throws Exception {
    PrintStream realOut = System.out;
    PrintStream realErr = System.err;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    System.setOut(new PrintStream(out, true, UTF_8));
    System.setErr(new PrintStream(err, true, UTF_8));
    try {
      for (JvmStreams to : JvmStreams.values()) {
        try (JvmProcess<Integer> process =
            JvmProcess.start(
                () -> {
                  System.out.println("out zwölf " + to);
                  System.err.print("err " + to);
                  return System.in.read();
                },
                OPTIONS.withStreams(to))) {
          assertThat(process.result().get(20, SECONDS)).isEqualTo(-1);
          process.join();
          if (to == JvmStreams.CAPTURE) {
            assertThat(process.stdout()).containsExactly("out zwölf CAPTURE");
            assertThat(process.stderr()).containsExactly("err CAPTURE");
          } else {
            assertThatThrownBy(process::stdout)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("streams=" + to);
          }
        }
      }
    } finally {
      System.setOut(realOut);
      System.setErr(realErr);
    }
    assertThat(out.toString(UTF_8)).isEqualTo("out zwölf INHERIT\n");
    assertThat(err.toString(UTF_8)).isEqualTo("err INHERIT\n");
  }
}
