package dev.tutti;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.event.Progress;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The samples in the documents of {@code dev.tutti.event}. */
@Tag("unit")
final class EventSnippets {
  @Test
  void progress() {
    List<Integer> rows = IntStream.range(0, 100).boxed().toList();
    ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();
    try (Pool pool = Pool.threads(2)) {
      // @start region=progress
      Progress lastLine =
          state -> {
            if (state.finished()) {
              lines.add(state.done() + " rows, " + state.failed() + " failed");
            }
          };
      Parallel.on(pool).progress(lastLine).map(rows, row -> row * row);
      // @end region=progress
    }
    assertThat(lines).containsExactly("100 rows, 0 failed");
  }
}
