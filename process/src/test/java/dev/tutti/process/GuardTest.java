package dev.tutti.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.Pool;
import dev.tutti.task.WorkerLostException;
import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of the programs that tasks have started. */
@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class GuardTest {
  @TempDir private Path folder;

  private static Pool pool() {
    return Pool.open(
        ProcessOptions.DEFAULTS.withWorkers(1).withJvmFlags("-XX:TieredStopAtLevel=1"));
  }

  /** Starts a program, and one that has lost its parent, as daemons do. */
  private static void startPrograms(Marks marks) throws IOException, InterruptedException {
    marks.leavePid("program", new ProcessBuilder("sleep", "1000").start().pid());
    Process shell =
        new ProcessBuilder("/bin/sh", "-c", "sleep 1000 >/dev/null 2>&1 & echo $!").start();
    String pid = new String(shell.getInputStream().readAllBytes(), UTF_8).strip();
    assertThat(shell.waitFor()).isZero();
    marks.leavePid("orphan", Long.parseLong(pid));
  }

  /** A worker that dies by itself takes its programs along. */
  @Test
  void workerHalts_itsPrograms_endToo() throws Exception {
    Marks marks = new Marks(folder);
    try (Pool pool = pool()) {
      assertThatThrownBy(() ->
              pool.submit(
                      () -> {
                        startPrograms(marks);
                        return Deaths.halts(4);
                      })
                  .get())
          .hasCauseInstanceOf(WorkerLostException.class);
      Os.awaitGone(marks.pids("program"));
      Os.awaitGone(marks.pids("orphan"));
      assertThat(pool.submit(() -> 1).get()).isEqualTo(1);
    }
  }

  /** What a task has started on purpose outlives a worker that leaves properly. */
  @Test
  void close_programsOfEndedTask_goOn() throws Exception {
    Marks marks = new Marks(folder);
    List<Long> workers;
    try (Pool pool = pool()) {
      pool.submit(() -> startPrograms(marks)).get();
      workers = Os.workers();
    }
    Os.awaitGone(workers);
    List<Long> programs = marks.pids("program");
    Await.until(() -> "no guard is left", () -> noGuardOf(workers.getFirst()));
    assertThat(programs).hasSize(1).noneMatch(Os::isGone);
    programs.forEach(pid -> Os.signal("KILL", pid));
    marks.pids("orphan").forEach(pid -> Os.signal("KILL", pid));
  }

  private static boolean noGuardOf(long group) {
    return ProcessHandle.allProcesses()
        .filter(process -> process.info().commandLine().orElse("").contains("tutti-worker"))
        .noneMatch(process -> Os.groupOf(process.pid()) == group);
  }
}
