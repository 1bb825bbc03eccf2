package dev.tutti.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.tutti.Pool;
import dev.tutti.TaskGroup;
import dev.tutti.plan.CallOptions;
import dev.tutti.plan.RetryPolicy;
import dev.tutti.task.Action;
import dev.tutti.task.NotSendableException;
import dev.tutti.task.Task;
import dev.tutti.task.TaskFailedException;
import dev.tutti.task.TaskFuture;
import dev.tutti.task.WorkerContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What groups carry, what they refuse, and groups within groups. */
// join tells what the forks did
@SuppressWarnings({"try", "FutureReturnValueIgnored"})
interface GroupBoundsSuite extends Subject {
  /** What is carried to tasks. */
  ScopedValue<String> TENANT = ScopedValue.newInstance();

  /** The same. */
  ScopedValue<Integer> NUMBER = ScopedValue.newInstance();

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** The scoped values that the group is told to carry are bound in its tasks, and no others. */
  @Test
  default void fork_carryingScopedValues_tasksSeeThem() throws Exception {
    String elsewhere = callerRuns() ? "bound" : "unbound";
    try (Pool pool = open(2)) {
      List<String> seen =
          ScopedValue.where(TENANT, "acme")
              .where(NUMBER, 7)
              .call(() -> {
                var policy =
                    TaskGroup.<String>allSuccessful().carrying(() -> TENANT).carrying(() -> NUMBER);
                try (var group = TaskGroup.open(pool, policy);
                    var other = TaskGroup.open(pool, TaskGroup.<String>allSuccessful())) {
                  group.fork(() -> TENANT.get() + NUMBER.get());
                  other.fork(() -> TENANT.isBound() ? "bound" : "unbound");
                  return List.of(group.join().getFirst(), other.join().getFirst());
                }
              });
      assertThat(seen).containsExactly("acme7", elsewhere);
      assertCarriesItself(pool);
    }
  }

  private void assertCarriesItself(Pool pool) throws InterruptedException {
    var policy = TaskGroup.<@Nullable String>allSuccessful().carrying(TENANT);
    if (isolated()) {
      assertThatExceptionOfType(NotSendableException.class)
          .isThrownBy(() -> TaskGroup.open(pool, policy))
          .withMessageContaining("carrying(() -> VALUE)");
      return;
    }
    List<@Nullable String> seen =
        ScopedValue.where(TENANT, "direct")
            .call(() -> {
              try (var group = TaskGroup.open(pool, policy)) {
                group.fork(() -> TENANT.get());
                return group.join();
              }
            });
    assertThat(seen).containsExactly("direct");
    try (var unbound = TaskGroup.open(pool, policy)) {
      unbound.fork(() -> TENANT.isBound() ? "bound" : "unbound");
      assertThat(unbound.join()).containsExactly("unbound");
    }
  }

  /** What hangs on the future of a task that has ended, and blocks, holds up nobody. */
  @Test
  default void join_callbackBlocks_groupIsNotHeldUp(@TempDir Path folder) throws Exception {
    Path go = folder.resolve("go");
    if (callerRuns()) {
      Files.createFile(go);
    }
    CountDownLatch gate = new CountDownLatch(callerRuns() ? 0 : 1);
    try (Pool pool = open(2)) {
      try (var group = TaskGroup.open(pool)) {
        var one = group.fork(() -> Await.file(go));
        var callback = one.thenRun(() -> awaitGate(gate));
        createUnlessThere(go);
        group.join();
        assertThat(callback.isDone()).isEqualTo(callerRuns());
      } finally {
        gate.countDown();
      }
    }
  }

  /** The same where the task fails, and where it is stopped because another has failed. */
  @Test
  default void join_callbacksBlockAndOneFails_ownerIsTold(@TempDir Path folder) throws Exception {
    if (callerRuns()) {
      return; // nothing is open there when something can be hung on it
    }
    Path go = folder.resolve("go");
    CountDownLatch gate = new CountDownLatch(1);
    try (Pool pool = open(2);
        var group = TaskGroup.open(pool)) {
      try {
        var fails =
            group.fork(() -> {
              Await.file(go);
              throw new IllegalStateException("no");
            });
        var plain = group.fork(() -> Await.file(folder.resolve("never")));
        var open = group.fork(() -> Await.file(folder.resolve("never")));
        var _ = fails.whenComplete((_, _) -> awaitGate(gate));
        var _ = open.whenComplete((_, _) -> awaitGate(gate));
        createUnlessThere(go);
        Await.until("what stands before a fork with a callback is cancelled", plain::isCancelled);
        assertThatExceptionOfType(TaskFailedException.class)
            .isThrownBy(group::join)
            .withMessageContaining("fork 0");
      } finally {
        gate.countDown();
      }
    }
  }

