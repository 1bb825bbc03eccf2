package dev.tutti.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.Items;
import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.plan.Batching;
import dev.tutti.plan.Cpus;
import dev.tutti.plan.DataSize;
import dev.tutti.process.ProcessOptions;
import dev.tutti.process.WorkerOutput;
import dev.tutti.task.TaskFailedException;
import dev.tutti.task.TaskFuture;
import dev.tutti.task.WorkerContext;
import dev.tutti.testkit.LeakCheck;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What {@code multiprocessing.Pool} does, for the guide "From Python". */
@Tag("system")
@Timeout(60)
class MultiprocessingPoolSnippets {
  private static final List<String> WORDS = List.of("all", "together", "now");
  private static Pool pool;

  @BeforeAll
  static void open() {
    pool = Pool.processes(2);
  }

  @AfterAll
  static void close() {
    pool.close();
  }

  private static int slow(int n) {
    return 2 * n;
  }

  private static void loadModel() {
    System.setProperty("model", "loaded");
  }

  @Test
  @ExtendWith(LeakCheck.class)
  void open_withOptions() {
    // @start region=pool
    ProcessOptions options =
        ProcessOptions.DEFAULTS
            .withWorkers(4)
            .withInitialiser(() -> loadModel()) // in each worker, before its first task
            .withRecycleAfter(1_000) // a fresh worker after so many tasks
            .withHeap(DataSize.mib(512));
    try (Pool pool = Pool.open(options)) {
      List<Integer> lengths = pool.map(List.of("all", "together"), String::length);
      assertThat(lengths).containsExactly(3, 8);
    }
    // @end region=pool
    assertThat(Cpus.available()).isPositive();
  }

  @Test
  void map_andItsLike() throws Exception {
    assertThat(pool.submit(() -> slow(21)).get()).isEqualTo(42);
    assertThat(pool.map(WORDS, String::length)).containsExactly(3, 8, 3);
    assertThat(pool.map(List.of(1, 2), List.of(3, 4), (a, b) -> a * b)).containsExactly(3, 8);
    CompletableFuture<List<Integer>> all = Parallel.on(pool).mapAsync(WORDS, String::length);
    assertThat(all.get()).containsExactly(3, 8, 3);
    CompletableFuture<List<Integer>> products =
        Parallel.on(pool)
            .mapAsync(
                Items.zip(List.of(1, 2), List.of(3, 4)), pair -> pair.first() * pair.second());
    assertThat(products.get()).containsExactly(3, 8);
    assertThat(Parallel.on(pool).batch(Batching.fixed(2)).map(WORDS, String::length))
        .containsExactly(3, 8, 3);
    try (Stream<Integer> lengths = pool.stream(WORDS, String::length)) {
      assertThat(lengths).containsExactly(3, 8, 3);
    }
    try (Stream<Integer> lengths = pool.unordered(WORDS, String::length)) {
      assertThat(lengths).containsExactlyInAnyOrder(3, 8, 3);
    }
  }

  @Test
  void submit_callbacks() {
    AtomicReference<Object> told = new AtomicReference<>();
    TaskFuture<Integer> future = pool.submit(() -> slow(21));
    future.thenAccept(n -> told.set(n)).join();
    assertThat(told).hasValue(42);
    TaskFuture<Integer> failing = pool.submit(() -> Integer.parseInt("x"));
    failing.exceptionally(cause -> -1).thenAccept(n -> told.set(n)).join();
    assertThat(told).hasValue(-1);
  }

  @Test
  void endlessInput() throws IOException {
    // @start region=endless
    try (Stream<Long> squares = pool.stream(Items.of(Stream.iterate(1L, n -> n + 1)), n -> n * n)) {
      assertThat(squares.limit(3)).containsExactly(1L, 4L, 9L); // reads a window ahead, no more
    }
    // @end region=endless
  }

  @Test
  void failures() {
    // @start region=failure
    assertThatThrownBy(() -> pool.map(List.of("1", "x"), Integer::parseInt))
        .isInstanceOf(TaskFailedException.class) // which item
        .hasMessageContaining("item 1 failed")
        .cause() // the exception itself, with the stack that it had in the worker
        .isInstanceOf(NumberFormatException.class);
    // @end region=failure
    TaskFuture<Integer> lost = pool.submit(() -> exit(3));
    assertThatThrownBy(lost::get)
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("System.exit(3)");
    assertThat(pool.submit(() -> slow(4)).join()).isEqualTo(8);
  }

  private static int exit(int status) {
    System.exit(status);
    return 0;
  }

  @Test
  @ExtendWith(LeakCheck.class)
  void inThisJvm() {
    // @start region=threads
    try (Pool threads = Pool.threads(4)) { // the same calls
      List<String> loud = threads.map(WORDS, word -> word.toUpperCase(Locale.ROOT));
      assertThat(loud).containsExactly("ALL", "TOGETHER", "NOW");
    }
    // @end region=threads
  }

  @Test
  @ExtendWith(LeakCheck.class)
  void output() {
    // @start region=output
    ProcessOptions named =
        ProcessOptions.DEFAULTS
            .withOutput(WorkerOutput.NAMED) // [tutti-p1-worker-0] in front of each line
            .withEnvironment(Map.of("LANG", "C"));
    // @end region=output
    try (Pool pool = Pool.open(named.withWorkers(1))) {
      pool.submit(() -> WorkerContext.current().log(Level.DEBUG, "logged in this JVM")).join();
      assertThat(pool.submit(() -> System.getenv("LANG")).join()).isEqualTo("C");
    }
  }
}
