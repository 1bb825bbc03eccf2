package dev.tutti.drawing;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Where the boxes and knees of each layer stand within it: near the middle of their neighbours, in
 * their order, and never nearer to each other than they may. For one thread.
 */
final class Placement {
  /*
   * A layer is placed by its neighbours before it, then by those behind it, and so on. Of all places that keep order and
   * distance it takes those with the least squares from where they would like to be: with the distances taken off, that is
   * the regression to a sequence that does not fall, which pooling of adjacent violators gives.
   */
  private static final int ROUNDS = 8;

  private final Layers layers;
  private final double box;
  private final double knee;
  private final double gap;
  private final double[] middle;

  /**
   * @param box how much of a layer a box takes
   * @param knee how much a knee takes
   * @param gap how much stays free between them
   */
  Placement(Layers layers, double box, double knee, double gap) {
    this.layers = layers;
    this.box = box;
    this.knee = knee;
    this.gap = gap;
    this.middle = new double[layers.count()];
    layers.layers().forEach(layer -> place(layer, new double[layer.size()]));
    for (int round = 0; round < ROUNDS; round++) {
      boolean forward = round % 2 == 0;
      int count = layers.layers().size();
      for (int i = 0; i < count; i++) {
        settle(layers.layers().get(forward ? i : count - 1 - i), forward, round == ROUNDS - 1);
      }
    }
    double least =
        IntStream.range(0, middle.length).mapToDouble(i -> middle[i] - size(i) / 2).min().orElse(0);
    for (int i = 0; i < middle.length; i++) {
      middle[i] -= least;
    }
  }

  /** {@return the middle of a box or knee within its layer; the least edge of all is at 0} */
  double middle(int one) {
    return middle[one];
  }

  /** {@return how much the fullest layer takes, from the least edge of all to the last} */
  double extent() {
    return IntStream.range(0, middle.length)
        .mapToDouble(i -> middle[i] + size(i) / 2)
        .max()
        .orElse(0);
  }

  private double size(int one) {
    return layers.isKnee(one) ? knee : box;
  }

  private void settle(List<Integer> layer, boolean forward, boolean last) {
    double[] liked = new double[layer.size()];
    for (int i = 0; i < liked.length; i++) {
      int one = layer.get(i);
      Stream<Integer> near =
          last
              ? Stream.concat(layers.before(one).stream(), layers.after(one).stream())
              : (forward ? layers.before(one) : layers.after(one)).stream();
      liked[i] = near.mapToDouble(n -> middle[n]).average().orElse(middle[one]);
    }
    place(layer, liked);
  }

  private void place(List<Integer> layer, double[] liked) {
    int count = liked.length;
    double[] offset = new double[count];
    for (int i = 1; i < count; i++) {
      offset[i] = offset[i - 1] + (size(layer.get(i - 1)) + size(layer.get(i))) / 2 + gap;
    }
    double[] sums = new double[count];
    int[] sizes = new int[count];
    int pools = 0;
    for (int i = 0; i < count; i++) {
      sums[pools] = liked[i] - offset[i];
      sizes[pools] = 1;
      pools++;
      while (pools > 1 && sums[pools - 2] / sizes[pools - 2] > sums[pools - 1] / sizes[pools - 1]) {
        sums[pools - 2] += sums[pools - 1];
        sizes[pools - 2] += sizes[pools - 1];
        pools--;
      }
    }
    int i = 0;
    for (int pool = 0; pool < pools; pool++) {
      for (int end = i + sizes[pool]; i < end; i++) {
        middle[layer.get(i)] = sums[pool] / sizes[pool] + offset[i];
      }
    }
  }
}
