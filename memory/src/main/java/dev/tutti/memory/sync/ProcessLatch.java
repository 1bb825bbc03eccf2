package dev.tutti.memory.sync;

import dev.tutti.memory.bell.SharedObject;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.lang.ref.Reference;
import java.time.Duration;

/**
 * A count that goes down to zero once, and that threads of several processes wait for.
 *
 * {@snippet class="dev.tutti.memory.sync.SyncSnippets" region="latch"}
 *
 * <p><b>Lifetime.</b> As long as some process refers to it; see the {@linkplain
 * dev.tutti.memory.sync package}.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 *
 * <p><b>Memory consistency.</b> What a thread does before it counts down happens-before what
 * another one, of whatever process, does after it has waited; for objects in memory that both
 * share.
 *
 * <p><b>Failure.</b> It belongs to nobody, so no death changes it. A process that dies before it
 * has counted down is missing in the count: who waits gives a time-out.
 *
 * @since 0.1
 */
public final class ProcessLatch implements Serializable {
  private static final long serialVersionUID = 1;

  private final transient SharedObject object;
  private final transient Countdown countdown;

  ProcessLatch(SharedObject object) {
    this.object = object;
    this.countdown = new Countdown(object.members(), object.key());
  }

  /**
   * Makes a latch.
   *
   * @param count how often it is to be counted down, at least 0
   * @return the latch
   * @throws java.io.UncheckedIOException if there is no room for it
   */
  public static ProcessLatch create(int count) {
    if (count < 0) {
      throw new IllegalArgumentException("count must be >= 0: count=" + count);
    }
    return Handle.create(
        Kind.LATCH, ProcessLatch.class, made -> Countdown.first(made.members().words(), count));
  }

  /** Counts down by one; at zero it stays there. */
  public void countDown() {
    countdown.down();
  }

  /** {@return how often it is still to be counted down} */
  public int count() {
    return countdown.left();
  }

  /**
   * Waits until the count is zero.
   *
   * @throws InterruptedException if the calling thread is interrupted
   */
  public void await() throws InterruptedException {
    await(Nanos.FOREVER);
  }

  /**
   * Waits until the count is zero, for some time.
   *
   * @param timeout how long; not at all if it is zero or negative
   * @return whether the count is zero
   * @throws InterruptedException if the calling thread is interrupted
   */
  public boolean await(Duration timeout) throws InterruptedException {
    return await(Nanos.of(timeout));
  }

  private boolean await(long nanos) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    try {
      return countdown.await(nanos);
    } finally {
      Reference.reachabilityFence(this); // a second object would not know who waits in this one
    }
  }

  /** {@return the handle that crosses in its place} */
  private Object writeReplace() {
    return Handle.of(Kind.LATCH, object);
  }

  /**
   * Refuses: only a handle crosses.
   *
   * @param in what is read
   * @throws InvalidObjectException always
   */
  private void readObject(ObjectInputStream in) throws InvalidObjectException {
    throw new InvalidObjectException("only a handle crosses");
  }

  @Override
  public String toString() {
    return "ProcessLatch[count=%d, waiting here=%d]"
        .formatted(countdown.left(), countdown.waiting());
  }
}
