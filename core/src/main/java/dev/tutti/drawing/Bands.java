package dev.tutti.drawing;

import dev.tutti.task.NodeState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** A drawing with too many boxes or arrows, as one of its layers. */
final class Bands {
  static final String EXPLAINED =
      "too many nodes or arrows to draw: each box stands for a layer, or several";
  private static final int MOST_BANDS = 60;

  private Bands() {}

  /** {@return a box for each layer, or for several, each with an arrow to the next} */
  static Drawing of(Drawing whole) {
    int[] layer = Layers.longestPaths(whole.inputs());
    int layers = Arrays.stream(layer).max().orElse(-1) + 1;
    int each = Math.ceilDiv(layers, MOST_BANDS);
    int bands = Math.ceilDiv(layers, each);
    List<Map<NodeState, Integer>> counts = new ArrayList<>();
    for (int band = 0; band < bands; band++) {
      counts.add(new EnumMap<>(NodeState.class));
    }
    for (int box = 0; box < layer.length; box++) {
      counts.get(layer[box] / each).merge(whole.boxes().get(box).state(), 1, Integer::sum);
    }
    List<Box> boxes = new ArrayList<>();
    List<int[]> inputs = new ArrayList<>();
    for (int band = 0; band < bands; band++) {
      int from = band * each;
      int to = Math.min(layers, from + each) - 1;
      Map<NodeState, Integer> states = counts.get(band);
      boxes.add(new Box(name(from, to, states), state(states), Drawing.words(states), -1));
      inputs.add(band == 0 ? new int[0] : new int[] {band - 1});
    }
    return new Drawing(boxes, inputs);
  }

  private static String name(int from, int to, Map<NodeState, Integer> states) {
    int nodes = states.values().stream().mapToInt(Integer::intValue).sum();
    String what = from == to ? "layer " + from : "layers " + from + " to " + to;
    return what + ": " + nodes + (nodes == 1 ? " node" : " nodes");
  }

  /** {@return the worst state of them, or what is still to come} */
  private static NodeState state(Map<NodeState, Integer> states) {
    for (NodeState first :
        List.of(
            NodeState.FAILED,
            NodeState.RUNNING,
            NodeState.CANCELLED,
            NodeState.SKIPPED,
            NodeState.WAITING)) {
      if (states.containsKey(first)) {
        return first;
      }
    }
    return NodeState.DONE;
  }
}
