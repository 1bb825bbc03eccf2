package dev.tutti.drawing;

/**
 * Counts the crossings of arrows between two layers, in a tree of sums (Barth, Juenger, Mutzel
 * 2002). For one thread.
 */
final class Crossings {
  private final int[] sums; // how many arrows have led to a place; a binary indexed tree, from 1
  private int arrows;
  private long count;

  /**
   * @param places how many places the second layer has
   */
  Crossings(int places) {
    this.sums = new int[places + 1];
  }

  /**
   * Adds the arrows of the next box of the first layer.
   *
   * @param targets the places that they lead to
   */
  void add(int[] targets) {
    for (int target : targets) {
      count += arrows - upTo(target);
    }
    for (int target : targets) {
      arrows++;
      for (int i = target + 1; i < sums.length; i += i & -i) {
        sums[i]++;
      }
    }
  }

  private int upTo(int place) {
    int sum = 0;
    for (int i = place + 1; i > 0; i -= i & -i) {
      sum += sums[i];
    }
    return sum;
  }

  /** {@return how many pairs of arrows cross} */
  long count() {
    return count;
  }
}
