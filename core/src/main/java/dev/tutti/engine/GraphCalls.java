package dev.tutti.engine;

import dev.tutti.plan.Batching;
import dev.tutti.plan.CallOptions;
import dev.tutti.spi.Capabilities;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * The calls of one computation of a graph. Nodes that have the same function object and the same
 * options are items of one call, which go to workers in batches; a lambda that captures nothing is
 * one object.
 *
 * <p><b>Thread safety.</b> Immutable once it is made, but for the forms that the pool makes.
 */
final class GraphCalls {
  /** So many nodes of a call may wait or run at once where workers take batches. */
  static final int BATCH_WINDOW = 1_024;

  private final Dispatcher dispatcher;
  private final NodeCall[] calls; // by the number of the node
  private final List<NodeCall> all = new ArrayList<>();

  /**
   * Makes the calls and has them admitted.
   *
   * @throws Refused if a function cannot go to a worker; nothing is left of the others then
   */
  GraphCalls(Dispatcher dispatcher, GraphWork work, GraphPlan plan) throws Refused {
    this.dispatcher = dispatcher;
    this.calls = new NodeCall[plan.size()];
    IdentityHashMap<Object, Integer> users = new IdentityHashMap<>();
    for (int node = 0; node < plan.size(); node++) {
      if (plan.isNeeded(node) && plan.step(node).canShare()) {
        users.merge(plan.step(node).function(), 1, Integer::sum);
      }
    }
    IdentityHashMap<Object, Map<CallOptions, NodeCall>> shared = new IdentityHashMap<>();
    Map<Integer, Lane> singles = new HashMap<>();
    for (int node = 0; node < plan.size(); node++) {
      if (!plan.isNeeded(node)) {
        continue;
      }
      Step step = plan.step(node);
      CallOptions options = plan.options(node);
      if (step.canShare() && users.getOrDefault(step.function(), 0) > 1) {
        Map<CallOptions, NodeCall> same =
            shared.computeIfAbsent(step.function(), _ -> new HashMap<>());
        NodeCall call = same.get(options);
        if (call == null) {
          call = new NodeCall(work, step, options, batchLane(options), dispatcher, false);
          add(call, node);
          same.put(options, call);
        }
        calls[node] = call;
      } else {
        Lane lane = singles.computeIfAbsent(options.priority(), Lane::ofSingles);
        calls[node] = new NodeCall(work, step, options, lane, dispatcher, true);
        add(calls[node], node);
      }
    }
  }

  private Lane batchLane(CallOptions options) {
    Capabilities can = dispatcher.group().capabilities();
    return new Lane(
        new Chunker(Batching.adaptive(), BATCH_WINDOW, can.batches(), false), options.priority());
  }

  private void add(NodeCall call, int node) throws Refused {
    try {
      dispatcher.group().admit(call);
      all.add(call);
    } catch (RuntimeException | Error e) { // NotSendableException, or what a user's class throws
      forgetAll();
      throw new Refused(node, e);
    }
  }

  NodeCall of(int node) {
    return calls[node];
  }

  /** No further item will be offered. */
  void forgetAll() {
    all.forEach(dispatcher.group()::forget);
  }

  /** The function of a node cannot go to a worker. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;
    private final int node;

    Refused(int node, Throwable cause) {
      super(cause);
      this.node = node;
    }

    int node() {
      return node;
    }

    Throwable why() {
      Throwable cause = getCause();
      return cause == null ? this : cause;
    }
  }
}
