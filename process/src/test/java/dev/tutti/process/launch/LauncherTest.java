package dev.tutti.process.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("system")
@Timeout(60)
class LauncherTest {
  private static final LaunchPlan PLAN = PlainPlan.withJava(Optional.of(Path.of("/bin/false")));

  /** Kept for later, it would close the first file that is opened for the worker. */
  @Test
  void start_interrupted_givesTheProcessAndTakesTheInterruptOff() throws Exception {
    try (PoolFolder folder = PoolFolder.create();
        Launcher launcher = new Launcher(PLAN)) {
      Thread.currentThread().interrupt();
      WorkerProcess worker = launcher.start(folder, "tutti-plain-worker-0");
      assertThat(Thread.interrupted()).isFalse();
      assertThat(worker.awaitExit(Duration.ofSeconds(30))).isEqualTo(1);
    }
  }
}
