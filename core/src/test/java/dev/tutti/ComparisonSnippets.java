package dev.tutti;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.ComparisonResult.Setup;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The samples of {@link Comparison}. */
@Tag("unit")
class ComparisonSnippets {

  @Test
  void comparison_sample_printsTable() {
    List<Integer> items = List.of(1, 2, 3);
    // @start region=comparison
    ComparisonResult result;
    try (Pool pool = Pool.threads(2)) {
      result = Comparison.of(items, n -> n * n).normally().on(pool).chunks(1, 8).run();
    }
    System.out.println(result); // a table: backend, workers, chunk, total, per item, speed-up
    // @end region=comparison
    assertThat(result.rows()).hasSize(3);
    assertThat(result.toString()).contains("normal", "threads", "speed-up");
  }

  @Test
  void watcher_sample_isToldOfRuns() {
    List<Integer> items = List.of(1, 2, 3);
    // @start region=watcher
    List<String> told = new ArrayList<>();
    ComparisonWatcher watcher =
        new ComparisonWatcher() {
          @Override
          public void starts(Setup setup, int count) {
            told.add("%s: %d items".formatted(setup.backend(), count));
          }
        };
    Comparison.of(items, n -> n * n).normally().watchedBy(watcher).run();
    // @end region=watcher
    assertThat(told).containsExactly("normal: 3 items");
  }
}
