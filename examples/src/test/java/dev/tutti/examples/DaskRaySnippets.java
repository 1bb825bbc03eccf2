package dev.tutti.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.Futures;
import dev.tutti.Node;
import dev.tutti.Pool;
import dev.tutti.TaskGraph;
import dev.tutti.actors.Actor;
import dev.tutti.actors.ActorOptions;
import dev.tutti.actors.ActorPool;
import dev.tutti.actors.Actors;
import dev.tutti.actors.RestartPolicy;
import dev.tutti.memory.SharedDoubles;
import dev.tutti.plan.CallOptions;
import dev.tutti.plan.RetryPolicy;
import dev.tutti.plan.SubmitQueue;
import dev.tutti.task.TaskFuture;
import dev.tutti.task.WorkerContext;
import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import java.io.Serial;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What Dask and Ray do, for the guide "From Python". */
@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class DaskRaySnippets {
  private static int load(int n) {
    return n;
  }

  private static int add(int a, int b) {
    return a + b;
  }

  @Test
  void futures() throws Exception {
    // @start region=submit
    try (Pool pool = Pool.processes(2)) {
      TaskGraph graph = new TaskGraph();
      Node<Integer> a = graph.task(() -> load(1));
      Node<Integer> b = graph.task(() -> load(2));
      Node<Integer> c = graph.combine(a, b, (x, y) -> add(x, y)); // as soon as both are there
      TaskFuture<Integer> sum = graph.computeAsync(pool, c);
      assertThat(sum.get()).isEqualTo(3);
    }
    // @end region=submit
    try (Pool pool = Pool.threads(2)) {
      TaskFuture<Integer> a = pool.submit(() -> load(1));
      TaskFuture<Integer> b = pool.submit(() -> load(2));
      CompletableFuture<Integer> sum =
          a.thenCombine(b, (x, y) -> pool.submit(() -> add(x, y))).thenCompose(c -> c);
      assertThat(sum.get()).isEqualTo(3);
      List<TaskFuture<Integer>> futures =
          List.of(pool.submit(() -> load(1)), pool.submit(() -> load(2)));
      assertThat(Futures.<Integer>gather(futures).join()).containsExactly(1, 2);
      CallOptions options =
          CallOptions.DEFAULTS.withRetry(RetryPolicy.attempts(4)).withPriority(10);
      TaskFuture<Integer> urgent = pool.with(options).submit(() -> load(3));
      assertThat(urgent.join()).isEqualTo(3);
      assertThat(Futures.awaitFirst(futures).done()).isNotEmpty();
      assertThat(Futures.asCompleted(futures).limit(2).map(TaskFuture::join)).contains(1, 2);
      AtomicInteger told = new AtomicInteger();
      pool.execute(() -> told.set(load(1)));
      Await.until("what nobody waits for has run", () -> told.get() == 1);
      pool.resize(1, 8);
    }
  }

  @Test
  void delayedGraph() {
    try (Pool pool = Pool.processes(2)) {
      // @start region=delayed
      TaskGraph graph = new TaskGraph();
      List<Node<Integer>> parts = graph.each(List.of(1, 2, 3), n -> load(n));
      Node<Integer> total = graph.combine(parts, DaskRaySnippets::sum);
      int sum = graph.compute(pool, total); // what total needs, each node once
      // @end region=delayed
      assertThat(sum).isEqualTo(6);
      Node<Integer> one = graph.task(() -> load(1));
      Node<Integer> both = graph.combine(one, total, (x, y) -> add(x, y));
      assertThat((int) graph.compute(pool, both)).isEqualTo(7);
      assertThat(graph.svg()).contains("<svg");
      assertThat(graph.dot()).startsWith("digraph");
    }
  }

  private static int sum(List<Integer> all) {
    return all.stream().mapToInt(n -> n).sum();
  }

  record Prices(Map<String, Integer> cents) implements Serializable {
    static Prices load() {
      return new Prices(Map.of("apple", 40, "pear", 55));
    }

    int of(String name) {
      return cents.getOrDefault(name, 0);
    }
  }

  @Test
  void sharedData() {
    List<String> names = List.of("pear", "apple", "fig");
    try (Pool pool = Pool.processes(2)) {
      // @start region=scatter
      Prices prices = Prices.load(); // goes to a worker with the function, not with each item
      List<Integer> cents = pool.map(names, name -> prices.of(name));
      List<Integer> again = // for many calls: each worker makes it once
          pool.map(
              names,
              name -> WorkerContext.current().perWorker(Prices.class, Prices::load).of(name));
      // @end region=scatter
      assertThat(cents).containsExactly(55, 40, 0).isEqualTo(again);
    }
  }

  static final class Counter implements Serializable {
    @Serial private static final long serialVersionUID = 1L;
    private int count;

    int add(int n) {
      count += n;
      return count;
    }
  }

  @Test
  void actor() throws Exception {
    // @start region=actor
    ActorOptions options =
        ActorOptions.DEFAULTS
            .withRestart(RestartPolicy.atMost(3, Duration.ofMinutes(1)))
            .withCheckpointEvery(1); // what was answered is kept
    try (Actor<Counter> counter = Actor.open(Counter::new, options)) {
      CompletableFuture<Integer> one = counter.ask(c -> c.add(1));
      assertThat(one.get()).isEqualTo(1);
    }
    // @end region=actor
    ActorOptions several =
        ActorOptions.DEFAULTS.withAtOnce(4).withMailbox(SubmitQueue.rejecting(100));
    try (ActorPool<Counter> counters = Actors.pool(2, Counter::new, several)) {
      assertThat(counters.ask(c -> c.add(2)).get()).isEqualTo(2);
    }
  }

  @Test
  void store() throws Exception {
    // @start region=store
    try (SharedDoubles data = SharedDoubles.create(1_000_000); // once, for all workers
        Pool pool = Pool.processes(2)) {
      data.fill(0.5);
      List<Double> sums =
          pool.map(
              List.of(0, 1, 2, 3), // only a handle travels
              part -> data.slice(part * 250_000L, 250_000).stream().sum());
      assertThat(sums).containsOnly(125_000.0);
    }
    // @end region=store
  }
}
