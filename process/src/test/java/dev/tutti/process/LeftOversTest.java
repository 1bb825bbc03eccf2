package dev.tutti.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tutti.Pool;
import dev.tutti.task.TaskFuture;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("system")
@Timeout(60)
class LeftOversTest {
  private static final int POOLS = 20;

  /** Twenty pools leave no thread, process, segment, folder or descriptor behind. */
  @Test
  void close_manyPools_nothingIsLeft() throws Exception {
    use(); // what the JDK opens once and keeps
    long descriptors = Os.descriptors();
    for (int i = 0; i < POOLS; i += 2) {
      use();
    }
    assertThat(Os.workers()).isEmpty();
    assertThat(Os.leftOvers()).isEmpty();
    await().untilAsserted(() -> assertThat(threads()).isEmpty());
    // The JDK closes those of a process that has ended on a thread of its own, and may open some
    // once, late.
    await().untilAsserted(() -> assertThat(Os.descriptors()).isLessThan(descriptors + POOLS / 2));
  }

  /** Two at once, one of which is stopped with a task that runs. */
  private static void use() throws Exception {
    ProcessOptions options =
        ProcessOptions.DEFAULTS.withWorkers(1).withJvmFlags("-XX:TieredStopAtLevel=1");
    try (Pool closed = Pool.open(options)) {
      Pool stopped = Pool.open(options.withGrace(java.time.Duration.ofMillis(1)));
      TaskFuture<Integer> one = closed.submit(() -> 1);
      TaskFuture<Integer> loop = stopped.submit(() -> Deaths.loops());
      assertThat(one.get()).isEqualTo(1);
      assertThat(loop.isDone()).isFalse();
      stopped.closeNow();
      assertThat(stopped.isTerminated()).isTrue();
    }
  }

  private static List<String> threads() {
    List<String> ours = new ArrayList<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("tutti-") && !thread.getName().equals("tutti-bell")) {
        ours.add(thread.getName());
      }
    }
    return ours;
  }
}
