package dev.tutti;

import dev.tutti.engine.Step;
import dev.tutti.plan.CallOptions;
import dev.tutti.task.Fn;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One task of a {@link TaskGraph}, and a name for its value.
 *
 * {@snippet class=dev.tutti.GraphSnippets region=node lang=java}
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread. A computation has the name
 * and the options that the node had when it began.
 *
 * @param <R> the type of the value
 * @since 0.1
 */
public final class Node<R extends @Nullable Object> {
  private final TaskGraph graph;
  private final int index;
  private final Step step;
  private volatile @Nullable String name;
  private volatile @Nullable CallOptions options;

  Node(TaskGraph graph, int index, Step step) {
    this.graph = graph;
    this.index = index;
    this.step = step;
  }

  /**
   * Adds a node to the graph whose input is the value of this one.
   *
   * @param <S> the type of its value
   * @param fn makes its value of the value of this one
   * @return the new node
   */
  public <S extends @Nullable Object> Node<S> then(Fn<? super R, ? extends S> fn) {
    return graph.then(this, fn);
  }

  /**
   * Gives the node a name, for failures and drawings.
   *
   * @param newName the name
   * @return this node
   */
  public Node<R> named(String newName) {
    name = Objects.requireNonNull(newName, "name");
    return this;
  }

  /**
   * Says what the attempts of this node keep to: time-out, further attempts and priority, in place
   * of those of the pool.
   *
   * @param limits what they keep to
   * @return this node
   * @throws IllegalArgumentException if there is a deadline or a bound on the queue, which a node
   *     does not have
   */
  public Node<R> keepingTo(CallOptions limits) {
    Objects.requireNonNull(limits, "limits");
    if (limits.deadline().isPresent()) {
      throw new IllegalArgumentException(
          "a node has no deadline: node=%s deadline=%s; give it to the pool: pool.with(...)"
              .formatted(name(), limits.deadline().get()));
    }
    if (limits.queue().isPresent()) {
      throw new IllegalArgumentException(
          "a node has no queue of its own: node=%s queue=%s; leave it out"
              .formatted(name(), limits.queue().get()));
    }
    options = limits;
    return this;
  }

  /** {@return its name; if it was not given one, what it is and its place in the graph, from 0} */
  public String name() {
    return name(name);
  }

  /** {@return the name of a node like this that was given this name, or none} */
  String name(@Nullable String given) {
    return given == null ? step.word() + " " + index : given;
  }

  @Nullable String givenName() {
    return name;
  }

  TaskGraph graph() {
    return graph;
  }

  int index() {
    return index;
  }

  Step step() {
    return step;
  }

  @Nullable CallOptions options() {
    return options;
  }

  @Override
  public String toString() {
    return "Node[%s]".formatted(name());
  }
}
