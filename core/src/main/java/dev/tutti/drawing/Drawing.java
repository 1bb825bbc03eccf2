package dev.tutti.drawing;

import dev.tutti.task.NodeState;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/**
 * Boxes, and arrows between them. A box stands behind all that lead to it.
 *
 * <p><b>Thread safety.</b> Immutable.
 */
public final class Drawing {
  /** So many boxes are drawn one by one. */
  static final int MOST_BOXES = 300;

  /** So many pieces of arrows are drawn: of each arrow one from a layer to the next. */
  static final int MOST_PIECES = 5_000;

  private final List<Box> boxes;
  private final List<int[]> inputs;

  /**
   * Makes a drawing.
   *
   * @param boxes the boxes
   * @param inputs for each box the places of those that lead to it, which come before it
   */
  public Drawing(List<Box> boxes, List<int[]> inputs) {
    this.boxes = List.copyOf(boxes);
    this.inputs = List.copyOf(inputs);
  }

  /** {@return the drawing as an SVG document; layers in place of boxes where there is too much} */
  public String svg() {
    boolean isWhole = boxes.size() <= MOST_BOXES && Layers.pieces(inputs) <= MOST_PIECES;
    Drawing shown = isWhole ? this : Bands.of(this);
    return new Svg(shown, summary(), shown == this ? "" : Bands.EXPLAINED).text();
  }

  /** {@return the drawing in the language of Graphviz, all boxes of it} */
  public String dot() {
    return Dot.text(this);
  }

  List<Box> boxes() {
    return boxes;
  }

  int[] inputs(int box) {
    return inputs.get(box);
  }

  List<int[]> inputs() {
    return inputs;
  }

  /** {@return how many boxes there are in which state} */
  String summary() {
    Map<NodeState, Integer> counts = new EnumMap<>(NodeState.class);
    boxes.forEach(box -> counts.merge(box.state(), 1, Integer::sum));
    return boxes.size() + (boxes.size() == 1 ? " node: " : " nodes: ") + words(counts);
  }

  static String words(Map<NodeState, Integer> counts) {
    StringJoiner words = new StringJoiner(", ").setEmptyValue("nothing");
    counts.forEach((state, count) -> words.add(count + " " + Box.word(state)));
    return words.toString();
  }
}
