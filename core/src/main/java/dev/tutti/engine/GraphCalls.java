package dev.tutti.engine;

import dev.tutti.plan.Batching;
import dev.tutti.plan.CallOptions;
import dev.tutti.spi.Capabilities;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;

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
  private final GraphWork work;
  private final NodeCall[] calls; // by the number of the node
  private final List<NodeCall> all = new ArrayList<>();

  /**
   * Makes the calls and has them admitted.
   *
   * @throws Refused if a function cannot go to a worker; nothing is left of the others then
   */
  GraphCalls(Dispatcher dispatcher, GraphWork work, GraphPlan plan) throws Refused {
    this.dispatcher = dispatcher;
    this.work = work;
    this.calls = new NodeCall[plan.size()];
    IdentityHashMap<Object, Boolean> severalUse = severalUse(plan);
    IdentityHashMap<CallOptions, SameOptions> byOptions = new IdentityHashMap<>();
    SameOptions last = null;
    for (int node = 0; node < plan.size(); node++) {
      if (plan.isNeeded(node)) {
        CallOptions given = plan.options(node);
        if (last == null || last.given != given) {
          last = byOptions.computeIfAbsent(given, SameOptions::new);
        }
        Step step = plan.step(node);
        boolean single = !step.canShare() || !severalUse.getOrDefault(step.function(), false);
        calls[node] = call(node, step, last, single);
      }
    }
  }

  /** {@return for each function whether it belongs to several nodes that can share a call} */
  private static IdentityHashMap<Object, Boolean> severalUse(GraphPlan plan) {
    IdentityHashMap<Object, Boolean> several = new IdentityHashMap<>();
    for (int node = 0; node < plan.size(); node++) {
      if (plan.isNeeded(node) && plan.step(node).canShare()) {
        Object function = plan.step(node).function();
        several.put(function, several.containsKey(function));
      }
    }
    return several;
  }

  private NodeCall call(int node, Step step, SameOptions same, boolean single) throws Refused {
    NodeCall known = single ? null : same.shared.get(step.function());
    if (known != null && known.body() == step.body()) {
      return known;
    }
    Lane lane = single ? same.singles : batchLane(same.options);
    NodeCall call = new NodeCall(work, step, same.options, lane, dispatcher, single);
    try {
      dispatcher.group().admit(call);
    } catch (RuntimeException | Error e) { // NotSendableException, or what a user's class throws
      forgetAll();
      throw new Refused(node, e);
    }
    all.add(call);
    if (!single) {
      same.shared.put(step.function(), call);
    }
    return call;
  }

  private Lane batchLane(CallOptions options) {
    Capabilities can = dispatcher.group().capabilities();
    return new Lane(
        new Chunker(Batching.adaptive(), BATCH_WINDOW, can.batches(), false), options.priority());
  }

  NodeCall of(int node) {
    return calls[node];
  }

  /** No further item will be offered. */
  void forgetAll() {
    all.forEach(dispatcher.group()::forget);
  }

  /** The nodes that have the same options object. */
  private static final class SameOptions {
    final CallOptions given;
    final CallOptions options; // without the deadline, which is that of the whole
    final Lane singles;
    final IdentityHashMap<Object, NodeCall> shared = new IdentityHashMap<>();

    SameOptions(CallOptions given) {
      this.given = given;
      this.options =
          new CallOptions(
              given.timeout(), Optional.empty(), given.retry(), given.priority(), Optional.empty());
      this.singles = Lane.ofSingles(given.priority());
    }
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
