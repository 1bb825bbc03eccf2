package dev.tutti.memory.sync;

import java.util.concurrent.atomic.AtomicLong;

/** Lets something be done once in a time, however often somebody comes to do it. */
final class Seldom {
  private final long nanos;
  private final AtomicLong last;

  Seldom(long nanos) {
    this.nanos = nanos;
    this.last = new AtomicLong(System.nanoTime() - nanos);
  }

  /** {@return whether the caller is to do it} */
  boolean isDue() {
    long now = System.nanoTime();
    long before = last.get();
    return now - before >= nanos && last.compareAndSet(before, now);
  }
}
