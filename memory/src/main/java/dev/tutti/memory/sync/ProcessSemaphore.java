package dev.tutti.memory.sync;

import dev.tutti.memory.bell.SharedObject;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.lang.ref.Reference;
import java.time.Duration;

/**
 * A number of permits that threads of several processes take and give back.
 *
 * {@snippet class="dev.tutti.memory.sync.SyncSnippets" region="semaphore"}
 *
 * <p>Nobody owns a permit: any thread of any process may release. One permit with a bound of one,
 * {@code bounded(1)}, is a lock that another thread than the one that took it may open.
 *
 * <p><b>Lifetime.</b> As long as some process refers to it; see the {@linkplain
 * dev.tutti.memory.sync package}.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread. Those who wait for one permit
 * get it in no particular order. Those who wait for several come one after the other, in the order
 * in which they came; for the first of them permits are collected, and until it has all nobody else
 * gets one. After it one that waits for a single permit has its turn. So none waits for ever
 * because of the others.
 *
 * <p><b>Memory consistency.</b> What a thread does before a release happens-before what another
 * thread, of whatever process, does after it has acquired that permit; for objects in memory that
 * both share.
 *
 * <p><b>Failure.</b> The permits in the hands of a process that dies are not given back, because
 * nobody owns one; whoever knows of the death may {@link #release} them. Where a death must not
 * block the others, use {@link ProcessLock}. The death of one that waits takes nothing with it.
 *
 * @since 0.1
 */
public final class ProcessSemaphore implements Serializable {
  private static final long serialVersionUID = 1;

  private final transient SharedObject object;
  private final transient Permits permits;

  ProcessSemaphore(SharedObject object) {
    this.object = object;
    this.permits = new Permits(object.members(), object.key());
  }

  /**
   * Makes a semaphore that takes back any number of permits.
   *
   * @param permits how many are free at first, at least 0
   * @return the semaphore
   * @throws java.io.UncheckedIOException if there is no room for it
   */
  public static ProcessSemaphore create(int permits) {
    return create(permits, Integer.MAX_VALUE);
  }

  /**
   * Makes a semaphore that never has more permits than at first.
   *
   * @param permits how many are free at first, at least 1
   * @return the semaphore
   * @throws java.io.UncheckedIOException if there is no room for it
   */
  public static ProcessSemaphore bounded(int permits) {
    if (permits < 1) {
      throw new IllegalArgumentException("permits must be >= 1: permits=" + permits);
    }
    return create(permits, permits);
  }

  private static ProcessSemaphore create(int permits, int bound) {
    if (permits < 0) {
      throw new IllegalArgumentException("permits must be >= 0: permits=" + permits);
    }
    return Handle.create(
        Kind.SEMAPHORE,
        ProcessSemaphore.class,
        made -> Permits.first(made.members().words(), permits, bound));
  }

  /**
   * Takes a permit, and waits for it.
   *
   * @throws InterruptedException if the calling thread is interrupted; it has no permit then
   */
  public void acquire() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    take(1, Nanos.FOREVER, true);
  }

  /** Takes a permit, and waits for it whatever happens; an interrupt stays set. */
  public void acquireUninterruptibly() {
    Uninterrupted.run(() -> take(1, Nanos.FOREVER, false));
  }

  /**
   * Takes several permits, all at once, and waits for them.
   *
   * @param count how many, from 1 to the bound
   * @throws InterruptedException if the calling thread is interrupted; it has no permit then
   */
  public void acquire(int count) throws InterruptedException {
    ensurePossible(count);
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    take(count, Nanos.FOREVER, true);
  }

  /** {@return whether a permit was free; it is taken then} */
  public boolean tryAcquire() {
    return permits.tryTake();
  }

  /**
   * Takes several permits if so many are free.
   *
   * @param count how many, from 1 to the bound
   * @return whether it has them
   */
  public boolean tryAcquire(int count) {
    ensurePossible(count);
    return permits.tryTake(count);
  }

  /**
   * Takes several permits, all at once, if that is possible within a time.
   *
   * @param count how many, from 1 to the bound
   * @param timeout how long to wait; not at all if it is zero or negative
   * @return whether it has them
   * @throws InterruptedException if the calling thread is interrupted; it has no permit then
   */
  public boolean tryAcquire(int count, Duration timeout) throws InterruptedException {
    ensurePossible(count);
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    return take(count, Nanos.of(timeout), true);
  }

  private void ensurePossible(int count) {
    if (count < 1 || count > permits.bound()) {
      throw new IllegalArgumentException(
          "count must be from 1 to the bound: count=%d bound=%d".formatted(count, permits.bound()));
    }
  }

  /**
   * Takes a permit if one is free within a time.
   *
   * @param timeout how long to wait; not at all if it is zero or negative
   * @return whether it has one
   * @throws InterruptedException if the calling thread is interrupted; it has no permit then
   */
  public boolean tryAcquire(Duration timeout) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    return take(1, Nanos.of(timeout), true);
  }

  private boolean take(int count, long nanos, boolean interruptibly) throws InterruptedException {
    try {
      return permits.take(count, nanos, interruptibly);
    } finally {
      Reference.reachabilityFence(this); // a second object would not know who waits in this one
    }
  }

  /**
   * Gives a permit.
   *
   * @throws IllegalStateException if there were more than the bound
   */
  public void release() {
    release(1);
  }

  /**
   * Gives some permits.
   *
   * @param count how many, at least 1
   * @throws IllegalStateException if there were more than the bound; then none is given
   */
  public void release(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("count must be >= 1: count=" + count);
    }
    if (!permits.give(count)) {
      throw new IllegalStateException(
          "released more than was acquired: bound=%d free=%d count=%d"
              .formatted(permits.bound(), permits.free(), count));
    }
  }

  /** {@return how many permits are free now} */
  public int permits() {
    return permits.free();
  }

  /** {@return the handle that crosses in its place} */
  private Object writeReplace() {
    return Handle.of(Kind.SEMAPHORE, object);
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
    String bound = permits.bound() == Integer.MAX_VALUE ? "none" : "" + permits.bound();
    return "ProcessSemaphore[permits=%d, bound=%s, waiting here=%d]"
        .formatted(permits.free(), bound, permits.waiting());
  }
}
