package dev.tutti.examples;

import java.util.SplittableRandom;

/** Normal noise, added to samples. One thread at a time uses it. */
final class NormalNoise {
  /*
   * A ziggurat (Marsaglia and Tsang, 2000) of 256 layers. 8 bits choose the layer, 24 others the place in it, so one long makes two
   * samples; that is as fine as a float can be. In 99 of 100 cases the place is inside the layer, and that is all. It takes
   * two thirds of the time of nextGaussian, which makes doubles.
   */
  private static final int LAYERS = 256;
  private static final double RIGHTMOST = 3.654152885361009;
  private static final double LAYER_AREA = 0.00492867323399;
  private static final int PLACES = 1 << 23; // on each side
  private static final float[] WIDTH = new float[LAYERS]; // of one place
  private static final int[] INSIDE = new int[LAYERS]; // the first place that is not
  private static final double[] DENSITY = new double[LAYERS]; // at the right end

  static {
    double right = RIGHTMOST;
    double base = LAYER_AREA / density(right);
    INSIDE[0] = (int) (right / base * PLACES);
    WIDTH[0] = (float) (base / PLACES);
    WIDTH[LAYERS - 1] = (float) (right / PLACES);
    DENSITY[0] = 1;
    DENSITY[LAYERS - 1] = density(right);
    for (int i = LAYERS - 2; i >= 1; i--) {
      double next = Math.sqrt(-2 * Math.log(LAYER_AREA / right + density(right)));
      INSIDE[i + 1] = (int) (next / right * PLACES);
      WIDTH[i] = (float) (next / PLACES);
      DENSITY[i] = density(next);
      right = next;
    }
  }

  private final SplittableRandom random;
  private final float sigma;

  NormalNoise(long seed, float sigma) {
    this.random = new SplittableRandom(seed);
    this.sigma = sigma;
  }

  private static double density(double x) {
    return Math.exp(-0.5 * x * x);
  }

  /** Adds noise to the first of the samples and clips them to [-1, 1]. */
  void addTo(float[] samples, int count) {
    long bits = 0;
    for (int i = 0; i < count; i++) {
      bits = (i & 1) == 0 ? random.nextLong() : bits >>> 32;
      samples[i] = Math.clamp(samples[i] + sigma * normal((int) bits), -1f, 1f);
    }
  }

  private float normal(int bits) {
    int layer = bits & (LAYERS - 1);
    int place = bits >> 8;
    return Math.abs(place) < INSIDE[layer] ? place * WIDTH[layer] : atTheEdge(bits);
  }

  /** Where a place may be outside of the curve, it is taken as often as the curve is there. */
  private float atTheEdge(int first) {
    int bits = first;
    while (true) {
      int layer = bits & (LAYERS - 1);
      int place = bits >> 8;
      float x = place * WIDTH[layer];
      if (Math.abs(place) < INSIDE[layer]) {
        return x;
      }
      if (layer == 0) {
        return place > 0 ? tail() : -tail();
      }
      double height = DENSITY[layer] + random.nextDouble() * (DENSITY[layer - 1] - DENSITY[layer]);
      if (height < density(x)) {
        return x;
      }
      bits = random.nextInt();
    }
  }

  /** Beyond the last layer. */
  private float tail() {
    while (true) {
      double x = -Math.log(1 - random.nextDouble()) / RIGHTMOST;
      double y = -Math.log(1 - random.nextDouble());
      if (2 * y >= x * x) {
        return (float) (RIGHTMOST + x);
      }
    }
  }
}
