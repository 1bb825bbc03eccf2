package dev.tutti.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.Bulk;
import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.event.PoolEvent;
import dev.tutti.event.Subscription;
import dev.tutti.plan.RetryPolicy;
import dev.tutti.task.Fn;
import dev.tutti.task.TaskFuture;
import dev.tutti.task.WorkerContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a task can ask of its worker, what a pool tells of itself, and its size. */
interface ContextSuite extends Subject {

  private static List<Integer> numbers(int n) {
    return IntStream.range(0, n).boxed().toList();
  }

  /** M3: a task knows the worker that runs it; outside a task there is nothing to ask. */
  @Test
  default void context_inTask_namesWorker() throws Exception {
    try (Pool pool = open()) {
      List<String> names =
          pool.map(
              numbers(20),
              _ -> {
                WorkerContext context = WorkerContext.current();
                return context.worker() + " " + context.isCancelled();
              });
      assertThat(names)
          .allMatch(name -> name.startsWith("tutti-" + pool.name() + "-"))
          .allMatch(name -> name.endsWith(" false"));
      assertThatIllegalStateException()
          .isThrownBy(WorkerContext::current)
          .withMessageContaining("no task of a pool runs on this thread");
      assertThatIllegalStateException().isThrownBy(Pool::current);
    }
  }

  /** A task knows which attempt it is. */
  @Test
  default void context_furtherAttempt_knowsItsNumber() {
    try (Pool pool = open()) {
      List<Integer> attempts =
          Parallel.on(pool)
              .retry(RetryPolicy.attempts(3))
              .map(
                  List.of(1, 2, 3),
                  good -> {
                    int attempt = WorkerContext.current().attempt();
                    if (attempt < good) {
                      throw new IOException("not yet");
                    }
                    return attempt;
                  });
      assertThat(attempts).containsExactly(1, 2, 3);
    }
  }

  @SuppressWarnings("NullAway") // that is what is looked at
  private static void advanceWithoutWords() {
    WorkerContext.current().progress(0.5, null);
  }

