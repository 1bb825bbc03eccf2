package dev.tutti.process;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tutti.Pool;
import dev.tutti.task.TaskFuture;
import dev.tutti.task.WorkerLostException;
import dev.tutti.testkit.LeakCheck;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Rows of the list of behaviours on the number of workers; the numbers are theirs. */
@Tag("system")
@Timeout(90)
@ExtendWith(LeakCheck.class)
class LifeRowsTest {
  @TempDir private Path folder;

  private static ProcessOptions options(int workers) {
    return ProcessOptions.DEFAULTS.withWorkers(workers).withJvmFlags("-XX:TieredStopAtLevel=1");
  }

  /** As many workers as were asked for. */
  @Test
  void warm_threeWorkers_threeAreThere() throws Exception {
    try (Pool pool = Pool.open(options(3))) {
      pool.warm();
      assertThat(Os.workers()).hasSize(3);
    }
  }

  /** Where the fourth of five cannot start the caller is told, and the others go too. */
  @Test
  void warm_fourthCannotStart_isToldAndNoneStays() {
    Marks marks = new Marks(folder);
    ProcessOptions options =
        options(5)
            .withInitialiser(() -> {
              marks.leave("start");
              if (marks.count("start") > 3) {
                throw new IOException("no fourth one");
              }
            });
    Pool pool = Pool.open(options);
    try {
      assertThatThrownBy(pool::warm).hasRootCauseMessage("no fourth one");
    } finally {
      pool.closeNow();
    }
    await().until(() -> Os.workers().isEmpty());
  }

  /** The worker of A is killed while B to F wait: A fails, they do not, and two serve again. */
  @Test
  void kill_workerOfOneTask_othersSucceedAndSizeIsRestored() throws Exception {
    Marks marks = new Marks(folder);
    try (Pool pool = Pool.open(options(2))) {
      TaskFuture<Integer> a =
          pool.submit(() -> {
            marks.leave("a");
            return Deaths.loops();
          });
      await().until(() -> marks.count("a") == 1);
      List<TaskFuture<Integer>> others = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        int n = i;
        others.add(pool.submit(() -> n));
      }
      Os.signal("KILL", marks.pids("a").getFirst());
      assertThatThrownBy(() -> a.get(30, SECONDS))
          .hasCauseInstanceOf(WorkerLostException.class)
          .hasMessageContaining("signal 9");
      for (int i = 0; i < 5; i++) {
        assertThat(others.get(i).get(30, SECONDS)).isEqualTo(i);
      }
      pool.warm();
      assertThat(Os.workers()).hasSize(2);
    }
  }

  /** A hook that submits while the JVM ends gets a result or a rejection, and never hangs. */
  @Test
  void submit_fromExitHook_endsOrIsRejected() throws Exception {
    try (ParentJvm parent = ParentJvm.start(Hook.class, List.of())) {
      parent.awaitSuccess();
      assertThat(parent.out()).hasSize(3).allMatch(line -> line.endsWith(": has ended"));
    }
  }

  /** A program whose exit hook uses its pools. */
  static final class Hook {
    private Hook() {}

    public static void main(String[] args) throws Exception {
      List<Pool> pools = List.of(Pool.processes(1), Pool.threads(1), Pool.virtualThreads());
      for (Pool pool : pools) {
        pool.submit(() -> 1).get();
      }
      Runtime.getRuntime().addShutdownHook(new Thread(() -> pools.forEach(pool -> say(pool))));
      System.exit(0);
    }

    private static void say(Pool pool) {
      try {
        var _ = pool.submit(() -> 42).get(30, SECONDS);
      } catch (RejectedExecutionException rejected) {
        // That is an end too.
      } catch (Exception e) {
        System.out.println(pool.name() + ": " + e);
        return;
      }
      System.out.println(pool.name() + ": has ended");
    }
  }
}
