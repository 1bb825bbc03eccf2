package dev.tutti.memory.sync;

import dev.tutti.memory.bell.Layout;
import dev.tutti.memory.bell.Line;
import dev.tutti.memory.bell.Members;
import dev.tutti.memory.bell.Words;

/** A count that goes down to zero, once. */
final class Countdown implements Line.Subject {
  /* One word, which goes down by compare-and-set and never up: who has seen zero is past. */
  private static final int LEFT = Layout.state(0);

  private final Words words;
  private final Line line;

  Countdown(Members members, long key) {
    this.words = members.words();
    this.line = new Line(members, key, true, this);
    members.neighbourhood().add(line);
  }

  /** Before anybody else knows of it. */
  static void first(Words words, int count) {
    words.set(LEFT, count);
  }

  @Override
  public boolean isReady() {
    return words.get(LEFT) == 0;
  }

  void down() {
    long left = words.get(LEFT);
    while (left > 0 && !words.compareAndSet(LEFT, left, left - 1)) { // pairs with isReady()
      left = words.get(LEFT);
    }
    if (left == 1) {
      line.ringAll();
    }
  }

  boolean await(long nanos) throws InterruptedException {
    return isReady() || line.await(this::isReady, this::isReady, nanos, true);
  }

  int left() {
    return (int) words.get(LEFT);
  }

  int waiting() {
    return line.length();
  }
}