  /** What tasks tell of their progress reaches a listener, in order; nonsense is refused. */
  @Test
  default void progress_inTask_reachesListener() throws Exception {
    LinkedBlockingQueue<Double> fractions = new LinkedBlockingQueue<>();
    LinkedBlockingQueue<String> texts = new LinkedBlockingQueue<>();
    try (Pool pool = open()) {
      Subscription subscription =
          pool.listen(event -> {
            if (event instanceof PoolEvent.TaskAdvanced advanced) {
              fractions.add(advanced.fraction());
              texts.add(advanced.text());
            }
          });
      pool.submit(
              () -> {
                WorkerContext.current().progress(0.5);
                WorkerContext.current().progress(1, "all pages of caf\u00e9.pdf");
                WorkerContext.current().progress(8, 8);
                WorkerContext.current().progress(1, "x".repeat(100_000));
              })
          .get();
      assertThat(fractions.poll(30, TimeUnit.SECONDS)).isEqualTo(0.5);
      assertThat(texts.poll(30, TimeUnit.SECONDS)).isEmpty();
      assertThat(fractions.poll(30, TimeUnit.SECONDS)).isEqualTo(1.0);
      assertThat(texts.poll(30, TimeUnit.SECONDS)).isEqualTo("all pages of caf\u00e9.pdf");
      assertThat(fractions.poll(30, TimeUnit.SECONDS)).isEqualTo(1.0);
      assertThat(texts.poll(30, TimeUnit.SECONDS)).isEmpty();
      assertThat(fractions.poll(30, TimeUnit.SECONDS)).isEqualTo(1.0);
      assertThat(texts.poll(30, TimeUnit.SECONDS)).startsWith("xxx");
      assertThatThrownBy(() -> pool.submit(() -> WorkerContext.current().progress(3, 2)).get())
          .hasStackTraceContaining("done=3 total=2");
      assertThatThrownBy(() -> pool.submit(() -> WorkerContext.current().progress(1.5)).get())
          .hasCauseInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> pool.submit(ContextSuite::advanceWithoutWords).get())
          .hasCauseInstanceOf(NullPointerException.class);
      subscription.close();
      pool.submit(() -> WorkerContext.current().progress(1)).get();
    }
    assertThat(fractions).isEmpty();
  }

  /** A listener that throws is told no more, and neither tasks nor other listeners notice. */
  @Test
  default void listen_listenerThrows_poolServes() throws Exception {
    CountDownLatch told = new CountDownLatch(2);
    try (Pool pool = open()) {
      pool.listen(_ -> {
        throw new IllegalStateException("a listener of a test that throws");
      });
      pool.listen(event -> {
        if (event instanceof PoolEvent.TaskAdvanced) {
          told.countDown();
        }
      });
      pool.submit(() -> WorkerContext.current().progress(1)).get();
      pool.submit(() -> WorkerContext.current().progress(1)).get();
      assertThat(told.await(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** A value is made by the first task of a worker that asks, and closed when the worker leaves. */
  @Test
  default void perWorker_manyTasks_madeAndClosedOnceAWorker(@TempDir Path folder) throws Exception {
    String name = folder.toString();
    try (Pool pool = open(2)) {
      List<String> makers =
          pool.map(
              numbers(30),
              _ -> {
                WorkerContext context = WorkerContext.current();
                String worker = context.worker();
                Tool tool = context.perWorker(Tool.class, () -> Tool.madeBy(name, worker));
                return tool.worker().equals(worker) ? worker : "not the worker's own";
              });
      assertThat(files(folder, "made")).isEqualTo(new HashSet<>(makers).size());
      assertThat(makers).doesNotContain("not the worker's own");
    }
    assertThat(files(folder, "closed")).isEqualTo(files(folder, "made"));
  }

  private static long files(Path folder, String prefix) throws IOException {
    try (var files = Files.list(folder)) {
      return files.filter(file -> file.getFileName().toString().startsWith(prefix)).count();
    }
  }

  /** What a worker makes once: it leaves a file when it is made, and one when it is closed. */
  record Tool(String folder, String worker) implements AutoCloseable {
    static Tool madeBy(String folder, String worker) {
      Tool tool = new Tool(folder, worker);
      tool.mark("made");
      return tool;
    }

    private void mark(String what) {
      try {
        Files.createTempFile(Path.of(folder), what, "");
      } catch (IOException e) {
        throw new IllegalStateException("cannot leave a mark", e);
      }
    }

    @Override
    public void close() {
      mark("closed");
    }
  }

  /** A task uses the current pool, and gets the results of its inner tasks. */
  @Test
  default void current_inTask_runsInnerTasks() throws Exception {
    try (Pool pool = open(2)) {
      int sum =
          pool.submit(
                  () -> {
                    TaskFuture<Integer> inner = Pool.current().submit(() -> 20);
                    return inner.get() + 1;
                  })
              .get();
      assertThat(sum).isEqualTo(21);
    }
  }

  /** Tasks of a pool with one worker wait for tasks of the same pool, three deep. */
  @Test
  default void current_oneWorkerThreeDeep_noDeadlock() throws Exception {
    try (Pool pool = open(1)) {
      assertThat(pool.submit(() -> depth(3)).get()).isEqualTo(3);
    }
  }

  private static int depth(int left) throws Exception {
    if (left == 0) {
      return 0;
    }
    return 1 + Pool.current().submit(() -> depth(left - 1)).get();
  }

  /** Bulk calls within the tasks of a bulk call, with a small window: right, and no deadlock. */
  @Test
  default void current_mapWithinMap_isRight() {
    try (Pool pool = open(2)) {
      List<Integer> sums = pool.map(numbers(6), ContextSuite::sumOfProducts);
      assertThat(sums).containsExactly(0, 45, 90, 135, 180, 225);
    }
  }

  private static int sumOfProducts(int factor) {
    int sum = 0;
    try (Stream<Integer> products =
        Parallel.on(Pool.current()).window(3).stream(numbers(10), i -> factor * i)) {
      sum += products.mapToInt(Integer::intValue).sum();
    }
    List<Integer> all = Parallel.on(Pool.current()).window(2).map(numbers(10), i -> factor * i);
    int again = all.stream().mapToInt(Integer::intValue).sum();
    return sum == again ? sum : -1;
  }

  /** Bulk calls of each kind, three deep, on a pool of one worker: right, and no deadlock. */
  @Test
  default void current_oneWorkerBulkThreeDeep_noDeadlock() throws Exception {
    try (Pool pool = open(1)) {
      assertThat(pool.submit(() -> bulkDepth(3)).get()).isEqualTo(4 * 4 * 4);
    }
  }

  /** Four times as much as one level deeper, by four calls. */
  private static int bulkDepth(int left) {
    if (left == 0) {
      return 1;
    }
    Bulk bulk = Parallel.on(Pool.current()).window(2);
    Fn<Integer, Integer> deeper = _ -> bulkDepth(left - 1);
    int mapped = bulk.map(List.of(1), deeper).getFirst();
    int reduced = bulk.reduce(List.of(1), 0, deeper, Integer::sum);
    int gathered = Stream.of(1).gather(bulk.mapping(deeper)).findFirst().orElseThrow();
    try (Stream<Integer> results = bulk.stream(List.of(1), List.of(1), (a, b) -> a * b)) {
      return mapped + reduced + gathered + mapped * results.findFirst().orElseThrow();
    }
  }

  /** The size changes while tasks wait; no task is lost and nothing hangs. */
  @Test
  default void resize_whileServing_losesNothing() throws Exception {
    try (Pool pool = open(1)) {
      if (callerRuns() || !boundsWorkers()) {
        assertThatThrownBy(() -> pool.resize(2)).isInstanceOf(UnsupportedOperationException.class);
        return;
      }
      assertThatIllegalArgumentException()
          .isThrownBy(() -> pool.resize(0))
          .withMessage("workers must be >= 1: workers=0");
      List<TaskFuture<Integer>> futures = new ArrayList<>();
      for (int size : new int[] {4, 2, 1, 4, 3, 1, 3, 2}) {
        pool.resize(size);
        assertThat(pool.workers()).isEqualTo(size);
        for (int i = 0; i < 5; i++) {
          int n = futures.size();
          futures.add(pool.submit(() -> n));
        }
      }
      for (int i = 0; i < futures.size(); i++) {
        assertThat(futures.get(i).get()).isEqualTo(i);
      }
    }
  }
}
