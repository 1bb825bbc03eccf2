package dev.tutti;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.plan.CallOptions;
import dev.tutti.plan.FailurePolicy;
import dev.tutti.plan.RetryPolicy;
import dev.tutti.task.NodeState;
import dev.tutti.task.TaskFailedException;
import dev.tutti.task.TaskFuture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The samples of graphs of tasks. */
@Tag("unit")
final class GraphSnippets {
  private static List<Integer> loadPrices(String day) {
    return List.of(2, day.length());
  }

  private static List<Integer> loadStock(String day) {
    return List.of(10, day.length());
  }

  private static int worth(List<Integer> prices, List<Integer> stock) {
    return prices.getFirst() * stock.getFirst() + prices.getLast() * stock.getLast();
  }

  private static List<Integer> missing(String day) throws IOException {
    throw new IOException("nothing for " + day);
  }

  @Test
  void graph() {
    String day = "monday";
    try (Pool pool = Pool.threads(2)) {
      // @start region=graph
      TaskGraph graph = new TaskGraph();
      Node<List<Integer>> prices = graph.task(() -> loadPrices(day));
      Node<List<Integer>> stock = graph.task(() -> loadStock(day));
      Node<Integer> worth = graph.combine(prices, stock, GraphSnippets::worth);
      Node<String> page = worth.then(sum -> day + ": " + sum);
      String text = graph.compute(pool, page); // prices and stock at once, each node once
      // @end region=graph
      assertThat(text).isEqualTo("monday: 56");
    }
  }

  @Test
  void each(@TempDir Path folder) throws IOException {
    Path one = Files.writeString(folder.resolve("one"), "12345");
    Path two = Files.writeString(folder.resolve("two"), "123");
    List<Path> files = List.of(one, two);
    try (Pool pool = Pool.threads(2)) {
      // @start region=each
      TaskGraph graph = new TaskGraph();
      List<Node<Long>> sizes = graph.each(files, Files::size); // a node for each file
      Node<Long> total = graph.combine(sizes, all -> all.stream().mapToLong(n -> n).sum());
      Node<Long> largest =
          graph.combine(sizes, all -> all.stream().mapToLong(n -> n).max().orElse(0));
      Node<Double> share = graph.combine(largest, total, (most, sum) -> (double) most / sum);
      double part = graph.compute(pool, share); // the sizes are taken once
      // @end region=each
      assertThat(part).isEqualTo(0.625);
    }
  }

  @Test
  void node() {
    String day = "monday";
    TaskGraph graph = new TaskGraph();
    // @start region=node
    CallOptions patient =
        CallOptions.DEFAULTS.withTimeout(Duration.ofSeconds(30)).withRetry(RetryPolicy.attempts(3));
    Node<List<Integer>> prices =
        graph.task(() -> loadPrices(day)).named("prices").keepingTo(patient);
    Node<Integer> first = prices.then(List::getFirst).named("first price");
    // @end region=node
    try (Pool pool = Pool.sequential()) {
      assertThat(graph.compute(pool, first)).isEqualTo(2);
    }
  }

  @Test
  void run() {
    String day = "sunday";
    try (Pool pool = Pool.threads(2)) {
      TaskGraph graph = new TaskGraph();
      Node<Integer> stock = graph.task(() -> loadStock(day)).then(List::getFirst).named("stock");
      Node<List<Integer>> prices = graph.task(() -> missing(day)).named("prices");
      Node<Integer> cheapest = prices.then(List::getFirst).named("cheapest");
      // @start region=run
      GraphRun run = graph.compute(pool, FailurePolicy.FINISH_ALL);
      int inStock = run.value(stock); // needs nothing that has failed
      for (TaskFailedException failure : run.failures()) {
        System.err.println(failure.getMessage()); // node 'prices' failed: path=prices attempt=1 ...
      }
      // @end region=run
      assertThat(inStock).isEqualTo(10);
      // @start region=state
      assertThat(run.state(stock)).isEqualTo(NodeState.DONE);
      assertThat(run.state(prices)).isEqualTo(NodeState.FAILED);
      assertThat(run.state(cheapest)).isEqualTo(NodeState.SKIPPED);
      // @end region=state
    }
  }

  @Test
  void async(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("graph.svg");
    try (Pool pool = Pool.threads(2)) {
      TaskGraph graph = new TaskGraph();
      Node<Integer> node = graph.task(() -> 20).then(n -> n + 1).named("answer");
      // @start region=async
      TaskFuture<Integer> later = graph.computeAsync(pool, node); // cancel(true) stops the work
      var twice = later.thenApply(n -> 2 * n);
      // @end region=async
      assertThat(twice.get()).isEqualTo(42);
      // @start region=draw
      GraphRun run = graph.start(pool, FailurePolicy.STOP_AT_FIRST, List.of(node));
      Files.writeString(file, run.svg()); // as it stands now; open it in a browser
      run.await();
      Files.writeString(file, run.svg()); // each node with its state and time
      // @end region=draw
      assertThat(file).content().contains("answer", "done");
    }
  }
}
