package dev.tutti.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tutti.Pool;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("system")
@Timeout(90)
class ParentDeathTest {
  private static final Path TMP = Path.of(System.getProperty("java.io.tmpdir"));

  @TempDir private Path folder;

  /** The parent is killed: its workers end within two seconds, whatever they run. */
  @Test
  void kill9_ofParent_workersEndWhateverTheyRun() {
    try (ParentJvm parent = ParentJvm.start(Program.class, List.of(), "busy", folder.toString())) {
      Marks marks = new Marks(folder);
      await()
          .atMost(Duration.ofSeconds(40))
          .until(() -> marks.count("loop") + marks.count("counts") + marks.count("waits") == 3);
      List<Long> workers = Os.workersOf(parent.handle());
      assertThat(workers).hasSize(3);
      long pid = parent.handle().pid();

      long before = System.nanoTime();
      Os.signal("KILL", pid);
      Os.awaitGone(workers);

      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(4));
      assertThat(Os.files(Path.of("/dev/shm"), "tutti-" + pid + "-")).isEmpty();
      List<String> left = Os.files(TMP, "tutti-" + pid + "-");
      assertThat(left).as("at most one folder, which the next start removes").hasSizeLessThan(2);
      try (Pool _ = Pool.processes(1)) {
        assertThat(Os.files(TMP, "tutti-" + pid + "-")).isEmpty();
      }
    }
  }

  /**
   * A main that ends without close: what it has submitted is finished, and the exit status is 0.
   */
  @Test
  void mainEnds_withoutClose_taskIsFinishedAndStatusIsZero() throws Exception {
    Marks marks = new Marks(folder);
    try (ParentJvm parent =
        ParentJvm.start(Program.class, List.of(), "leaves", folder.toString())) {
      parent.awaitLine("main has ended");
      List<Long> workers = Os.workersOf(parent.handle());
      marks.leave("go");
      parent.awaitSuccess();
      assertThat(marks.count("finished")).isOne();
      Os.awaitGone(workers);
      assertThat(Os.files(Path.of("/dev/shm"), "tutti-" + parent.handle().pid() + "-")).isEmpty();
    }
  }

  /** System.exit of the parent does not wait for a worker that loops, and leaves none. */
  @Test
  void parentExits_workerLoops_isGoneWithItsParent() throws Exception {
    try (ParentJvm parent = ParentJvm.start(Program.class, List.of(), "exits", folder.toString())) {
      assertThat(parent.awaitEnd()).isEqualTo(5);
      List<Long> workers = new Marks(folder).pids("loop");
      assertThat(workers).hasSize(1);
      Os.awaitGone(workers);
    }
  }

  /** The parent. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) throws Exception {
      Marks m = new Marks(args[1]);
      switch (args[0]) {
        case "busy" -> busy(m);
        case "leaves" -> leaves(m);
        case "exits" -> exits(m);
        default -> throw new IllegalArgumentException(args[0]);
      }
    }

    private static void busy(Marks m) throws Exception {
      Pool pool =
          Pool.open(
              ProcessOptions.DEFAULTS
                  .withWorkers(3)
                  // Such a loop has no safepoint: a JVM that ends itself waits for its end.
                  .withJvmFlags("-XX:+UseSerialGC", "-XX:-UseCountedLoopSafepoints"));
      pool.submit(() -> {
        m.leave("loop");
        return Deaths.loops();
      });
      pool.submit(() -> {
        long sum = counted(1_000_000); // compiled before it counts in earnest
        for (int i = 0; i < 20_000; i++) {
          sum += counted(100);
        }
        m.leave("counts");
        return sum + counted(Integer.MAX_VALUE) + counted(Integer.MAX_VALUE);
      });
      pool.submit(() -> {
        m.leave("waits");
        new CountDownLatch(1).await();
        return 0;
      });
      new CountDownLatch(1).await();
    }

    private static long counted(int n) {
      long x = 1;
      for (int i = 0; i < n; i++) {
        x = x * 6_364_136_223_846_793_005L / (i | 1) + i;
      }
      return x;
    }

    private static void leaves(Marks m) {
      Pool pool = Pool.processes(1);
      pool.submit(() -> {
        m.leave("begun");
        m.await("go");
        m.leave("finished");
        return 0;
      });
      m.await("begun");
      System.out.println("main has ended");
    }

    private static void exits(Marks m) {
      Pool pool = Pool.processes(1);
      pool.submit(() -> {
        m.leave("loop");
        return Deaths.loops();
      });
      m.await("loop");
      System.exit(5);
    }
  }
}
