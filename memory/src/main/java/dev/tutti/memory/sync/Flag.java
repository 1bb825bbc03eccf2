package dev.tutti.memory.sync;

import dev.tutti.memory.bell.Layout;
import dev.tutti.memory.bell.Line;
import dev.tutti.memory.bell.Members;
import dev.tutti.memory.bell.Words;

/** A flag that threads of several processes wait for. */
final class Flag implements Line.Subject {
  /*
   * One word: how often the flag was set, times two, plus one while it is set. It changes by compare-and-set. A
   * waiter remembers the word that it found and goes on when the flag is set or was set since.
   */
  private static final int STATE = Layout.state(0);

  private final Words words;
  private final Line line;

  Flag(Members members, long key) {
    this.words = members.words();
    this.line = new Line(members, key, true, this);
    members.neighbourhood().add(line);
  }

  @Override
  public boolean isReady() {
    return isSet();
  }

  private static boolean isSet(long state) {
    return (state & 1) != 0;
  }

  boolean isSet() {
    return isSet(words.get(STATE));
  }

  void set() {
    long state = words.get(STATE);
    while (!isSet(state) && !words.compareAndSet(STATE, state, state + 3)) { // pairs with isPast()
      state = words.get(STATE);
    }
    line.ringAll();
  }

  void clear() {
    long state = words.get(STATE);
    while (isSet(state) && !words.compareAndSet(STATE, state, state & ~1L)) {
      state = words.get(STATE);
    }
  }

  private boolean isPast(long before) {
    long state = words.get(STATE);
    return isSet(state) || state != before;
  }

  boolean await(long nanos) throws InterruptedException {
    long before = words.get(STATE);
    return isSet(before) || line.await(() -> isPast(before), () -> isPast(before), nanos, true);
  }

  int waiting() {
    return line.length();
  }
}
