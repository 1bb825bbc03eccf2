package dev.tutti.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.plan.Batching;
import dev.tutti.plan.DataSize;
import dev.tutti.task.Done;
import dev.tutti.task.Success;
import dev.tutti.task.WorkerLost;
import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Streams of large results: the window in bytes counts those that nobody has taken. */
@Tag("system")
@Timeout(90)
@ExtendWith(LeakCheck.class)
class LargeResultsTest {
  private static final int LARGE = 1 << 20;
  private static final List<Integer> ITEMS = IntStream.range(0, 60).boxed().toList();

  @TempDir private Path folder;

  private static ProcessOptions options() {
    return ProcessOptions.DEFAULTS.withWorkers(2).withJvmFlags("-XX:TieredStopAtLevel=1");
  }

  private static byte[] large(Path folder, int n) throws Exception {
    Files.createFile(folder.resolve("" + n));
    byte[] bytes = new byte[LARGE];
    bytes[n] = (byte) n;
    return bytes;
  }

  private long begun() throws Exception {
    try (Stream<Path> files = Files.list(folder)) {
      return files.count();
    }
  }

  /** What runs ahead of a slow consumer is what fits, and a few items a worker. */
  @Test
  void stream_consumerWaits_fewItemsBegin() throws Exception {
    Path here = folder;
    try (Pool pool = Pool.open(options());
        Stream<byte[]> results =
            Parallel.on(pool).window(64).window(DataSize.mib(4)).stream(
                ITEMS, n -> large(here, n))) {
      Iterator<byte[]> each = results.iterator();
      for (int i = 0; i < ITEMS.size(); i++) {
        assertThat(begun()).isLessThanOrEqualTo(i + 16); // else all 60 would, at once
        assertThat(each.next()[i]).isEqualTo((byte) i);
        assertThat(Await.result(pool.submit(() -> 7))).isEqualTo(7); // others come through
      }
      assertThat(each).isExhausted();
    }
  }

  /**
   * Workers that die meanwhile: the item that the consumer waits for goes out again, in any case.
   */
  @Test
  void outcomes_workersDie_nothingHangs() throws Exception {
    Path here = folder;
    try (Pool pool = Pool.open(options());
        Stream<Done<Integer, byte[]>> results =
            Parallel.on(pool)
                .window(64)
                .window(DataSize.mib(1))
                .batch(Batching.fixed(5))
                .outcomes(
                    ITEMS,
                    n -> {
                      if (n % 9 == 4) {
                        Runtime.getRuntime().halt(3);
                      }
                      return large(here, n);
                    })) {
      List<Done<Integer, byte[]>> all = results.toList();
      assertThat(all).extracting(Done::item).isEqualTo(ITEMS);
      for (Done<Integer, byte[]> done : all) {
        assertThat(done.outcome())
            .isInstanceOf(done.item() % 9 == 4 ? WorkerLost.class : Success.class);
      }
    }
  }
}
