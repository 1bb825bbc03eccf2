package dev.tutti.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.GraphRun;
import dev.tutti.Node;
import dev.tutti.Pool;
import dev.tutti.TaskGraph;
import dev.tutti.plan.CallOptions;
import dev.tutti.plan.FailurePolicy;
import dev.tutti.plan.RetryPolicy;
import dev.tutti.plan.SubmitQueue;
import dev.tutti.task.NodeState;
import dev.tutti.task.TaskFailedException;
import dev.tutti.task.TaskFuture;
import dev.tutti.task.TaskTimeoutException;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What bounds and ends a computation of a graph, and what it leaves. */
interface GraphBoundsSuite extends Subject {
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

  /** A node that runs until it is stopped, between two nodes that do nothing. */
  private static Node<Integer> endless(TaskGraph graph, Path folder) {
    Node<Integer> first = graph.task(() -> 5).named("first");
    return first
        .then(n -> Faults.writesMarkers(folder, n, Faults.waitsForInterrupt()).call())
        .named("endless")
        .then(n -> n)
        .named("last");
  }

  private static int failsTwice(Path folder) throws IOException {
    for (int attempt = 1; attempt <= 2; attempt++) {
      Path file = folder.resolve("attempt-" + attempt);
      if (!Files.exists(file)) {
        Files.createFile(file);
        throw new IOException("attempt " + attempt);
      }
    }
    return 3;
  }

