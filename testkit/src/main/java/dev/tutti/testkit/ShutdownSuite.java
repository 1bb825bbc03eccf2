package dev.tutti.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tutti.Pool;
import dev.tutti.task.Fn;
import dev.tutti.task.Task;
import dev.tutti.task.TaskFuture;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a pool ends. */
interface ShutdownSuite extends Subject {

  private static List<Integer> numbers(int n) {
    return IntStream.range(0, n).boxed().toList();
  }

  private static int afterFile(Path file, int result) throws InterruptedException {
    Await.file(file);
    return result;
  }

  private static void assertRefusesWork(Pool pool) {
    Fn<Integer, Integer> same = n -> n;
    List<Task<Integer>> tasks = List.of(() -> 1);
    assertThatExceptionOfType(RejectedExecutionException.class)
        .isThrownBy(() -> pool.submit(() -> 1))
        .withMessageContaining("closed");
    assertThatExceptionOfType(RejectedExecutionException.class)
        .isThrownBy(() -> pool.execute(() -> {}));
    assertThatExceptionOfType(RejectedExecutionException.class)
        .isThrownBy(() -> pool.invokeAll(tasks));
    assertThatExceptionOfType(RejectedExecutionException.class)
        .isThrownBy(() -> pool.invokeAny(tasks));
    assertThatExceptionOfType(RejectedExecutionException.class)
        .isThrownBy(() -> pool.map(List.of(1), same));
    assertThatExceptionOfType(RejectedExecutionException.class)
        .isThrownBy(() -> pool.stream(List.of(1), same).toList());
    assertThatExceptionOfType(RejectedExecutionException.class)
        .isThrownBy(() -> pool.outcomes(List.of(1), same).toList());
  }

  /** After its end a pool takes nothing, in whichever way it is asked. */
  @Test
  default void submit_afterShutdownOrClose_isRejected() throws InterruptedException {
    Pool pool = open(2);
    assertThat(pool.isShutdown()).isFalse();
    pool.shutdown();
    assertThat(pool.isShutdown()).isTrue();
    assertRefusesWork(pool);
    pool.close();
    assertThat(pool.isTerminated()).isTrue();
    assertThat(pool.awaitTermination(0, TimeUnit.SECONDS)).isTrue();
    assertRefusesWork(pool);
    assertThat(pool.toString()).contains("terminated");
    Pool stopped = open(2);
    stopped.closeNow();
    assertRefusesWork(stopped);
    assertThat(stopped.isTerminated()).isTrue();
  }

  /** A wait for the end of an open pool waits, and says that it is not there. */
  @Test
  default void awaitTermination_poolOpen_waitsAndIsFalse() throws Exception {
    try (Pool pool = open(1)) {
      assertThat(Await.result(pool.submit(() -> 1))).isEqualTo(1);
      long start = System.nanoTime();
      assertThat(pool.awaitTermination(30, TimeUnit.MILLISECONDS)).isFalse();
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(30_000_000L);
      assertThat(pool.isTerminated()).isFalse();
      Caller<Boolean> waiter = Caller.of(() -> pool.awaitTermination(1, TimeUnit.HOURS));
      Await.blocked(waiter.thread());
      pool.shutdown();
      assertThat(waiter.end().result()).isTrue();
      Caller<Boolean> again = Caller.of(() -> pool.awaitTermination(Long.MAX_VALUE, TimeUnit.DAYS));
      assertThat(again.end().result()).isTrue();
    }
  }

  @Test
  default void awaitTermination_interrupted_throws() throws InterruptedException {
    try (Pool pool = open(1)) {
      Caller<Boolean> waiter = Caller.of(() -> pool.awaitTermination(1, TimeUnit.HOURS));
      Await.blocked(waiter.thread());
      waiter.interrupt();
      assertThat(waiter.end().failure()).isInstanceOf(InterruptedException.class);
    }
  }

