package dev.tutti.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.Futures;
import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.task.TaskFuture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What hangs on a future that is made of others may wait for their end. */
interface CallbackSuite extends Subject {
  private TaskFuture<Integer> endless(Pool pool, Path folder) throws InterruptedException {
    TaskFuture<Integer> endless =
        pool.submit(Faults.writesMarkers(folder, 0, Faults.waitsForInterrupt()));
    Await.file(folder.resolve("0.begin"));
    return endless;
  }

  /** Hangs a callback on a future that waits until something is so. */
  private static CompletableFuture<Boolean> hung(
      CompletableFuture<?> future, String what, Await.Condition condition) {
    return future.handle((_, _) -> {
      try {
        Await.until(what, condition);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      return true;
    });
  }

  @Test
  default void gather_cancelledAndCallbackWaitsForParts_theyAreStopped(@TempDir Path folder)
      throws Exception {
    if (callerRuns()) {
      return; // what was submitted has ended
    }
    try (Pool pool = open(2)) {
      TaskFuture<Integer> endless = endless(pool, folder);
      CompletableFuture<?> all = Futures.gather(List.of(endless));
      CompletableFuture<?> stopped = endless.stopped();
      CompletableFuture<Boolean> heard = hung(all, "the part has stopped", stopped::isDone);
      assertThat(all.cancel(true)).isTrue();
      assertThat(Await.result(heard)).isTrue();
    }
  }

  @Test
  default void gatherOutcomes_endedElsewhereAndCallbackWaits_partsAreLeft() throws Exception {
    CompletableFuture<Integer> part = new CompletableFuture<>();
    CompletableFuture<?> all = Futures.gatherOutcomes(List.of(part));
    CompletableFuture<Boolean> heard =
        hung(all, "the part is left", () -> part.getNumberOfDependents() == 0);
    assertThat(all.completeExceptionally(new IllegalStateException("late"))).isTrue();
    assertThat(Await.result(heard)).isTrue();
  }

  @Test
  default void race_wonAndCallbackWaitsForOthers_theyAreStopped(@TempDir Path folder)
      throws Exception {
    if (callerRuns()) {
      return; // what was submitted has ended
    }
    try (Pool pool = open(2)) {
      TaskFuture<Integer> endless = endless(pool, folder);
      CompletableFuture<Integer> quick = new CompletableFuture<>();
      CompletableFuture<Integer> first = Futures.race(List.of(endless, quick));
      CompletableFuture<?> stopped = endless.stopped();
      CompletableFuture<Boolean> heard = hung(first, "the other has stopped", stopped::isDone);
      quick.complete(2);
      assertThat(Await.result(heard)).isTrue();
      assertThat(first).isCompletedWithValue(2);
    }
  }

  /** A race that somebody else has ended is nobody's win: the others go on. */
  @Test
  default void race_completedElsewhere_othersGoOn() {
    CompletableFuture<Integer> open = new CompletableFuture<>();
    CompletableFuture<Integer> first = Futures.race(List.of(open));
    assertThat(first.complete(3)).isTrue();
    assertThat(open).isNotDone();
    assertThat(open.getNumberOfDependents()).isZero();
  }

  @Test
  default void mapAsync_cancelledAndCallbackWaitsForItems_theyAreStopped(@TempDir Path folder)
      throws Exception {
    if (callerRuns()) {
      return; // what was called has ended
    }
    try (Pool pool = open(2)) {
      CompletableFuture<List<Integer>> all =
          Parallel.on(pool)
              .mapAsync(List.of(0), Faults.writesMarkers(folder, Faults.waitsForInterrupt()));
      Await.file(folder.resolve("0.begin"));
      Path end = folder.resolve("0.end");
      CompletableFuture<Boolean> heard = hung(all, "the item has stopped", () -> Files.exists(end));
      assertThat(all.cancel(true)).isTrue();
      assertThat(Await.result(heard)).isTrue();
    }
  }

  /** {@code completeAsync} ends it as any other end from outside does. */
  @Test
  default void mapAsync_completedAsync_itemsAreStopped(@TempDir Path folder) throws Exception {
    if (callerRuns()) {
      return; // what was called has ended
    }
    try (Pool pool = open(2)) {
      CompletableFuture<List<Integer>> all =
          Parallel.on(pool)
              .mapAsync(List.of(0), Faults.writesMarkers(folder, Faults.waitsForInterrupt()));
      Await.file(folder.resolve("0.begin"));
      assertThat(Await.result(all.completeAsync(List::of))).isEmpty();
      Await.file(folder.resolve("0.end"));
    }
  }
}
