package dev.tutti.memory.sync;

import dev.tutti.memory.bell.Layout;
import dev.tutti.memory.bell.Line;
import dev.tutti.memory.bell.Members;
import dev.tutti.memory.bell.Words;

/** Permits that are taken one by one. */
final class Permits implements Line.Subject {
  /*
   * One word has the number of free permits. It goes down by compare-and-set from a positive value (take), up by
   * compare-and-set to at most the bound (give). Each give is followed by one ring a permit; see Line for why no
   * waiter is forgotten.
   */
  private static final int FREE = Layout.state(0);
  private static final int BOUND = Layout.state(1);

  private final Words words;
  private final Line line;

  Permits(Members members, long key) {
    this.words = members.words();
    this.line = new Line(members, key, false, this);
    members.neighbourhood().add(line);
  }

  /** Before anybody else knows of it. */
  static void first(Words words, int free, int bound) {
    words.set(FREE, free);
    words.set(BOUND, bound);
  }

  @Override
  public boolean isReady() {
    return words.get(FREE) > 0;
  }

  boolean tryTake() {
    long free = words.get(FREE);
    while (free > 0 && !words.compareAndSet(FREE, free, free - 1)) { // against other takes
      free = words.get(FREE);
    }
    return free > 0;
  }

  boolean take(long nanos, boolean interruptibly) throws InterruptedException {
    return tryTake() || line.await(this::tryTake, this::isReady, nanos, interruptibly);
  }

  /** {@return false if there would be more than the bound; then nothing has changed} */
  boolean give(int count) {
    long bound = words.get(BOUND);
    long free;
    do {
      free = words.get(FREE);
      if (free + count > bound) {
        return false;
      }
    } while (!words.compareAndSet(FREE, free, free + count)); // pairs with tryTake()
    for (int i = 0; i < count && line.isAwaited(); i++) {
      line.ringOne();
    }
    return true;
  }

  int free() {
    return (int) words.get(FREE);
  }

  int bound() {
    return (int) words.get(BOUND);
  }

  int waiting() {
    return line.length();
  }
}
