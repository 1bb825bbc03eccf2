package dev.tutti.bench.compare;

import dev.tutti.Node;
import dev.tutti.Pool;
import dev.tutti.TaskGraph;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;

/**
 * A square of small tasks, each of which needs the one above it and the one to its left: as many
 * ways lead to a node as to these two together. To make the graph belongs to the run, as futures
 * begin to run while they are made.
 */
final class Lattice {
  private static final int MODULUS = 1_000_003;

  private Lattice() {}

  private static Integer ways(Integer up, Integer left) {
    return (up + left) % MODULUS;
  }

  private static int side(int nodes) {
    return (int) Math.sqrt(nodes);
  }

  private static Sample sample(long nanos, int side, int last) {
    return new Sample(nanos, side * side, Integer.toString(last));
  }

  /** Nodes of a graph. */
  static Sample onGraph(Pool pool, int nodes) {
    int side = side(nodes);
    long begin = System.nanoTime();
    TaskGraph graph = new TaskGraph();
    List<Node<Integer>> above = List.of();
    for (int row = 0; row < side; row++) {
      List<Node<Integer>> now = new ArrayList<>(side);
      for (int column = 0; column < side; column++) {
        now.add(
            row == 0 || column == 0
                ? graph.task(() -> 1)
                : graph.combine(above.get(column), now.getLast(), Lattice::ways));
      }
      above = now;
    }
    int last = graph.compute(pool, above.getLast());
    return sample(System.nanoTime() - begin, side, last);
  }

  /** Futures of the JDK, each of which is completed by a task of the pool. */
  static Sample onFutures(ExecutorService pool, int nodes) throws Exception {
    int side = side(nodes);
    long begin = System.nanoTime();
    List<CompletableFuture<Integer>> above = List.of();
    for (int row = 0; row < side; row++) {
      List<CompletableFuture<Integer>> now = new ArrayList<>(side);
      for (int column = 0; column < side; column++) {
        now.add(
            row == 0 || column == 0
                ? CompletableFuture.supplyAsync(() -> 1, pool)
                : above.get(column).thenCombineAsync(now.getLast(), Lattice::ways, pool));
      }
      above = now;
    }
    int last = above.getLast().get();
    return sample(System.nanoTime() - begin, side, last);
  }
}