  /** Time-outs and further attempts are the pool's, or the node's own. */
  @Test
  default void compute_optionsOfPoolAndNode_areKeptTo(@TempDir Path folder) throws IOException {
    CallOptions thrice = CallOptions.DEFAULTS.withRetry(RetryPolicy.attempts(3));
    CallOptions brief = CallOptions.DEFAULTS.withTimeout(Duration.ofMillis(50));
    TaskGraph graph = new TaskGraph();
    Path ofPool = Files.createDirectory(folder.resolve("pool"));
    Path ofNode = Files.createDirectory(folder.resolve("node"));
    Node<Integer> byPool = graph.task(() -> failsTwice(ofPool));
    Node<Integer> byNode = graph.task(() -> failsTwice(ofNode)).keepingTo(thrice);
    Node<Integer> slow = graph.task(Faults.waitsForInterrupt()).named("slow").keepingTo(brief);
    try (Pool pool = open(2)) {
      assertThat(graph.compute(pool.with(thrice), byPool)).isEqualTo(3);
      assertThat(graph.compute(pool, byNode)).isEqualTo(3);
      assertThatExceptionOfType(TaskFailedException.class)
          .isThrownBy(() -> graph.compute(pool, slow))
          .withMessageContaining("node 'slow' failed")
          .withCauseInstanceOf(TaskTimeoutException.class);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> slow.keepingTo(brief.withDeadline(Duration.ofSeconds(1))))
        .withMessageContaining("a node has no deadline: node=slow");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> slow.keepingTo(brief.withQueue(SubmitQueue.blocking(1))));
  }

  /** Nodes that pause before a further attempt keep no other node out, however many they are. */
  @Test
  default void compute_manyNodesPause_othersRun(@TempDir Path folder) throws Exception {
    RetryPolicy later = RetryPolicy.attempts(2).withBackOff(Duration.ofHours(1));
    TaskGraph graph = new TaskGraph();
    List<Node<Integer>> nodes = new ArrayList<>();
    int pausing = isolated() ? 1_100 : 100; // more than are on their way at once
    for (int i = 0; i < pausing; i++) {
      nodes.add(
          graph
              .task(Faults.throwsUnchecked("not yet"))
              .keepingTo(CallOptions.DEFAULTS.withRetry(later)));
    }
    nodes.add(graph.task(() -> Files.createFile(folder.resolve("ran")).getNameCount()));
    Node<Integer> last = graph.combine(nodes, List::size);
    if (callerRuns()) {
      return; // there the caller pauses
    }
    try (Pool pool = open(2)) {
      TaskFuture<Integer> future = graph.computeAsync(pool, last);
      Await.file(folder.resolve("ran"));
      future.cancel(true);
      CompletableFuture<?> stopped = future.stopped();
      Await.until("nothing runs any more", stopped::isDone);
    }
  }

  /** At the deadline what runs is stopped, and nothing further starts. */
  @Test
  default void compute_deadlineComes_workIsStopped(@TempDir Path folder) throws Exception {
    TaskGraph graph = new TaskGraph();
    Node<Integer> last = endless(graph, folder);
    try (Pool pool = open(2)) {
      CallOptions soon = CallOptions.DEFAULTS.withDeadline(Duration.ofMillis(300));
      assertThatExceptionOfType(TaskTimeoutException.class)
          .isThrownBy(() -> graph.compute(pool.with(soon), last))
          .satisfies(e -> assertThat(e.isDeadline()).isTrue());
      awaitEnds(folder);
      CallOptions never = CallOptions.DEFAULTS.withDeadline(Duration.ZERO);
      assertThatExceptionOfType(TaskTimeoutException.class)
          .isThrownBy(() -> graph.compute(pool.with(never), last));
      assertThat(Await.result(pool.submit(() -> 7))).isEqualTo(7);
    }
  }

  /** The first failure stops what runs; its state can be seen and drawn meanwhile. */
  @Test
  default void start_oneFails_othersAreStopped(@TempDir Path folder) throws Exception {
    TaskGraph graph = new TaskGraph();
    Path go = folder.resolve("go");
    Node<Integer> bad =
        graph
            .<Integer>task(() -> {
              Await.file(go);
              throw new IOException("bad");
            })
            .named("bad");
    Node<Integer> last = endless(graph, folder);
    try (Pool pool = open(2)) {
      if (callerRuns()) {
        Files.createFile(go); // it runs alone, and first
      }
      GraphRun run = graph.start(pool, FailurePolicy.STOP_AT_FIRST, List.of(bad, last));
      if (!callerRuns()) {
        Await.file(folder.resolve("5.begin"));
        assertThat(run.isOver()).isFalse();
        assertThat(run.await(Duration.ZERO)).isFalse();
        assertThat(run.state(bad)).isEqualTo(NodeState.RUNNING);
        assertThat(run.state(last)).isEqualTo(NodeState.WAITING);
        assertThat(run.elapsed(bad)).isPresent();
        assertThat(run.elapsed(last)).isEmpty();
        assertThat(run.svg()).contains("waiting", "running", "done");
        assertThat(run.dot()).contains("waiting", "running", "done");
        Files.createFile(go);
      }
      assertThat(run.await().isOver()).isTrue();
      assertThatExceptionOfType(TaskFailedException.class)
          .isThrownBy(() -> run.value(last))
          .withMessageContaining("node 'bad' failed");
      assertThat(run.state(last)).isEqualTo(NodeState.CANCELLED);
      awaitEnds(folder);
      Await.until("it is drawn as stopped", () -> !run.svg().contains("running"));
      if (!callerRuns()) {
        assertThat(run.svg()).as("what ran has its time").containsPattern("cancelled \\d");
      }
      assertThat(run.elapsed(last)).isEmpty();
    }
  }

  /** Who cancels the future, or the run, stops the work. */
  @Test
  default void computeAsync_cancelled_workIsStopped(@TempDir Path folder) throws Exception {
    TaskGraph graph = new TaskGraph();
    Node<Integer> quick = graph.task(() -> 1).then(n -> n + 1);
    Node<Integer> last = endless(graph, folder);
    try (Pool pool = open(2)) {
      TaskFuture<Integer> two = graph.computeAsync(pool, quick);
      Integer three = Await.<Integer>result(two.thenApply(n -> n + 1));
      assertThat(three).isEqualTo(3);
      assertThat(two.join()).isEqualTo(2);
      Await.result(two.stopped());
      if (callerRuns()) {
        return; // what is endless would not come back from the call
      }
      TaskFuture<Integer> endless = graph.computeAsync(pool, last);
      Await.file(folder.resolve("5.begin"));
      assertThat(endless.cancel(true)).isTrue();
      assertThat(endless).isCancelled();
      Await.result(endless.stopped());
      awaitEnds(folder);
      Path other = Files.createDirectory(folder.resolve("other"));
      Node<Integer> again = endless(graph, other);
      GraphRun run = graph.start(pool, FailurePolicy.FINISH_ALL, List.of(again));
      run.cancel();
      run.await();
      assertThatThrownBy(() -> run.value(again)).isInstanceOf(CancellationException.class);
      awaitEnds(other);
    }
  }

  /** Who is interrupted while he computes stops the work and keeps his flag. */
  @Test
  default void compute_interrupted_workIsStopped(@TempDir Path folder) throws Exception {
    TaskGraph graph = new TaskGraph();
    Node<Integer> last = endless(graph, folder);
    try (Pool pool = open(2)) {
      Caller<Integer> caller = Caller.of(() -> graph.compute(pool, last));
      Await.file(folder.resolve("5.begin"));
      caller.interrupt();
      Caller.End<Integer> end = caller.end();
      if (callerRuns()) { // it is the task that is interrupted
        assertThat(end.failure())
            .isInstanceOfAny(CancellationException.class, TaskFailedException.class);
      } else {
        assertThat(end.failure()).isInstanceOf(CancellationException.class);
      }
      assertThat(end.interrupted()).isTrue();
      awaitEnds(folder);
    }
  }

  /** A pool that is stopped ends the computation; one that is closed takes none. */
  @Test
  default void compute_poolEnds_callerIsTold(@TempDir Path folder) throws Exception {
    TaskGraph graph = new TaskGraph();
    Node<Integer> last = endless(graph, folder);
    Pool pool = open(2);
    try (pool) {
      Caller<Integer> caller = Caller.of(() -> graph.compute(pool, last));
      Await.file(folder.resolve("5.begin"));
      pool.closeNow();
      assertThat(caller.end().failure())
          .isInstanceOfAny(CancellationException.class, RejectedExecutionException.class);
      awaitEnds(folder);
    }
    assertThatExceptionOfType(RejectedExecutionException.class)
        .isThrownBy(() -> graph.compute(pool, last));
  }

  /** One graph is computed by several threads at once, in tasks of a full pool too. */
  @Test
  default void compute_atTheSameTimeAndInTasks_eachIsRight() throws Exception {
    TaskGraph graph = new TaskGraph();
    List<Node<Integer>> squares = graph.each(IntStream.range(0, 20).boxed().toList(), n -> n * n);
    Node<Integer> sum = graph.combine(squares, all -> all.stream().mapToInt(n -> n).sum());
    try (Pool pool = open(1)) {
      List<Caller<Integer>> callers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        callers.add(Caller.of(() -> graph.compute(pool, sum)));
      }
      for (Caller<Integer> caller : callers) {
        assertThat(caller.end().result()).isEqualTo(2_470);
      }
      if (!isolated()) {
        assertThat(Await.result(pool.submit(() -> graph.compute(pool, sum)))).isEqualTo(2_470);
        assertThat(Await.result(pool.submit(() -> graph.computeAsync(pool, sum).join())))
            .isEqualTo(2_470);
      }
    }
  }

  /** A value that nobody needs any more is let go, while the rest still runs. */
  @Test
  default void compute_valueIsRead_isLetGo(@TempDir Path folder) throws Exception {
    TaskGraph graph = new TaskGraph();
    List<WeakReference<byte[]>> made = new ArrayList<>();
    boolean shared = !isolated();
    Node<byte[]> large =
        graph.task(() -> {
          byte[] bytes = new byte[1 << 10];
          if (shared) {
            made.add(new WeakReference<>(bytes));
          }
          return bytes;
        });
    Path go = folder.resolve("go");
    Node<Integer> last =
        large
            .then(bytes -> bytes.length)
            .then(length -> {
              Await.file(go);
              return length;
            });
    if (isolated()) {
      return; // there a value is a copy, which nothing tells of
    }
    try (Pool pool = open(2)) {
      Caller<Integer> caller = Caller.of(() -> graph.compute(pool, last));
      Await.until(
          "the value is let go",
          () -> {
            System.gc();
            return !made.isEmpty() && made.getFirst().refersTo(null);
          });
      Files.createFile(go);
      assertThat(caller.end().result()).isEqualTo(1 << 10);
    }
  }
}