  /** What was submitted before the shutdown ends as it would have. */
  @Test
  default void shutdown_tasksWait_allEnd(@TempDir Path folder) throws Exception {
    Path go = folder.resolve("go");
    if (callerRuns()) {
      Files.createFile(go);
    }
    Pool pool = open(2);
    List<TaskFuture<Integer>> futures = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      int n = i;
      futures.add(pool.submit(() -> afterFile(go, n)));
    }
    pool.shutdown();
    if (!callerRuns()) {
      assertThat(pool.isTerminated()).isFalse();
      assertThat(pool.awaitTermination(0, TimeUnit.SECONDS)).isFalse();
      Files.createFile(go);
    }
    for (int i = 0; i < 50; i++) {
      assertThat(Await.result(futures.get(i))).isEqualTo(i);
    }
    pool.close();
    assertThat(pool.isTerminated()).isTrue();
  }

  /** Closing waits for what was submitted. */
  @Test
  default void close_taskRuns_waitsForIt(@TempDir Path folder) throws Exception {
    if (callerRuns()) {
      return; // what was submitted has ended
    }
    Path go = folder.resolve("go");
    Pool pool = open(1);
    TaskFuture<Integer> future = pool.submit(() -> afterFile(go, 5));
    Caller<Boolean> closer =
        Caller.of(() -> {
          pool.close();
          return future.isDone();
        });
    Await.blocked(closer.thread());
    assertThat(future.isDone()).isFalse();
    Files.createFile(go);
    assertThat(closer.end().result()).isTrue();
    assertThat(future.resultNow()).isEqualTo(5);
  }

  /** Who is interrupted while he closes stops the work, and keeps his flag. */
  @Test
  default void close_interrupted_workIsStopped(@TempDir Path folder) throws Exception {
    if (callerRuns()) {
      return; // what was submitted has ended
    }
    Pool pool = open(1);
    TaskFuture<Integer> future =
        pool.submit(Faults.writesMarkers(folder, 0, Faults.waitsForInterrupt()));
    Await.file(folder.resolve("0.begin"));
    Caller<Boolean> closer =
        Caller.of(() -> {
          pool.close();
          return pool.isTerminated();
        });
    Await.blocked(closer.thread());
    closer.interrupt();
    Caller.End<Boolean> end = closer.end();
    assertThat(end.result()).isTrue();
    assertThat(end.interrupted()).isTrue();
    assertThat(future).isCancelled();
    assertThat(folder.resolve("0.end")).exists();
  }

  /** Each future has ended, and what never started is given back. */
  @Test
  default void shutdownNow_tasksWait_areGivenBack(@TempDir Path folder) throws Exception {
    if (!boundsWorkers()) {
      try (Pool pool = open(2)) {
        assertThat(pool.shutdownNow()).isEmpty();
      }
      return;
    }
    Task<Integer> endless = Faults.waitsForInterrupt();
    Pool pool = open(2);
    List<TaskFuture<Integer>> futures = new ArrayList<>();
    futures.add(pool.submit(() -> 1));
    assertThat(Await.result(futures.getFirst())).isEqualTo(1);
    for (int i = 0; i < 50; i++) {
      futures.add(pool.submit(Faults.writesMarkers(folder, i, endless)));
    }
    Await.until("two run", () -> begun(folder) == 2);
    List<Runnable> never = pool.shutdownNow();
    assertThat(futures).allMatch(Future::isDone);
    assertThat(futures.stream().filter(Future::isCancelled)).hasSize(50);
    assertThat(never.size()).isBetween(40, 48);
    pool.close();
    assertThat(pool.isTerminated()).isTrue();
    assertThat(begun(folder)).isEqualTo(2);
  }

  private static long begun(Path folder) throws java.io.IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".begin")).count();
    }
  }

  /** What is given back can still be run, by whoever wants to. */
  @Test
  default void shutdownNow_givenBackTask_canBeRun(@TempDir Path folder) throws Exception {
    if (!boundsWorkers()) {
      return; // nothing waits
    }
    Path go = folder.resolve("go");
    Pool pool = open(1);
    var _ = pool.submit(Faults.writesMarkers(folder, 0, Faults.waitsForInterrupt()));
    Await.file(folder.resolve("0.begin"));
    var _ = pool.submit(() -> Files.createFile(go));
    List<Runnable> never = pool.shutdownNow();
    assertThat(never).hasSize(1);
    never.getFirst().run();
    assertThat(go).exists();
    pool.close();
  }

  /** Ten thousand endless tasks are no reason to be slow. */
  @Test
  default void closeNow_tenThousandEndlessTasks_isPrompt(@TempDir Path folder) throws Exception {
    if (callerRuns()) {
      return; // the first one never lets the caller go on
    }
    int tasks = isolated() || !boundsWorkers() ? 2_000 : 10_000;
    Pool pool = open(2);
    List<TaskFuture<Integer>> futures = new ArrayList<>();
    for (int i = 0; i < tasks; i++) {
      futures.add(pool.submit(Faults.waitsForInterrupt()));
    }
    TaskFuture<Integer> last = futures.getLast();
    Caller<Boolean> closer =
        Caller.of(() -> {
          pool.closeNow();
          return pool.isTerminated();
        });
    assertThat(closer.end().result()).isTrue();
    assertThat(last).isCancelled();
    assertThat(futures).allMatch(Future::isCancelled);
    pool.closeNow();
    pool.close();
  }

  /** Stopping the pool ends bulk calls and streams that are on their way. */
  @Test
  default void closeNow_bulkCallsRun_callersAreTold(@TempDir Path folder) throws Exception {
    Fn<Integer, Integer> endless = Faults.writesMarkers(folder, Faults.waitsForInterrupt());
    Pool pool = open(2);
    Caller<List<Integer>> map = Caller.of(() -> pool.map(List.of(0), endless));
    Caller<List<Integer>> stream = Caller.of(() -> pool.stream(List.of(1), endless).toList());
    Await.file(folder.resolve("0.begin"));
    Await.file(folder.resolve("1.begin"));
    pool.closeNow();
    assertThat(map.end().failure()).isInstanceOf(CancellationException.class);
    assertThat(stream.end().failure()).isInstanceOf(CancellationException.class);
    assertThat(map.end().interrupted()).isFalse();
    assertThat(stream.end().interrupted()).isFalse();
    assertThat(folder.resolve("0.end")).exists();
    assertThat(folder.resolve("1.end")).exists();
  }

  /** A consumer that comes back to a stream of a pool that was stopped is told, and not kept. */
  @Test
  default void stream_poolStoppedBetween_consumerIsTold() {
    Pool pool = open(2);
    try (Stream<Integer> stream = pool.stream(new StreamSuite.Counting(), n -> n)) {
      Iterator<Integer> results = stream.iterator();
      assertThat(results.next()).isZero();
      pool.closeNow();
      assertThatExceptionOfType(RuntimeException.class)
          .isThrownBy(() -> results.forEachRemaining(_ -> {}))
          .isInstanceOfAny(CancellationException.class, RejectedExecutionException.class);
    }
  }

  /** All ways to close, one after another and at once, come to an end. */
  @Test
  default void close_manyTimesAndThreads_allReturn() throws Exception {
    for (int round = 0; round < 20; round++) {
      Pool pool = open(2);
      TaskFuture<Integer> future = pool.submit(() -> 1);
      List<Caller<Boolean>> closers =
          List.of(
              Caller.of(() -> closed(pool, pool::close)),
              Caller.of(() -> closed(pool, pool::closeNow)),
              Caller.of(() -> closed(pool, pool::shutdownNow)),
              Caller.of(() -> closed(pool, pool::shutdown)));
      for (Caller<Boolean> closer : closers) {
        assertThat(closer.end().failure()).isNull();
      }
      assertThat(future).isDone();
      pool.close();
      assertThat(pool.isTerminated()).isTrue();
      if (isolated() && round == 2) {
        break; // a worker JVM each time
      }
    }
  }

  private static boolean closed(Pool pool, Runnable how) {
    how.run();
    return pool.isShutdown();
  }

  /** Whoever submits while another one closes gets a rejection or a future that ends. */
  @Test
  default void submit_whileClosing_endsOrIsRejected() throws Exception {
    for (int round = 0; round < (isolated() ? 2 : 30); round++) {
      Pool pool = open(2);
      Caller<Integer> submitter =
          Caller.of(() -> {
            List<TaskFuture<Integer>> futures = new ArrayList<>();
            try {
              while (true) {
                futures.add(pool.submit(() -> 1));
              }
            } catch (RejectedExecutionException e) {
              for (TaskFuture<Integer> future : futures) {
                Await.until("the future has ended", future::isDone);
              }
              return futures.size();
            }
          });
      if (round % 2 == 0) {
        pool.close();
      } else {
        pool.closeNow();
      }
      assertThat(submitter.end().failure()).isNull();
      pool.close();
    }
  }

  /** Nothing of a task is held after its end. */
  @Test
  default void submit_taskEnded_argumentIsCollected() throws Exception {
    try (Pool pool = open(1)) {
      WeakReference<Object> argument = submitHolder(pool, new ArrayList<>());
      Await.until(
          "the argument is collected",
          () -> {
            System.gc();
            return argument.get() == null;
          });
      assertThat(Await.result(pool.submit(() -> 1))).isEqualTo(1);
    }
  }

  /** The same where somebody keeps the future: it has the result, and the task no longer. */
  @Test
  default void submit_endedFutureIsKept_argumentIsCollected() throws Exception {
    try (Pool pool = open(1)) {
      List<TaskFuture<Integer>> kept = new ArrayList<>();
      WeakReference<Object> argument = submitHolder(pool, kept);
      Await.until(
          "the argument is collected",
          () -> {
            System.gc();
            return argument.get() == null;
          });
      assertThat(kept).singleElement().matches(future -> future.resultNow() == 1_000);
    }
  }

  private static WeakReference<Object> submitHolder(Pool pool, List<TaskFuture<Integer>> futures)
      throws Exception {
    List<Integer> argument = new ArrayList<>(numbers(1_000));
    futures.add(pool.submit(argument::size));
    assertThat(Await.result(futures.getLast())).isEqualTo(1_000);
    return new WeakReference<>(argument);
  }

  /** Results that the consumer has dropped are dropped, but for the one that came last. */
  @Test
  default void stream_resultTaken_isCollected() throws Exception {
    try (Pool pool = open(1);
        Stream<List<Integer>> stream = pool.stream(numbers(4), n -> numbers(n + 1_000))) {
      Iterator<List<Integer>> results = stream.iterator();
      WeakReference<Object> first = new WeakReference<>(results.next());
      assertThat(results.next()).hasSize(1_001); // the JDK's iterator keeps the last one
      Await.until(
          "the result is collected",
          () -> {
            System.gc();
            return first.get() == null;
          });
      assertThat(results.next()).hasSize(1_002);
    }
  }
}
