package dev.tutti.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
final class NormalNoiseTest {
  private static final int SAMPLES = 4_000_001; // an odd number: the last long makes one
  private static final int ROUNDS = 10;
  private static final int PARTS = 200; // on each side
  private static final double REACH = 4;
  private static final double LAST_LAYER = 3.654;

  /**
   * The noise has the normal distribution: by chi-squared, of 400 parts of forty million samples.
   */
  @Test
  void addTo_manySamples_areNormal() {
    NormalNoise noise = new NormalNoise(1, 0.1f);
    float[] samples = new float[SAMPLES];
    long[] counts = new long[2 * PARTS];
    for (int round = 0; round < ROUNDS; round++) {
      Arrays.fill(samples, 0);
      noise.addTo(samples, SAMPLES);
      for (float sample : samples) {
        int part = (int) Math.floor(sample * 10 * PARTS / REACH) + PARTS;
        if (part >= 0 && part < counts.length) {
          counts[part]++;
        }
      }
    }
    double chiSquared = 0;
    double width = REACH / PARTS;
    for (int i = 0; i < counts.length; i++) {
      double x = (i - PARTS) * width;
      double part = width * (density(x) + 4 * density(x + width / 2) + density(x + width)) / 6;
      double expected = part * SAMPLES * ROUNDS;
      chiSquared += (counts[i] - expected) * (counts[i] - expected) / expected;
    }
    assertThat(chiSquared).isBetween(400.0 - 140, 400.0 + 140); // five standard deviations
  }

  /** As many samples as should be are beyond the last layer, on each side. */
  @Test
  void addTo_manySamples_haveTails() {
    float[] samples = noise(2, 0.1f);
    for (int sign : new int[] {-1, 1}) {
      int beyond = 0;
      int far = 0;
      for (float sample : samples) {
        beyond += sign * sample > 0.1 * LAST_LAYER ? 1 : 0;
        far += sign * sample > 0.1 * 4.5 ? 1 : 0;
      }
      assertThat(beyond).isBetween(516 - 115, 516 + 115); // five standard deviations
      assertThat(far).isBetween(1, 33); // 13.6 are expected
    }
  }

  /** Noise is added to what is there, as far as was asked for, and the sum is clipped. */
  @Test
  void addTo_samples_areClippedSums() {
    float[] samples = {0.5f, 1f, -1f, 0.25f};
    new NormalNoise(3, 1e-6f).addTo(samples, 3);
    assertThat(samples[0]).isCloseTo(0.5f, within(1e-5f)).isNotEqualTo(0.5f);
    assertThat(samples[1]).isBetween(0.99f, 1f);
    assertThat(samples[2]).isBetween(-1f, -0.99f);
    assertThat(samples[3]).isEqualTo(0.25f);
  }

  private static float[] noise(long seed, float sigma) {
    float[] samples = new float[SAMPLES];
    new NormalNoise(seed, sigma).addTo(samples, SAMPLES);
    return samples;
  }

  private static double density(double x) {
    return Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
  }
}
