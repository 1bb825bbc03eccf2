package dev.tutti.drawing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * In which layer each box stands, and in which order: longest paths, with a knee in each layer that
 * an arrow passes by, and barycentres (Sugiyama, Tagawa, Toda 1981). Knees are numbered behind the
 * boxes. For one thread.
 */
final class Layers {
  private static final int SWEEPS = 12;

  private final List<List<Integer>> layers = new ArrayList<>();
  private final List<List<Integer>> before = new ArrayList<>(); // neighbours one layer before
  private final List<List<Integer>> after = new ArrayList<>();
  private final List<int[]> routes = new ArrayList<>(); // box, knees, box
  private final int boxes;
  private double[] place = new double[0]; // within its layer

  Layers(List<int[]> inputs) {
    this.boxes = inputs.size();
    int[] layer = layers(inputs);
    int count = Arrays.stream(layer).max().orElse(-1) + 1;
    for (int i = 0; i < count; i++) {
      layers.add(new ArrayList<>());
    }
    for (int box = 0; box < boxes; box++) {
      enter(layer[box]);
    }
    for (int box = 0; box < boxes; box++) {
      for (int input : inputs.get(box)) {
        routes.add(route(input, box, layer));
      }
    }
    order();
  }

  /**
   * {@return how many pieces the arrows would have: one more than knees for each arrow} They are as
   * many as the third power of the boxes where each box leads to all that follow.
   */
  static long pieces(List<int[]> inputs) {
    int[] layer = layers(inputs);
    long pieces = 0;
    for (int box = 0; box < layer.length; box++) {
      for (int input : inputs.get(box)) {
        pieces += layer[box] - layer[input];
      }
    }
    return pieces;
  }

  private static int[] layers(List<int[]> inputs) {
    return nearReaders(longestPaths(inputs), inputs);
  }

  /** {@return how many arrows one behind the other lead to each box, at most} */
  static int[] longestPaths(List<int[]> inputs) {
    int[] layer = new int[inputs.size()];
    for (int box = 0; box < layer.length; box++) {
      for (int input : inputs.get(box)) {
        layer[box] = Math.max(layer[box], layer[input] + 1);
      }
    }
    return layer;
  }

  /** What nothing leads to stands just before the first box that it leads to. */
  private static int[] nearReaders(int[] layer, List<int[]> inputs) {
    int[] first = new int[layer.length];
    Arrays.fill(first, Integer.MAX_VALUE);
    for (int box = 0; box < layer.length; box++) {
      for (int input : inputs.get(box)) {
        first[input] = Math.min(first[input], layer[box]);
      }
    }
    for (int box = 0; box < layer.length; box++) {
      if (inputs.get(box).length == 0 && first[box] != Integer.MAX_VALUE) {
        layer[box] = first[box] - 1;
      }
    }
    return layer;
  }

  private int enter(int layer) {
    int number = before.size();
    before.add(new ArrayList<>());
    after.add(new ArrayList<>());
    layers.get(layer).add(number);
    return number;
  }

  private int[] route(int from, int to, int[] layer) {
    int[] route = new int[layer[to] - layer[from] + 1];
    route[0] = from;
    for (int i = 1; i < route.length; i++) {
      route[i] = i == route.length - 1 ? to : enter(layer[from] + i);
      after.get(route[i - 1]).add(route[i]);
      before.get(route[i]).add(route[i - 1]);
    }
    return route;
  }

  // ---------------------------------------------------------------- order

  private void order() {
    place = new double[before.size()];
    layers.forEach(this::number);
    List<List<Integer>> best = copy();
    long fewest = crossings();
    for (int sweep = 0; sweep < SWEEPS && fewest > 0; sweep++) {
      boolean forward = sweep % 2 == 0;
      for (int i = 1; i < layers.size(); i++) {
        sort(layers.get(forward ? i : layers.size() - 1 - i), forward ? before : after);
      }
      long now = crossings();
      if (now < fewest) {
        fewest = now;
        best = copy();
      }
    }
    for (int i = 0; i < layers.size(); i++) {
      layers.set(i, best.get(i));
      number(best.get(i));
    }
  }

  private List<List<Integer>> copy() {
    List<List<Integer>> copy = new ArrayList<>();
    layers.forEach(layer -> copy.add(new ArrayList<>(layer)));
    return copy;
  }

  private void number(List<Integer> layer) {
    for (int i = 0; i < layer.size(); i++) {
      place[layer.get(i)] = i;
    }
  }

  private void sort(List<Integer> layer, List<List<Integer>> neighbours) {
    double[] middle = new double[before.size()];
    for (int one : layer) {
      middle[one] =
          neighbours.get(one).stream().mapToDouble(n -> place[n]).average().orElse(place[one]);
    }
    layer.sort((a, b) -> Double.compare(middle[a], middle[b]));
    number(layer);
  }

  /** {@return how many pairs of arrows cross} */
  private long crossings() {
    long crossings = 0;
    for (int i = 1; i < layers.size(); i++) {
      Crossings counted = new Crossings(layers.get(i).size());
      for (int one : layers.get(i - 1)) {
        counted.add(after.get(one).stream().mapToInt(next -> (int) place[next]).toArray());
      }
      crossings += counted.count();
    }
    return crossings;
  }

  // ---------------------------------------------------------------- what came out

  /** {@return the boxes and knees of each layer, in their order} */
  List<List<Integer>> layers() {
    return layers;
  }

  /** {@return for each arrow the boxes and knees that it passes} */
  List<int[]> routes() {
    return routes;
  }

  boolean isKnee(int one) {
    return one >= boxes;
  }

  /** {@return how many boxes and knees there are} */
  int count() {
    return before.size();
  }

  /** {@return the boxes and knees one layer before} */
  List<Integer> before(int one) {
    return before.get(one);
  }

  /** {@return the boxes and knees one layer behind} */
  List<Integer> after(int one) {
    return after.get(one);
  }
}
