package dev.tutti.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.plan.BackendOptions;
import dev.tutti.plan.Batching;
import dev.tutti.task.Action;
import dev.tutti.task.NotSendableException;
import dev.tutti.task.Task;
import dev.tutti.task.TaskFuture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Opening, and single tasks. */
interface SubmitSuite extends Subject {

  private static String worker() {
    return ProcessHandle.current().pid() + " " + Thread.currentThread().getName();
  }

  private static int square(int n) {
    return n * n;
  }

  /** A pool has a worker at least. */
  @Test
  default void open_lessThanOneWorker_isRefused() {
    if (!boundsWorkers()) {
      try (Pool pool = open(1)) {
        assertThat(pool.workers()).isPositive();
      }
      return;
    }
    for (int workers : List.of(0, -1)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> open(workers).close())
          .withMessageContaining("workers must be >= 1")
          .withMessageContaining("workers=" + workers);
    }
  }

  /** Options of a backend that is not there are refused, with its name. */
  @Test
  default void open_unknownBackend_isRefusedByName() {
    BackendOptions options = () -> "unit-testing";
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Pool.open(options).close())
        .withMessageContaining("unit-testing")
        .withMessageContaining("sequential");
  }

  /** A pool is not a value, neither for the JDK nor for its own workers. */
  @Test
  default void pool_serialised_isRefused() throws Exception {
    try (Pool pool = open(1);
        ObjectOutputStream out = new ObjectOutputStream(new ByteArrayOutputStream())) {
      assertThatExceptionOfType(NotSerializableException.class)
          .isThrownBy(() -> out.writeObject(pool));
      Task<String> task = pool::name;
      if (isolated()) {
        assertThatExceptionOfType(NotSendableException.class).isThrownBy(() -> pool.submit(task));
      } else {
        assertThat(Await.result(pool.submit(task))).isEqualTo(pool.name());
      }
    }
  }

  /** A window or a batch that makes no sense is refused where it is said. */
  @Test
  default void bulk_senselessOptions_areRefused() {
    for (int n : List.of(0, -1)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Batching.fixed(n))
          .withMessageContaining("" + n);
      try (Pool pool = open(1)) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> Parallel.on(pool).window(n))
            .withMessageContaining("window=" + n);
      }
    }
  }

  /** A worker that is idle is used before another one is started. */
  @Test
  default void submit_oneAfterAnother_oneWorkerIsEnough() throws Exception {
    try (Pool pool = open(4)) {
      Set<String> workers = new LinkedHashSet<>();
      for (int round = 0; round < 30; round++) {
        for (int n : List.of(21, 6, 14)) {
          int factor = 42 / n;
          assertThat(Await.result(pool.submit(() -> n * factor))).isEqualTo(42);
          workers.add(Await.result(pool.submit(SubmitSuite::worker)));
        }
      }
      if (boundsWorkers() || callerRuns()) {
        assertThat(workers).hasSize(1);
      }
    }
  }

  /** Lambdas, method references and captured values. */
  @Test
  default void submit_lambdasAndMethodReferences_resultsArrive() throws Exception {
    int five = 5;
    try (Pool pool = open(2)) {
      assertThat(Await.result(pool.submit(() -> square(five)))).isEqualTo(25);
      assertThat(Await.result(pool.submit(() -> (int) Math.pow(2, 8)))).isEqualTo(256);
      assertThat(Await.result(pool.submit("text"::length))).isEqualTo(4);
      assertThat(Await.result(pool.submit("text"::trim))).isEqualTo("text");
      assertThat(pool.map(List.of(1, 2, 3), n -> n * n)).containsExactly(1, 4, 9);
      assertThat(pool.map(List.of(1, 2, 3), SubmitSuite::square)).containsExactly(1, 4, 9);
    }
  }

  @Test
  default void submit_nullResult_arrives() throws Exception {
    try (Pool pool = open(1)) {
      Task<@Nullable Object> none = () -> null;
      TaskFuture<@Nullable Object> future = pool.submit(none);
      assertThat(Await.result(future)).isNull();
      assertThat(future).isCompleted();
    }
  }

  @Test
  default void submit_action_runsAndHasNoResult(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("file");
    try (Pool pool = open(1)) {
      assertThat((Object) Await.result(pool.submit(() -> touch(file)))).isNull();
      assertThat(file).exists();
    }
  }

  private static void touch(Path file) throws IOException {
    Files.createFile(file);
  }

  @Test
  default void submit_runnableWithResult_hasIt(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("file");
    Action action = () -> touch(file);
    try (Pool pool = open(1)) {
      TaskFuture<String> future = pool.submit(action, "given");
      assertThat(Await.result(future)).isEqualTo("given");
      assertThat(file).exists();
    }
  }

  /**
   * A callable or runnable of anybody works where nothing has to travel, and is refused elsewhere.
   */
  @Test
  default void submit_plainCallableOrRunnable_worksOrIsRefused() throws Exception {
    Callable<Integer> callable = () -> 7;
    Runnable runnable = () -> {};
    try (Pool pool = open(1)) {
      if (isolated()) {
        assertThatExceptionOfType(NotSendableException.class)
            .isThrownBy(() -> pool.submit(callable))
            .withMessageContaining("java.util.concurrent.Callable");
        assertThatExceptionOfType(NotSendableException.class)
            .isThrownBy(() -> pool.submit(runnable));
        assertThatExceptionOfType(NotSendableException.class)
            .isThrownBy(() -> pool.execute(runnable));
      } else {
        assertThat(Await.result(pool.submit(callable))).isEqualTo(7);
        assertThat((Object) Await.result(pool.submit(runnable))).isNull();
        pool.execute(runnable);
      }
    }
  }

  @Test
  default void execute_action_runs(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("file");
    try (Pool pool = open(1)) {
      pool.execute(() -> touch(file));
      Await.file(file);
    }
  }

  /** A wait that is over changes nothing for the task. */
  @Test
  default void get_timeout_throwsAndTaskGoesOn(@TempDir Path folder) throws Exception {
    if (callerRuns()) {
      return; // submit returns when the task has ended: there is nothing to wait for
    }
    Path go = folder.resolve("go");
    try (Pool pool = open(1)) {
      TaskFuture<Integer> slow = pool.submit(() -> afterFile(go, 5));
      assertThatExceptionOfType(TimeoutException.class)
          .isThrownBy(() -> slow.get(20, TimeUnit.MILLISECONDS));
      assertThatExceptionOfType(TimeoutException.class)
          .isThrownBy(() -> slow.get(0, TimeUnit.SECONDS));
      assertThatExceptionOfType(TimeoutException.class)
          .isThrownBy(() -> slow.get(-1, TimeUnit.SECONDS));
      Files.createFile(go);
      assertThat(Await.result(slow)).isEqualTo(5);
    }
  }

  private static int afterFile(Path file, int result) throws InterruptedException {
    Await.file(file);
    return result;
  }

  /** Many threads use one pool, and take back every other task. */
  @Test
  default void submit_tenThreads_nobodyIsMixedUp() throws Exception {
    try (Pool pool = open(2)) {
      List<Caller<Integer>> callers = new ArrayList<>();
      for (int t = 0; t < 10; t++) {
        int seed = t;
        callers.add(Caller.of(() -> useFromOneThread(pool, seed)));
      }
      for (Caller<Integer> caller : callers) {
        Caller.End<Integer> end = caller.end();
        assertThat(end.failure()).isNull();
        assertThat(end.result()).isEqualTo(10);
      }
    }
  }

  private static int useFromOneThread(Pool pool, int seed) throws Exception {
    List<Integer> items = new ArrayList<>();
    List<Integer> expected = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      items.add(seed * 40 + i);
      expected.add(square(seed * 40 + i));
    }
    for (int round = 0; round < 2; round++) {
      assertThat(pool.map(items, SubmitSuite::square)).isEqualTo(expected);
    }
    List<TaskFuture<Integer>> futures = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      int n = seed + i;
      TaskFuture<Integer> future = pool.submit(() -> square(n));
      futures.add(future);
      if (i % 2 == 0) {
        future.cancel(true);
      }
    }
    int right = 0;
    for (int i = 1; i < 20; i += 2) {
      right += Await.result(futures.get(i)) == square(seed + i) ? 1 : 0;
    }
    return right;
  }

  @Test
  default void warm_beforeWork_poolServes() throws ExecutionException, InterruptedException {
    try (Pool pool = open(2)) {
      pool.warm();
      pool.warm();
      assertThat(Await.result(pool.submit(() -> 1))).isEqualTo(1);
    }
  }

  @Test
  default void name_twoPools_differ() {
    try (Pool one = open(1);
        Pool other = open(1)) {
      assertThat(one.name()).isNotEmpty().isNotEqualTo(other.name());
      assertThat(one.toString()).contains(one.name()).contains("open");
    }
  }

  /** A task that starts and one that ends nearly at once: the pool is not slow about either. */
  @Test
  default void submit_thousandShortTasks_allEnd() throws Exception {
    try (Pool pool = open(2)) {
      List<TaskFuture<Integer>> futures = new ArrayList<>();
      for (int i = 0; i < 1_000; i++) {
        int n = i;
        futures.add(pool.submit(() -> n));
      }
      for (int i = 0; i < 1_000; i++) {
        assertThat(Await.result(futures.get(i))).isEqualTo(i);
      }
      assertThat(pool.awaitTermination(0, TimeUnit.SECONDS)).isFalse();
    }
  }
}
