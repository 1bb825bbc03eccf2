package dev.tutti.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.Pool;
import dev.tutti.task.TaskFuture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program whose main ends without closing its pools. */
@Tag("system")
final class KeeperTest {

  private static int runMain(Path folder, String pool) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of(Main.class.getName(), folder.toString(), pool));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("out").toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("the program ends").isTrue();
    assertThat(folder.resolve("out")).isEmptyFile();
    return process.exitValue();
  }

  /** What was submitted is finished, and the exit status is 0. */
  @Test
  void main_endsWithoutClose_tasksFinishAndStatusIsZero(@TempDir Path folder) throws Exception {
    for (String pool : List.of("threads", "virtual")) {
      Path own = Files.createDirectory(folder.resolve(pool));
      assertThat(runMain(own, pool)).isZero();
      for (int i = 0; i < 10; i++) {
        assertThat(own.resolve("done" + i)).exists();
      }
    }
  }

  /** An idle pool keeps nobody. */
  @Test
  void main_endsWithIdlePool_programEnds(@TempDir Path folder) throws Exception {
    assertThat(runMain(folder, "idle")).isZero();
  }

  /** The program. */
  static final class Main {
    private Main() {}

    public static void main(String[] args) throws Exception {
      Path folder = Path.of(args[0]);
      if (args[1].equals("idle")) {
        Pool pool = Pool.threads(2);
        TaskFuture<Integer> future = pool.submit(() -> 1);
        future.get();
        return;
      }
      Pool pool = args[1].equals("threads") ? Pool.threads(2) : Pool.virtualThreads();
      long mainThread = Thread.currentThread().threadId();
      for (int i = 0; i < 10; i++) {
        Path done = folder.resolve("done" + i);
        pool.execute(() -> afterMain(mainThread, done));
      }
    }

    private static void afterMain(long mainThread, Path done) throws IOException {
      while (isAlive(mainThread)) {
        LockSupport.parkNanos(1_000_000);
      }
      Files.createFile(done);
    }

    private static boolean isAlive(long id) {
      return Thread.getAllStackTraces().keySet().stream()
          .anyMatch(thread -> thread.threadId() == id && thread.isAlive());
    }
  }
}
