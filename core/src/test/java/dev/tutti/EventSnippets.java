package dev.tutti;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.event.PoolEvent;
import dev.tutti.event.PoolListener;
import dev.tutti.event.Progress;
import dev.tutti.event.Subscription;
import dev.tutti.task.WorkerContext;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
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

  @Test
  void poolEvents() throws Exception {
    LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();
    try (Pool pool = Pool.threads(1)) { // of a pool of processes it tells much more
      // @start region=poolEvents
      PoolListener listener =
          event -> {
            switch (event) {
              case PoolEvent.WorkerStarted started -> lines.add(started.worker() + " is there");
              case PoolEvent.WorkerNotStarted not -> lines.add("no worker: " + not.cause());
              case PoolEvent.WorkerEnded ended -> lines.add(ended.worker() + ": " + ended.words());
              case PoolEvent.TaskAdvanced task -> lines.add(task.fraction() + " " + task.text());
              case PoolEvent.StartCache cache -> lines.add("start cache: " + cache.words());
              case PoolEvent.EventsLost lost -> lines.add(lost.events() + " events missed");
            }
          };
      Subscription listening = pool.listen(listener);
      pool.submit(() -> WorkerContext.current().progress(0.5, "page 2")).join();
      listening.close();
      // @end region=poolEvents
    }
    assertThat(lines.poll(30, TimeUnit.SECONDS)).isEqualTo("0.5 page 2");
  }
}
