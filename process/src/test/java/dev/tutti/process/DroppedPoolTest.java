package dev.tutti.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.Pool;
import dev.tutti.task.TaskFuture;
import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class DroppedPoolTest {

  private static ProcessOptions options() {
    return ProcessOptions.DEFAULTS.withWorkers(1).withJvmFlags("-XX:TieredStopAtLevel=1");
  }

  private static Iterator<Integer> numbers() {
    return Stream.iterate(0, i -> i + 1).iterator();
  }

  private static void awaitNoWorker() throws InterruptedException {
    Await.until(
        () -> "no worker is left: " + Os.workers(),
        () -> {
          System.gc();
          return Os.workers().isEmpty();
        });
  }

  /** A pool that nobody has any more ends its open tasks, then its workers. */
  @Test
  @SuppressWarnings("resource") // that is the point
  void drop_openFutures_endFirst() throws Exception {
    List<TaskFuture<Integer>> futures =
        Stream.of(1, 2, 3).map(i -> Pool.open(options()).submit(() -> i * i)).toList();
    System.gc();
    for (int i = 0; i < futures.size(); i++) {
      assertThat(futures.get(i).get()).isEqualTo((i + 1) * (i + 1));
    }
    awaitNoWorker();
  }

  /** A stream of results keeps its pool, also where nobody else has that. */
  @Test
  @SuppressWarnings("resource") // that is the point
  void drop_openStream_keepsThePool() throws Exception {
    try (Stream<Integer> results =
        Pool.open(options()).stream(DroppedPoolTest::numbers, i -> 2 * i)) {
      List<Integer> some =
          results
              .peek(_ -> {
                if (Math.random() < 0.05) {
                  System.gc();
                }
              })
              .limit(3_000)
              .toList();
      assertThat(some).hasSize(3_000).endsWith(5_998);
    }
    awaitNoWorker();
  }
}
