package dev.tutti.process;

import dev.tutti.plan.DataSize;
import java.util.ArrayList;
import java.util.List;

/**
 * How deep a pool of processes is nested in workers of other pools. A worker knows it by two system
 * properties; the bound of the outermost pool holds for all in it.
 *
 * @param depth 1 for a pool in a JVM that is no worker
 * @param maxDepth how deep it may get
 */
record Nesting(int depth, int maxDepth) {
  private static final String DEPTH = "tutti.depth";
  private static final String MAX_DEPTH = "tutti.maxDepth";
  private static final DataSize LEAST_HEAP = DataSize.mib(64);

  /**
   * {@return where a pool that is opened now would be}
   *
   * @param wanted the bound that its options have
   * @throws IllegalStateException if that is too deep
   */
  static Nesting here(int wanted) {
    Nesting nesting =
        new Nesting(Integer.getInteger(DEPTH, 0) + 1, Integer.getInteger(MAX_DEPTH, wanted));
    if (nesting.depth > nesting.maxDepth) {
      throw new IllegalStateException(
          "pools of processes are nested too deep: depth=%d maxDepth=%d; do the inner work in the task"
                  .formatted(nesting.depth, nesting.maxDepth)
              + " itself, or raise ProcessOptions.withMaxDepth of the outermost pool");
    }
    return nesting;
  }

  /**
   * {@return the settings of the workers' JVMs, by which they know where they are} Together the
   * workers of a nested pool get as much heap as the worker that they are nested in.
   *
   * @param users what the user has set
   * @param workers how many there are
   */
  WorkerJvm jvm(WorkerJvm users, int workers) {
    List<String> flags = new ArrayList<>();
    flags.add("-D" + DEPTH + "=" + depth);
    flags.add("-D" + MAX_DEPTH + "=" + maxDepth);
    flags.addAll(users.flags());
    WorkerJvm jvm = users.withFlags(flags.toArray(String[]::new));
    if (depth == 1 || users.heap().isPresent()) {
      return jvm;
    }
    long share = Runtime.getRuntime().maxMemory() / workers;
    return jvm.withHeap(DataSize.bytes(Math.max(LEAST_HEAP.bytes(), share)));
  }
}