  private static void createUnlessThere(Path file) throws IOException {
    if (!Files.exists(file)) {
      Files.createFile(file);
    }
  }

  private static void awaitGate(CountDownLatch gate) {
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What waits for the bound never begins once its group has ended, whatever hangs on it. */
  @Test
  default void join_groupHasEnded_whatWaitsForTheBoundNeverBegins(@TempDir Path folder)
      throws Exception {
    if (callerRuns()) {
      return; // nothing waits
    }
    try (Pool pool = open(2)) {
      for (int round = 0; round < 20; round++) {
        try (var group = TaskGroup.open(pool, TaskGroup.failFast().atMost(1))) {
          group.fork(Faults.throwsUnchecked("bad"));
          hangOn(group.fork(Faults.writesMarkers(folder, round, () -> 0)));
          hangOn(group.fork(Faults.writesMarkers(folder, round, () -> 0)));
          assertThatExceptionOfType(TaskFailedException.class)
              .isThrownBy(group::join)
              .satisfies(e -> assertThat(e.index()).isZero());
        }
        Path runs = folder.resolve("runs" + round);
        try (var group = TaskGroup.open(pool, TaskGroup.failFast().atMost(1))) {
          Task<Integer> stopped = Faults.waitsForInterrupt();
          group.fork(() -> {
            Files.createFile(runs);
            return stopped.call();
          });
          hangOn(group.fork(Faults.writesMarkers(folder, round, () -> 0)));
          Await.file(runs);
        }
      }
      assertThat(names(folder)).allMatch(name -> name.startsWith("runs"));
    }
  }

  private static void hangOn(TaskFuture<?> future) {
    var _ = future.whenComplete((_, _) -> {});
  }

  /** A time that no clock can count is as good as none. */
  @Test
  default void join_timeBeyondTheClock_isNone() throws Exception {
    var longest = TaskGroup.<Integer>allSuccessful().deadline(Duration.ofSeconds(Long.MAX_VALUE));
    try (Pool pool = open(2);
        var group = TaskGroup.open(pool, longest)) {
      group.fork(() -> 1);
      assertThat(group.joinUntil(Instant.MAX)).containsExactly(1);
    }
  }

  @Test
  default void anyMethod_wrongThreadOrOrder_isRefused() throws Exception {
    try (Pool pool = open(2)) {
      var group = TaskGroup.open(pool);
      for (Action call :
          List.<Action>of(() -> group.fork(() -> 1), group::join, () -> group.close())) {
        Caller<Integer> other =
            Caller.of(() -> {
              call.act();
              return 0;
            });
        assertThat(other.end().failure())
            .isInstanceOf(WrongThreadException.class)
            .hasMessageContaining("thread that opened it");
      }
      group.join();
      assertThatIllegalStateException().isThrownBy(group::join).withMessageContaining("joined");
      assertThatIllegalStateException()
          .isThrownBy(() -> group.fork(() -> 1))
          .withMessageContaining("joined");
      group.close();
      group.close();
      assertThatIllegalStateException()
          .isThrownBy(() -> group.fork(() -> 1))
          .withMessageContaining("closed");
      assertThatIllegalArgumentException().isThrownBy(() -> TaskGroup.failFast().atMost(0));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> TaskGroup.failFast().deadline(Duration.ofMillis(-11)));
    }
  }

  @Test
  default void fork_cannotTravelOrPoolClosed_isRefusedAndGroupGoesOn() throws Exception {
    Pool pool = open(2);
    try (pool;
        var group = TaskGroup.open(pool, TaskGroup.<Integer>allSuccessful())) {
      if (isolated()) {
        var captured = new Faults.NotSerializable(3);
        assertThatExceptionOfType(NotSendableException.class)
            .isThrownBy(() -> group.fork(captured::number));
      }
      group.fork(() -> 4);
      assertThat(group.join()).containsExactly(4);
    }
    try (var group = TaskGroup.open(pool)) {
      assertThatExceptionOfType(RejectedExecutionException.class)
          .isThrownBy(() -> group.fork(() -> 1));
    }
  }

