package dev.tutti.engine;

import dev.tutti.spi.Item;
import dev.tutti.task.NodeState;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where each node of a computation stands: written by who drains it, read by any thread. */
public final class GraphBoard {
  /*
   * A node's entries are written in the order offered, item (release), and took, state (release), item := null. Who looks reads
   * the item, then the state (acquire): with a state that is not WAITING he sees its time; with WAITING and an item, when
   * that was offered.
   */
  private static final VarHandle STATES = MethodHandles.arrayElementVarHandle(NodeState[].class);
  private static final VarHandle ITEMS = MethodHandles.arrayElementVarHandle(Item[].class);

  private final NodeState[] states;
  private final @Nullable Item[] items;
  private final long[] offeredNanos; // when, by System.nanoTime
  private final long[] tookNanos;
  private final int[] attempts;

  GraphBoard(int size) {
    this.states = new NodeState[size];
    Arrays.fill(states, NodeState.WAITING);
    this.items = new Item[size];
    this.offeredNanos = new long[size];
    this.tookNanos = new long[size];
    this.attempts = new int[size];
  }

  // ---------------------------------------------------------------- for who drains

  /** A node is about to be offered. */
  void begin(int node, Item item) {
    offeredNanos[node] = System.nanoTime();
    ITEMS.setRelease(items, node, item); // pairs with state() and elapsedNanos()
  }

  /** Says how long a node took; before its end. */
  void time(int node, long elapsedNanos, int made) {
    tookNanos[node] = elapsedNanos;
    attempts[node] = made;
  }

  void end(int node, NodeState state) {
    STATES.setRelease(states, node, state); // pairs with state() and elapsedNanos()
    ITEMS.setRelease(items, node, (Item) null);
  }

  /** {@return whether a node has not ended} */
  boolean isOpen(int node) {
    return states[node] == NodeState.WAITING;
  }

  /** Cancels a node that was not offered; adds the item of one that was and has not ended. */
  void giveUp(int node, List<Item> open) {
    Item item = items[node];
    if (item != null) {
      open.add(item);
    } else if (isOpen(node)) {
      end(node, NodeState.CANCELLED);
    }
  }

  // ---------------------------------------------------------------- for any thread

  /**
   * {@return where a node stands}
   *
   * @param node its number
   */
  public NodeState state(int node) {
    Item item = (Item) ITEMS.getAcquire(items, node); // first: it goes after the state has changed
    NodeState state = (NodeState) STATES.getAcquire(states, node);
    return state == NodeState.WAITING && item != null && item.place() != null
        ? NodeState.RUNNING
        : state;
  }

  /**
   * {@return how long a node has run, or since when it could; negative if it has not begun or will
   * not}
   *
   * @param node its number
   */
  public long elapsedNanos(int node) {
    Item item = (Item) ITEMS.getAcquire(items, node);
    NodeState state = (NodeState) STATES.getAcquire(states, node);
    return switch (state) {
      case DONE, FAILED -> tookNanos[node];
      case CANCELLED -> tookNanos[node] == 0 ? -1 : tookNanos[node]; // 0 if it never ran
      case WAITING, RUNNING ->
          item == null || item.place() == null ? -1 : System.nanoTime() - offeredNanos[node];
      case SKIPPED -> -1;
    };
  }

  /**
   * {@return how many attempts of a node were made, at least 1; once it has ended}
   *
   * @param node its number
   */
  public int attempts(int node) {
    return Math.max(1, attempts[node]);
  }
}
