package dev.tutti.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tutti.Pool;
import dev.tutti.TaskGroup;
import dev.tutti.task.Task;
import dev.tutti.task.TaskFailedException;
import dev.tutti.task.TaskFuture;
import dev.tutti.task.TaskTimeoutException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Groups of tasks that begin and end together. */
// closing a group before its block ends is what some of these look at; join tells what forks did
@SuppressWarnings({"try", "FutureReturnValueIgnored"})
interface GroupSuite extends Subject {
  private static void awaitEnds(Path folder) throws InterruptedException {
    Await.until(
        "what began has ended",
        () -> {
          try (Stream<Path> files = Files.list(folder)) {
            return files
                .map(Path::toString)
                .filter(file -> file.endsWith(".begin"))
                .allMatch(file -> Files.exists(Path.of(file.replace(".begin", ".end"))));
          }
        });
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static void touch(Path file) throws IOException {
    Files.createFile(file);
  }

  @Test
  default void join_allSucceed_resultsAreThere(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("file");
    try (Pool pool = open(2);
        var group = TaskGroup.open(pool)) {
      TaskFuture<Integer> one = group.fork(() -> 1);
      TaskFuture<String> two = group.fork(() -> "two");
      var nothing = group.fork(() -> touch(file));
      group.join();
      assertThat(one.resultNow()).isEqualTo(1);
      assertThat(two.resultNow()).isEqualTo("two");
      assertThat((Object) nothing.resultNow()).isNull();
      assertThat(file).exists();
    }
  }

  @Test
  default void join_allSuccessful_resultsInOrderOfForks() throws Exception {
    List<Integer> expected = IntStream.range(0, 50).boxed().toList();
    try (Pool pool = open(2);
        var group = TaskGroup.open(pool, TaskGroup.<Integer>allSuccessful().atMost(3));
        var none = TaskGroup.open(pool, TaskGroup.<Integer>allSuccessful())) {
      for (int i : expected) {
        group.fork(() -> i);
      }
      assertThat(group.join()).isEqualTo(expected);
      assertThat(none.join()).isEmpty();
    }
  }

  /** The first failure stops the others, and is what the owner is told. */
  @Test
  default void join_oneFails_othersAreStopped(@TempDir Path folder) throws Exception {
    Path go = folder.resolve("go");
    try (Pool pool = open(3);
        var group = TaskGroup.open(pool)) {
      List<TaskFuture<Integer>> futures = new ArrayList<>();
      if (callerRuns()) {
        futures.add(group.fork(Faults.throwsChecked("bad")));
        futures.add(group.fork(Faults.writesMarkers(folder, 0, () -> 0)));
      } else {
        futures.add(group.fork(Faults.writesMarkers(folder, 0, Faults.waitsForInterrupt())));
        Task<Integer> bad = Faults.throwsChecked("bad");
        futures.add(
            group.fork(() -> {
              Await.file(go);
              return bad.call();
            }));
        futures.add(group.fork(Faults.writesMarkers(folder, 1, Faults.waitsForInterrupt())));
        Await.file(folder.resolve("0.begin"));
        Files.createFile(go);
      }
      int bad = callerRuns() ? 0 : 1;
      assertThatExceptionOfType(TaskFailedException.class)
          .isThrownBy(group::join)
          .withMessageContaining("fork " + bad + " of the group failed")
          .withMessageContaining("attempt=1")
          .withCauseInstanceOf(IOException.class)
          .satisfies(e -> assertThat(e.getCause()).hasMessage("bad"))
          .satisfies(e -> assertThat(e.index()).isEqualTo(bad));
      assertThat(futures).allMatch(Future::isDone);
      assertThat(futures.stream().filter(Future::isCancelled)).hasSize(callerRuns() ? 1 : 2);
      group.close();
      assertThat(names(folder)).noneMatch(name -> callerRuns() && name.equals("0.begin"));
      awaitEnds(folder);
      assertThat(Await.result(pool.submit(() -> 7))).isEqualTo(7);
    }
  }

  /** What is forked after the group was ended never starts. */
  @Test
  default void fork_afterFirstFailure_neverStarts(@TempDir Path folder) throws Exception {
    try (Pool pool = open(2);
        var group = TaskGroup.open(pool)) {
      TaskFuture<Integer> first = group.fork(Faults.throwsUnchecked("first"));
      Await.until("the failure has come", first::isDone);
      // its group hears of it on another thread, by and by
      TaskFuture<Integer> endless = group.fork(endlessOrNothing());
      Await.until("the group has ended", endless::isDone);
      TaskFuture<Integer> late = group.fork(Faults.writesMarkers(folder, 0, () -> 0));
      assertThat(late).isCancelled();
      Await.until("it is known to run nowhere", () -> late.stopped().isDone());
      assertThatExceptionOfType(TaskFailedException.class)
          .isThrownBy(group::join)
          .satisfies(e -> assertThat(e.index()).isZero());
      assertThat(names(folder)).isEmpty();
    }
  }

  private Task<Integer> endlessOrNothing() {
    return callerRuns() ? () -> 0 : Faults.waitsForInterrupt();
  }

  @Test
  default void join_anySuccessful_firstResultStopsOthers(@TempDir Path folder) throws Exception {
    try (Pool pool = open(3);
        var group = TaskGroup.open(pool, TaskGroup.<Integer>anySuccessful())) {
      if (!callerRuns()) {
        group.fork(Faults.writesMarkers(folder, 0, Faults.waitsForInterrupt()));
      }
      group.fork(Faults.throwsChecked("bad"));
      group.fork(() -> 2);
      assertThat(group.join()).isEqualTo(2);
      group.close();
      awaitEnds(folder);
    }
  }

  @Test
  default void join_noneSuccessful_firstFailureAndOthersAreTold() throws Exception {
    try (Pool pool = open(2);
        var group = TaskGroup.open(pool, TaskGroup.<Integer>anySuccessful());
        var none = TaskGroup.open(pool, TaskGroup.<Integer>anySuccessful())) {
      group.fork(Faults.throwsChecked("one"));
      group.fork(Faults.throwsUnchecked("two"));
      assertThatExceptionOfType(TaskFailedException.class)
          .isThrownBy(group::join)
          .satisfies(e -> assertThat(e.getCause()).hasMessage("one"))
          .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1))
          .satisfies(e -> assertThat(e.getSuppressed()[0].getCause()).hasMessage("two"));
      assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(none::join);
    }
  }

  @Test
  default void join_awaitAll_failuresAreInTheirFutures() throws Exception {
    try (Pool pool = open(2);
        var group = TaskGroup.open(pool, TaskGroup.awaitAll())) {
      TaskFuture<Integer> bad = group.fork(Faults.throwsChecked("bad"));
      TaskFuture<Integer> good = group.fork(() -> 1);
      group.join();
      assertThat(bad.exceptionNow()).hasMessage("bad");
      assertThat(good.resultNow()).isEqualTo(1);
    }
  }

  /** What has not ended at the deadline is stopped; with none left nothing starts. */
  @Test
  default void join_deadlineComes_tasksAreStopped(@TempDir Path folder) throws Exception {
    Duration soon = Duration.ofMillis(300);
    try (Pool pool = open(2);
        var group = TaskGroup.open(pool, TaskGroup.awaitAll().deadline(soon));
        var late = TaskGroup.open(pool, TaskGroup.failFast().deadline(Duration.ZERO))) {
      var endless = group.fork(Faults.writesMarkers(folder, 0, Faults.waitsForInterrupt()));
      assertThatExceptionOfType(TaskTimeoutException.class)
          .isThrownBy(group::join)
          .satisfies(e -> assertThat(e.limit()).isEqualTo(soon))
          .satisfies(e -> assertThat(e.isDeadline()).isTrue());
      assertThat(endless).isCancelled();
      group.close();
      awaitEnds(folder);
      assertThat(late.fork(Faults.writesMarkers(folder, 1, () -> 0))).isCancelled();
      assertThatExceptionOfType(TaskTimeoutException.class).isThrownBy(late::join);
      assertThat(names(folder)).doesNotContain("1.begin");
    }
  }

  @Test
  default void joinUntil_timeComes_tasksAreStopped(@TempDir Path folder) throws Exception {
    if (callerRuns()) {
      return; // what was forked has ended
    }
    try (Pool pool = open(2);
        var group = TaskGroup.open(pool);
        var quick = TaskGroup.open(pool)) {
      var endless = group.fork(Faults.writesMarkers(folder, 0, Faults.waitsForInterrupt()));
      Await.file(folder.resolve("0.begin"));
      assertThatExceptionOfType(TaskTimeoutException.class)
          .isThrownBy(() -> group.joinUntil(Instant.now().plusMillis(50)));
      assertThat(endless).isCancelled();
      group.close();
      assertThat(folder.resolve("0.end")).exists();
      TaskFuture<Integer> one = quick.fork(() -> 1);
      quick.joinUntil(Instant.now().plusSeconds(600));
      assertThat(one.resultNow()).isEqualTo(1);
    }
  }

  /** A bound holds, and all tasks come to run. */
  @Test
  default void fork_atMost_neverMoreRun(@TempDir Path folder) throws Exception {
    Path go = folder.resolve("go");
    if (callerRuns()) {
      Files.createFile(go);
    }
    try (Pool pool = open(4);
        var group = TaskGroup.open(pool, TaskGroup.<Integer>allSuccessful().atMost(2));
        var many = TaskGroup.open(pool, TaskGroup.<Integer>allSuccessful().atMost(2))) {
      Task<Integer> patient =
          () -> {
            Await.file(go);
            return 1;
          };
      for (int i = 0; i < 3; i++) {
        group.fork(Faults.writesMarkers(folder, i, patient));
      }
      if (!callerRuns()) {
        Await.until("two run", () -> begun(folder) >= 2);
        for (int probe = 0; probe < 20; probe++) {
          assertThat(Await.result(pool.submit(() -> 7))).isEqualTo(7); // there are free workers
        }
        assertThat(begun(folder)).isEqualTo(2);
        Files.createFile(go);
      }
      assertThat(group.join()).containsExactly(1, 1, 1);
      for (int i = 0; i < 20; i++) {
        int n = i;
        many.fork(() -> countedIn(folder, n));
      }
      assertThat(many.join()).hasSize(20).allMatch(count -> count >= 1 && count <= 2);
    }
  }

  private static long begun(Path folder) throws IOException {
    return names(folder).stream().filter(name -> name.endsWith(".begin")).count();
  }

  private static int countedIn(Path folder, int n) throws IOException {
    Path mark = Files.createFile(folder.resolve("runs." + n));
    try {
      return (int) names(folder).stream().filter(name -> name.startsWith("runs.")).count();
    } finally {
      Files.delete(mark);
    }
  }

  /** What waits in the group is given up with it, and a task may be cancelled while it waits. */
  @Test
  default void close_tasksWaitForTheBound_neverStart(@TempDir Path folder) throws Exception {
    if (callerRuns()) {
      return; // nothing waits
    }
    try (Pool pool = open(2)) {
      TaskFuture<?> cancelled;
      TaskFuture<?> waits;
      try (var group = TaskGroup.open(pool, TaskGroup.awaitAll().atMost(1))) {
        Path go = folder.resolve("go");
        group.fork(() -> Await.file(go));
        cancelled = group.fork(Faults.writesMarkers(folder, 1, () -> 0));
        TaskFuture<Integer> next = group.fork(() -> 2);
        cancelled.cancel(true);
        Files.createFile(go);
        assertThat(Await.result(next)).isEqualTo(2);
        group.fork(Faults.writesMarkers(folder, 3, Faults.waitsForInterrupt()));
        Await.file(folder.resolve("3.begin"));
        waits = group.fork(Faults.writesMarkers(folder, 4, () -> 0));
      }
      assertThat(cancelled).isCancelled();
      assertThat(waits).isCancelled();
      assertThat(names(folder)).contains("3.end").doesNotContain("1.begin", "4.begin");
    }
  }

  /** A block that ends early leaves nothing running. */
  @Test
  default void close_withoutJoin_stopsAndWaits(@TempDir Path folder) throws Exception {
    if (callerRuns()) {
      return; // what was forked has ended
    }
    try (Pool pool = open(2)) {
      TaskFuture<Integer> endless;
      try (var group = TaskGroup.open(pool)) {
        endless = group.fork(Faults.writesMarkers(folder, 0, Faults.waitsForInterrupt()));
        Await.file(folder.resolve("0.begin"));
      }
      assertThat(endless).isCancelled();
      assertThat(folder.resolve("0.end")).exists();
    }
  }

  /** A task that does not heed its interrupt is stopped where that is possible. */
  @Test
  default void join_siblingLoops_isStoppedWhereThatIsPossible(@TempDir Path folder)
      throws Exception {
    if (!canStop()) {
      return; // it would be waited for for ever
    }
    try (Pool pool = open(2);
        var group = TaskGroup.open(pool)) {
      Task<Integer> loops = Faults.loopsForEver();
      TaskFuture<Integer> loop =
          group.fork(() -> {
            touch(folder.resolve("loops"));
            return loops.call();
          });
      Await.file(folder.resolve("loops"));
      group.fork(Faults.throwsUnchecked("bad"));
      assertThatExceptionOfType(TaskFailedException.class).isThrownBy(group::join);
      group.close();
      assertThat(loop).isCancelled();
      assertThat(loop.stopped()).isDone();
    }
  }
}