  /** Who is interrupted while he joins is told, and his leaving stops the tasks. */
  @Test
  default void join_interrupted_leavingStopsTheTasks(@TempDir Path folder) throws Exception {
    if (callerRuns()) {
      return; // he is inside the task
    }
    try (Pool pool = open(2)) {
      Caller<Integer> caller =
          Caller.of(() -> {
            try (var group = TaskGroup.open(pool)) {
              group.fork(Faults.writesMarkers(folder, 0, Faults.waitsForInterrupt()));
              group.join();
            }
            return 0;
          });
      Await.file(folder.resolve("0.begin"));
      caller.interrupt();
      assertThat(caller.end().failure()).isInstanceOf(InterruptedException.class);
      assertThat(folder.resolve("0.end")).exists();
    }
  }

  /** A pool that is stopped ends its groups too. */
  @Test
  default void join_poolIsStopped_ownerIsTold(@TempDir Path folder) throws Exception {
    if (callerRuns()) {
      return; // what was forked has ended
    }
    Pool pool = open(2);
    CountDownLatch forked = new CountDownLatch(1);
    Caller<Integer> caller =
        Caller.of(() -> {
          try (var group = TaskGroup.open(pool, TaskGroup.failFast().atMost(1))) {
            group.fork(Faults.writesMarkers(folder, 0, Faults.waitsForInterrupt()));
            group.fork(Faults.writesMarkers(folder, 1, () -> 1));
            forked.countDown();
            group.join();
          }
          return 0;
        });
    Await.file(folder.resolve("0.begin"));
    forked.await();
    pool.closeNow();
    assertThat(caller.end().failure())
        .isInstanceOf(TaskFailedException.class)
        .cause()
        .isInstanceOfAny(CancellationException.class, RejectedExecutionException.class);
    assertThat(names(folder)).doesNotContain("1.begin");
  }

  /** Options of the pool's view hold for the tasks of a group. */
  @Test
  default void fork_onViewWithRetries_taskIsAttemptedAgain() throws Exception {
    CallOptions twice = CallOptions.DEFAULTS.withRetry(RetryPolicy.attempts(2));
    try (Pool pool = open(2);
        var group = TaskGroup.open(pool.with(twice));
        var failing = TaskGroup.open(pool.with(twice))) {
      TaskFuture<Integer> attempts = group.fork(GroupBoundsSuite::failsAtFirst);
      group.join();
      assertThat(attempts.resultNow()).isEqualTo(2);
      failing.fork(Faults.throwsUnchecked("always"));
      assertThatExceptionOfType(TaskFailedException.class)
          .isThrownBy(failing::join)
          .satisfies(e -> assertThat(e.attempt()).isEqualTo(2));
    }
  }

  private static int failsAtFirst() {
    int attempt = WorkerContext.current().attempt();
    if (attempt == 1) {
      throw new IllegalStateException("the first attempt fails");
    }
    return attempt;
  }

  /** Groups in tasks of groups, on the same pool: no deadlock, and the right sum. */
  @Test
  default void fork_groupsInGroups_workOnOneWorker() throws Exception {
    try (Pool pool = open(1);
        var group = TaskGroup.open(pool, TaskGroup.<Integer>allSuccessful())) {
      for (int i = 0; i < 3; i++) {
        int n = i;
        group.fork(() -> sumOfInner(n, 1));
      }
      assertThat(group.join()).containsExactly(20, 24, 28);
    }
  }

  private static int sumOfInner(int n, int depth) throws InterruptedException {
    if (depth == 0) {
      return n;
    }
    try (var group = TaskGroup.open(Pool.current(), TaskGroup.<Integer>allSuccessful())) {
      for (int i = 0; i < 4; i++) {
        int part = n + i * 2 + 2;
        group.fork(() -> sumOfInner(part, depth - 1));
      }
      return group.join().stream().mapToInt(Integer::intValue).sum();
    }
  }

  /** Whoever stops the outer group stops what the inner one runs. */
  @Test
  default void close_outerGroup_innerTasksAreStopped(@TempDir Path folder) throws Exception {
    if (callerRuns()) {
      return; // what was forked has ended
    }
    try (Pool pool = open(2)) {
      try (var group = TaskGroup.open(pool)) {
        group.fork(() -> {
          try (var inner = TaskGroup.open(Pool.current())) {
            inner.fork(Faults.writesMarkers(folder, 0, Faults.waitsForInterrupt()));
            return inner.join();
          }
        });
        Await.file(folder.resolve("0.begin"));
      }
      Await.file(folder.resolve("0.end"));
    }
  }
}
