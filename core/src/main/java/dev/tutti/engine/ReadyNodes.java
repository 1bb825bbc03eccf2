package dev.tutti.engine;

import dev.tutti.task.NodeState;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Which nodes can run, and the values that somebody still needs. For one thread at a time. */
final class ReadyNodes {
  /*
   * `missing` counts the inputs of a node that are not there; at 0 it is ready. `unread` counts the inputs of nodes that
   * still need a value; at 0 the value goes, unless it is asked for. What became ready last goes first: that goes down into
   * the graph before it goes on in its width, so fewer values are kept.
   */
  private final GraphPlan plan;
  private final int[] missing;
  private final int[] unread;
  private final int[] because;
  private final @Nullable Object[] values; // of a failed node: what it threw
  private final int[] stack;
  private int count;

  ReadyNodes(GraphPlan plan) {
    int size = plan.size();
    this.plan = plan;
    this.missing = new int[size];
    this.unread = new int[size];
    this.because = new int[size];
    this.values = new Object[size];
    this.stack = new int[plan.neededCount()];
    Arrays.fill(because, -1);
    for (int node = size - 1; node >= 0; node--) {
      if (plan.isNeeded(node)) {
        missing[node] = plan.step(node).inputs();
        unread[node] = plan.readers(node);
        if (missing[node] == 0) {
          stack[count++] = node;
        }
      }
    }
  }

  boolean isEmpty() {
    return count == 0;
  }

  int next() {
    return stack[--count];
  }

  /** Nothing further runs: what is not asked for is let go. */
  void close() {
    count = 0;
    for (int node = 0; node < values.length; node++) {
      if (!plan.isAsked(node) && because[node] != node) {
        values[node] = null;
      }
    }
  }

  /** {@return what a node that is about to run is called with} */
  @Nullable Object argument(int node, GraphBoard board) {
    Step step = plan.step(node);
    Object argument = step.argument(input -> values[input]);
    readInputs(step, board);
    return argument;
  }

  private void readInputs(Step step, GraphBoard board) {
    for (int i = 0; i < step.inputs(); i++) {
      int input = step.input(i);
      unread[input]--;
      if (!isWanted(input) && because[input] < 0 && !board.isOpen(input)) {
        values[input] = null;
      }
    }
  }

  private boolean isWanted(int node) {
    return plan.isAsked(node) || unread[node] > 0;
  }

  void succeeded(int node, @Nullable Object value) {
    if (isWanted(node)) {
      values[node] = value;
    }
    for (int i = plan.readers(node) - 1; i >= 0; i--) {
      int reader = plan.reader(node, i);
      missing[reader]--;
      if (missing[reader] == 0) {
        stack[count++] = reader;
      }
    }
  }

  /** Nothing that needs the node will run. */
  void failed(int node, Throwable cause, GraphBoard board) {
    because[node] = node;
    values[node] = cause;
    ArrayDeque<Integer> reached = new ArrayDeque<>();
    reached.add(node);
    while (!reached.isEmpty()) { // in breadth, so a path to the failure is a shortest one
      int from = reached.removeFirst();
      for (int i = 0; i < plan.readers(from); i++) {
        int reader = plan.reader(from, i);
        if (because[reader] < 0) {
          because[reader] = from;
          board.end(reader, NodeState.SKIPPED);
          readInputs(plan.step(reader), board);
          reached.add(reader);
        }
      }
    }
  }

  @Nullable Object value(int node) {
    return values[node];
  }

  /** {@return the node itself if it has failed, one it needs if it was skipped, else -1} */
  int because(int node) {
    return because[node];
  }
}
