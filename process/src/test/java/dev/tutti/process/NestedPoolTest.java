package dev.tutti.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tutti.Pool;
import dev.tutti.task.TaskFuture;
import dev.tutti.testkit.LeakCheck;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@Tag("system")
@Timeout(90)
@ExtendWith(LeakCheck.class)
class NestedPoolTest {
  @TempDir private Path folder;

  private static ProcessOptions options() {
    return ProcessOptions.DEFAULTS.withWorkers(1).withJvmFlags("-XX:TieredStopAtLevel=1");
  }

  /** Goes as deep as it is told, each level in a process of a pool that is nested in the last. */
  private static int depth(int left) throws Exception {
    if (left == 0) {
      return 0;
    }
    return 1 + Pool.current().submit(() -> depth(left - 1)).get();
  }

  /** A task uses the pool of its worker, three levels deep, and the workers go with their pools. */
  @Test
  void current_threeLevels_works() throws Exception {
    try (Pool pool = Pool.open(options())) {
      assertThat(pool.submit(() -> depth(2)).get()).isEqualTo(2);
      assertThat(pool.submit(() -> Pool.current().map(List.of(1, 2, 3), i -> i * i)).get())
          .containsExactly(1, 4, 9);
    }
  }

  /** Unbounded recursion ends with an error that names the bound, not with ever more processes. */
  @Test
  void current_tooDeep_namesBound() {
    try (Pool pool = Pool.open(options().withMaxDepth(2))) {
      assertThatThrownBy(() -> pool.submit(() -> depth(50)).get())
          .hasStackTraceContaining("pools of processes are nested too deep: depth=3 maxDepth=2");
      assertThat(pool.submit(() -> 1).join()).isEqualTo(1);
    }
  }

  /** The error of an inner task comes out as it is. */
  @Test
  void current_innerTaskFails_outerGetsItsException() {
    try (Pool pool = Pool.open(options())) {
      assertThatThrownBy(() ->
              pool.submit(() -> Pool.current().map(List.of(1), i -> Integer.parseInt("x" + i)))
                  .get())
          .hasRootCauseInstanceOf(NumberFormatException.class);
    }
  }

  /** Stopping an outer task takes the processes of its inner pool along. */
  @Test
  void cancel_outerTask_innerWorkersAreGone() {
    Marks marks = new Marks(folder);
    try (Pool pool = Pool.open(options().withGrace(Duration.ofMillis(50)))) {
      TaskFuture<Integer> outer = pool.submit(() -> outer(marks));
      await().until(() -> marks.count("inner") == 1);
      long inner = marks.pids("inner").getFirst();
      assertThat(Os.isGone(inner)).isFalse();
      outer.cancel(true);
      outer.stopped().join();
      Os.awaitGone(List.of(inner));
    }
  }

  private static int outer(Marks marks) throws Exception {
    TaskFuture<Integer> inner =
        Pool.current()
            .submit(() -> {
              marks.leave("inner");
              return Deaths.loops();
            });
    while (true) {
      try {
        return inner.get();
      } catch (InterruptedException swallowed) {
        marks.leave("swallowed");
      }
    }
  }

  /** On the pools of this JVM, the current pool is the pool itself. */
  @Test
  void current_threads_isThePoolItself() throws Exception {
    try (Pool pool = Pool.threads(2)) {
      assertThat(pool.submit(() -> Pool.current().name()).get()).isEqualTo(pool.name());
    }
    assertThatThrownBy(Pool::current)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no task of a pool runs on this thread");
  }
}
