package dev.tutti;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The names that nodes had when this was made.
 *
 * <p><b>Thread safety.</b> Immutable.
 */
final class NodeNames {
  private final List<Node<?>> nodes;
  private final @Nullable String[] given; // the others are made when somebody asks: nodes are many

  NodeNames(List<Node<?>> nodes) {
    this.nodes = nodes;
    this.given = nodes.stream().map(Node::givenName).toArray(String[]::new);
  }

  String of(int node) {
    return nodes.get(node).name(given[node]);
  }
}
