package dev.tutti;

import dev.tutti.drawing.Box;
import dev.tutti.drawing.Drawing;
import dev.tutti.task.NodeState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.function.IntToLongFunction;

/** A drawing of some nodes of a graph, as they stood when it was made. */
final class GraphDrawing {
  private final Drawing drawing;

  private GraphDrawing(Drawing drawing) {
    this.drawing = drawing;
  }

  /** {@return all nodes, of which none has begun} */
  static GraphDrawing of(List<Node<?>> nodes) {
    return of(nodes, new NodeNames(nodes), _ -> true, _ -> NodeState.WAITING, _ -> -1);
  }

  static GraphDrawing of(
      List<Node<?>> nodes,
      NodeNames names,
      IntPredicate drawn,
      IntFunction<NodeState> state,
      IntToLongFunction elapsedNanos) {
    int[] place = new int[nodes.size()];
    Arrays.fill(place, -1);
    List<Box> boxes = new ArrayList<>();
    List<int[]> inputs = new ArrayList<>();
    for (Node<?> node : nodes) {
      int index = node.index();
      if (drawn.test(index)) {
        place[index] = boxes.size();
        NodeState now = state.apply(index);
        long nanos = now == NodeState.WAITING ? -1 : elapsedNanos.applyAsLong(index);
        boxes.add(new Box(names.of(index), now, nanos));
        inputs.add(node.step().inputNodes().map(input -> place[input]).distinct().toArray());
      }
    }
    return new GraphDrawing(new Drawing(boxes, inputs));
  }

  String dot() {
    return drawing.dot();
  }

  String svg() {
    return drawing.svg();
  }
}
