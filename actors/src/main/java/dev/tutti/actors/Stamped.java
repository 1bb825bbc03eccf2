package dev.tutti.actors;

import java.io.Serial;
import java.io.Serializable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A value as somebody has seen it, and the stamp by which he can tell later whether it is still
 * that.
 *
 * @param <V> the type of the value
 * @param value the value; null if there is none
 * @param stamp its stamp
 */
record Stamped<V extends @Nullable Object>(V value, long stamp) implements Serializable {
  @Serial private static final long serialVersionUID = 1L;

  /** The stamp of a value that is not there. */
  static final long NONE = 0;

  /**
   * {@return a stamp that nothing else has} It is random and no count, because a process that goes
   * on from a checkpoint would count again what its callers have seen.
   */
  static long next() {
    long stamp = ThreadLocalRandom.current().nextLong();
    return stamp == NONE ? next() : stamp;
  }
}
