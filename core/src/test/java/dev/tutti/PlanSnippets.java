package dev.tutti;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.plan.Batching;
import dev.tutti.plan.DataSize;
import dev.tutti.plan.ThreadOptions;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The samples in the documents of {@code dev.tutti.plan}. */
@Tag("unit")
final class PlanSnippets {
  @Test
  void dataSize() {
    // @start region=dataSize
    DataSize heap = DataSize.mib(512);
    String text = "heap of " + heap; // "heap of 512 MiB"
    // @end region=dataSize
    assertThat(text).isEqualTo("heap of 512 MiB");
    assertThat(heap.bytes()).isEqualTo(512L * 1024 * 1024);
  }

  @Test
  void batching() {
    List<Integer> rows = IntStream.range(0, 1_000).boxed().toList();
    try (Pool pool = Pool.threads(2)) {
      // @start region=batching
      Bulk bulk = Parallel.on(pool).batch(Batching.fixed(100));
      List<Integer> doubled = bulk.map(rows, row -> 2 * row);
      // @end region=batching
      assertThat(doubled).hasSize(1_000).endsWith(1_998);
    }
  }

  @Test
  void threadOptions() {
    // @start region=threadOptions
    try (Pool pool = Pool.open(ThreadOptions.DEFAULTS.withWorkers(3))) {
      assertThat(pool.workers()).isEqualTo(3);
    }
    // @end region=threadOptions
  }
}
