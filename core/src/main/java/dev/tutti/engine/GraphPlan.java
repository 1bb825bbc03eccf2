package dev.tutti.engine;

import dev.tutti.plan.CallOptions;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What one computation of a graph has to do, by the numbers of the nodes. A node comes behind all
 * that it needs, so every loop over the numbers is one over the graph in its order.
 *
 * <p><b>Thread safety.</b> Immutable.
 */
public final class GraphPlan {
  private final Step[] steps;
  private final @Nullable CallOptions[] own;
  private final boolean[] asked;
  private final boolean[] needed;
  private final int neededCount;
  private final int[] firstReader; // the readers of node i are readers[firstReader[i]] and on
  private final int[] readers;
  private final CallOptions options;
  private final boolean stopsAtFailure;

  /**
   * Makes a plan.
   *
   * @param steps what the nodes of the graph do
   * @param own what the attempts of each node keep to; null for what the pool says
   * @param wanted the numbers of those whose values are asked for
   * @param options what nodes keep to that have no options of their own, and the deadline of all
   * @param stopsAtFailure whether the first failure ends it
   */
  public GraphPlan(
      Step[] steps,
      @Nullable CallOptions[] own,
      int[] wanted,
      CallOptions options,
      boolean stopsAtFailure) {
    int size = steps.length;
    this.steps = steps.clone();
    this.own = own.clone();
    this.options = options;
    this.stopsAtFailure = stopsAtFailure;
    this.asked = new boolean[size];
    this.needed = new boolean[size];
    for (int node : wanted) {
      asked[node] = true;
      needed[node] = true;
    }
    this.firstReader = new int[size + 1];
    int count = 0;
    for (int node = size - 1; node >= 0; node--) {
      if (needed[node]) {
        count++;
        Step step = steps[node];
        for (int i = 0; i < step.inputs(); i++) {
          needed[step.input(i)] = true;
          firstReader[step.input(i) + 1]++;
        }
      }
    }
    this.neededCount = count;
    for (int node = 0; node < size; node++) {
      firstReader[node + 1] += firstReader[node];
    }
    this.readers = new int[firstReader[size]];
    int[] next = Arrays.copyOf(firstReader, size);
    for (int node = 0; node < size; node++) {
      if (needed[node]) {
        Step step = steps[node];
        for (int i = 0; i < step.inputs(); i++) {
          readers[next[step.input(i)]++] = node;
        }
      }
    }
  }

  /** {@return how many nodes the graph has} */
  public int size() {
    return steps.length;
  }

  /** {@return how many nodes are needed} */
  public int neededCount() {
    return neededCount;
  }

  /**
   * {@return whether the value of a node is asked for}
   *
   * @param node its number
   */
  public boolean isAsked(int node) {
    return asked[node];
  }

  /**
   * {@return whether a node has to run, for itself or for another one}
   *
   * @param node its number
   */
  public boolean isNeeded(int node) {
    return needed[node];
  }

  /**
   * {@return what a node does}
   *
   * @param node its number
   */
  public Step step(int node) {
    return steps[node];
  }

  /** {@return whether the first failure ends it} */
  public boolean stopsAtFailure() {
    return stopsAtFailure;
  }

  CallOptions options() {
    return options;
  }

  /** {@return what the attempts of a node keep to, but for the deadline} */
  CallOptions options(int node) {
    CallOptions ofNode = own[node];
    return ofNode == null ? options : ofNode;
  }

  /** {@return how many inputs of nodes a value goes to} */
  int readers(int node) {
    return firstReader[node + 1] - firstReader[node];
  }

  int reader(int node, int which) {
    return readers[firstReader[node] + which];
  }
}
