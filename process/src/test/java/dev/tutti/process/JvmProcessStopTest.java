package dev.tutti.process;

import static dev.tutti.process.OwnJvms.OPTIONS;
import static dev.tutti.process.OwnJvms.failureOf;
import static dev.tutti.process.OwnJvms.lossOf;
import static dev.tutti.process.OwnJvms.waiting;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.task.Task;
import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The ways to end a process of its own, and who goes with it. */
@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class JvmProcessStopTest {
  @TempDir private Path folder;
  private Marks marks;

  @BeforeEach
  void mark() {
    marks = new Marks(folder);
  }

  /** Interrupt, terminate and kill end a process each in its own way. */
  @Test
  void stop_threeWays_statusTellsWhich() throws Exception {
    JvmProcess<Void> interrupted = waiting(marks, "interrupted");
    JvmProcess<Void> terminated = waiting(marks, "terminated");
    JvmProcess<Void> killed = waiting(marks, "killed");
    marks.await("interrupted");
    marks.await("terminated");
    marks.await("killed");
    assertThat(JvmProcess.children()).containsExactly(interrupted, terminated, killed);

    interrupted.interrupt();
    terminated.terminate();
    killed.kill();

    assertThat(failureOf(interrupted)).isInstanceOf(InterruptedException.class);
    for (JvmProcess<?> process : List.of(interrupted, terminated, killed)) {
      process.close();
      process.interrupt(); // nothing any more
      process.terminate();
      process.kill();
    }
    assertThat(interrupted.exitStatus()).hasValue(1);
    assertThat(terminated.exitStatus()).hasValue(143);
    assertThat(killed.exitStatus()).hasValue(137);
    assertThat(lossOf(terminated).reason()).isEqualTo("terminate() was called");
    assertThat(lossOf(killed).reason()).isEqualTo("kill() was called");
    assertThat(lossOf(killed).pid()).isEqualTo(killed.pid());
    assertThat(marks.count("hook of terminated")).isOne();
    assertThat(marks.count("hook of killed")).isZero();
  }

  /** An interrupt that comes before the task is kept for it. */
  @Test
  void interrupt_rightAfterStart_isNotLost() throws Exception {
    try (JvmProcess<Void> process = waiting(marks, "waits")) {
      process.interrupt();
      assertThat(failureOf(process)).isInstanceOf(InterruptedException.class);
    }
  }

  /** Programs of a task end with a process that is stopped, and go on after one that has ended. */
  @Test
  void stop_taskHasStartedProgram_programEndsToo() throws Exception {
    Marks m = marks;
    try (JvmProcess<Integer> killed = JvmProcess.start(() -> program(m, "killed"), OPTIONS);
        JvmProcess<Integer> terminated = JvmProcess.start(() -> program(m, "terminated"), OPTIONS);
        JvmProcess<Long> left =
            JvmProcess.start(() -> new ProcessBuilder("sleep", "60").start().pid(), OPTIONS)) {
      List<Long> programs = List.of(programOf("killed"), programOf("terminated"));
      killed.kill();
      terminated.terminate();
      Os.awaitGone(programs);
      long program = Await.result(left.result());
      left.join();
      assertThat(Os.isGone(program)).isFalse();
      Os.signal("KILL", program);
    }
  }

  private static int program(Marks m, String name) throws Exception {
    Process sleep = new ProcessBuilder("sleep", "600").start();
    m.leave(name + "-" + sleep.pid());
    return sleep.waitFor();
  }

  private long programOf(String name) throws InterruptedException {
    Await.until("program runs", () -> !Os.files(folder, name + "-").isEmpty());
    String mark = Os.files(folder, name + "-").getFirst();
    return Long.parseLong(mark.substring(name.length() + 1, mark.indexOf('.')));
  }

  /** Close waits for the end, may come twice, and takes away nothing that is known. */
  @Test
  void close_liveProcess_waitsAndKeepsWhatIsKnown() throws Exception {
    Marks m = marks;
    JvmProcess<String> process =
        JvmProcess.start(
            () -> {
              m.await("go");
              return "done";
            },
            OPTIONS);
    Thread closer = Thread.ofVirtual().start(process::close);
    Await.blocked(closer);
    assertThat(process.isAlive()).isTrue();
    marks.leave("go");
    Await.ended(closer);
    process.close();
    process.closeNow();
    assertThat(process.isAlive()).isFalse();
    assertThat(process.exitStatus()).hasValue(0);
    assertThat(process.result().join()).isEqualTo("done");
    assertThat(process.onExit().join()).isSameAs(process);
  }

  /** Who is interrupted in close, or does not want to wait, stops a task that does not listen. */
  @Test
  void close_interruptedOrNow_killsAfterGrace() throws Exception {
    Marks m = marks;
    Task<Integer> loop =
        () -> {
          m.leave("loops");
          return Deaths.loops();
        };
    JvmProcess<Integer> first = JvmProcess.start(loop, OPTIONS);
    JvmProcess<Integer> second = JvmProcess.start(loop, OPTIONS);
    Await.until("both loop", () -> m.count("loops") == 2);
    List<Boolean> flag = new ArrayList<>();
    Thread closer =
        Thread.ofPlatform()
            .start(() -> {
              Thread.currentThread().interrupt();
              first.close();
              flag.add(Thread.currentThread().isInterrupted());
            });
    second.closeNow();
    Await.ended(closer);
    assertThat(flag).containsExactly(true);
    assertThat(first.exitStatus()).hasValue(137);
    assertThat(second.exitStatus()).hasValue(137);
    assertThat(first.result()).isCompletedExceptionally();
  }
}
